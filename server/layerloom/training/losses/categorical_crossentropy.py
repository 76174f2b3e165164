"""Cross-entropy of outputs that choose one of several classes."""

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from layerloom.tensors import TensorSpec
from layerloom.training.losses.base import EPSILON, Loss, aligned

if TYPE_CHECKING:
    from torch import Tensor


def one_class(loss: str, output: TensorSpec) -> tuple[str, str] | None:
    """What is wrong where classes are to be told apart by an output with one number or none."""
    if output.rank < 2:
        return (
            f"`{loss}` needs an output with an axis of classes; received {output}.",
            "Put a Dense layer with a unit for each class and softmax before the output.",
        )
    if output.features == 1:
        return (
            f"`{loss}` tells classes apart and needs at least 2 units; the output is {output}.",
            "For yes or no use `binary_crossentropy`; else give the last layer a unit for each class.",
        )
    return None


class CategoricalCrossentropy(Loss):
    """For outputs that choose one of several classes by softmax, with one-hot targets.

    `-Σ y log p`; probabilities are made to sum to 1 and clipped to [1e-7, 1 - 1e-7].
    """

    type_name: ClassVar[str] = "categorical_crossentropy"

    from_logits: bool = Field(default=False, description="The output has no softmax yet.")
    label_smoothing: float = Field(
        default=0.0, ge=0, le=1, description="Share that moves to all classes alike."
    )
    axis: Literal[-1] = Field(default=-1, description="Axis of the classes.")

    def mismatch(self, output: TensorSpec) -> tuple[str, str] | None:
        return one_class(self.type_name, output)

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        target = aligned(target, output)
        if self.label_smoothing:
            target = target * (1 - self.label_smoothing) + self.label_smoothing / target.shape[-1]
        if self.from_logits:
            logarithm = output.log_softmax(-1)
        else:
            logarithm = (output / output.sum(-1, keepdim=True)).clamp(EPSILON, 1 - EPSILON).log()
        return -(target * logarithm).sum(-1)


class CategoricalFocalCrossentropy(Loss):
    """Categorical cross-entropy in which easy rows count less, for rare classes.

    Lin et al., 2018 (https://arxiv.org/abs/1708.02002).
    """

    type_name: ClassVar[str] = "categorical_focal_crossentropy"

    alpha: float = Field(default=0.25, ge=0, description="Weight of all classes.")
    gamma: float = Field(default=2.0, ge=0, description="How little easy rows count.")
    from_logits: bool = Field(default=False, description="The output has no softmax yet.")
    label_smoothing: float = Field(
        default=0.0, ge=0, le=1, description="Share that moves to all classes alike."
    )
    axis: Literal[-1] = Field(default=-1, description="Axis of the classes.")

    def mismatch(self, output: TensorSpec) -> tuple[str, str] | None:
        return one_class(self.type_name, output)

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        target = aligned(target, output)
        if self.label_smoothing:
            target = target * (1 - self.label_smoothing) + self.label_smoothing / target.shape[-1]
        if self.from_logits:
            output = output.softmax(-1)
        output = (output / output.sum(-1, keepdim=True)).clamp(EPSILON, 1 - EPSILON)
        return -(self.alpha * (1 - output) ** self.gamma * target * output.log()).sum(-1)


class SparseCategoricalCrossentropy(Loss):
    """For outputs that choose one of several classes by softmax, with class numbers as targets.

    `-log p[class]`; probabilities are made to sum to 1 and clipped to [1e-7, 1 - 1e-7].
    """

    type_name: ClassVar[str] = "sparse_categorical_crossentropy"
    targets: ClassVar[Literal["numbers", "classes"]] = "classes"

    from_logits: bool = Field(default=False, description="The output has no softmax yet.")
    ignore_class: int | None = Field(default=None, description="Class whose rows count for nothing.")
    axis: Literal[-1] = Field(default=-1, description="Axis of the classes.")

    def mismatch(self, output: TensorSpec) -> tuple[str, str] | None:
        return one_class(self.type_name, output)

    def valid(self, target: "Tensor") -> "Tensor | None":
        return None if self.ignore_class is None else target != self.ignore_class

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        if target.dim() == output.dim():
            target = target.squeeze(-1)
        if self.ignore_class is not None:
            target = target.where(target != self.ignore_class, target.new_zeros(()))
        index = target.unsqueeze(-1)
        if self.from_logits:
            return -output.log_softmax(-1).gather(-1, index).squeeze(-1)
        chosen = output.gather(-1, index).squeeze(-1) / output.sum(-1)
        return -chosen.clamp(EPSILON, 1 - EPSILON).log()
