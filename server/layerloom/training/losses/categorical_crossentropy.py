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
    axis: int = Field(default=-1, description="Axis of the classes.")

    def mismatch(self, output: TensorSpec) -> tuple[str, str] | None:
        return one_class(self.type_name, output) if self.axis == -1 else None

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        target = aligned(target, output)
        if self.label_smoothing:
            target = target * (1 - self.label_smoothing) + self.label_smoothing / target.shape[-1]
        if self.from_logits:
            logarithm = output.log_softmax(self.axis)
        else:
            share = output / output.sum(self.axis, keepdim=True)
            logarithm = share.clamp(EPSILON, 1 - EPSILON).log()
        return -(target * logarithm).sum(self.axis)


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
    axis: int = Field(default=-1, description="Axis of the classes.")

    def mismatch(self, output: TensorSpec) -> tuple[str, str] | None:
        return one_class(self.type_name, output) if self.axis == -1 else None

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        target = aligned(target, output)
        if self.label_smoothing:
            target = target * (1 - self.label_smoothing) + self.label_smoothing / target.shape[-1]
        if self.from_logits:
            output = output.softmax(self.axis)
        output = (output / output.sum(self.axis, keepdim=True)).clamp(EPSILON, 1 - EPSILON)
        return -(self.alpha * (1 - output) ** self.gamma * target * output.log()).sum(self.axis)


class SparseCategoricalCrossentropy(Loss):
    """For outputs that choose one of several classes by softmax, with class numbers as targets.

    `-log p[class]`; probabilities are made to sum to 1 and clipped to [1e-7, 1 - 1e-7].
    """

    type_name: ClassVar[str] = "sparse_categorical_crossentropy"
    targets: ClassVar[Literal["numbers", "classes"]] = "classes"

    from_logits: bool = Field(default=False, description="The output has no softmax yet.")
    ignore_class: int | None = Field(default=None, description="Class whose rows count for nothing.")
    axis: int = Field(default=-1, description="Axis of the classes.")

    def mismatch(self, output: TensorSpec) -> tuple[str, str] | None:
        return one_class(self.type_name, output) if self.axis == -1 else None

    @property
    def masks_itself(self) -> bool:  # type: ignore[override]  # of one loss a constant, of this its config
        return self.ignore_class is not None

    def valid(self, target: "Tensor", values: "Tensor") -> "Tensor | None":
        assert self.ignore_class is not None  # else it isn't asked
        labels = self._without_classes(target, values.dim() + 1)
        return labels.ne(self.ignore_class).reshape(values.shape)

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        target = self._without_classes(target, output.dim())
        if self.ignore_class is not None:
            target = target.where(target != self.ignore_class, target.new_zeros(()))
        index = target.unsqueeze(self.axis)
        if self.from_logits:
            return -output.log_softmax(self.axis).gather(self.axis, index).squeeze(self.axis)
        chosen = output.gather(self.axis, index).squeeze(self.axis) / output.sum(self.axis)
        return -chosen.clamp(EPSILON, 1 - EPSILON).log()

    def _without_classes(self, target: "Tensor", rank: int) -> "Tensor":
        return target.squeeze(self.axis) if target.dim() == rank else target


class CategoricalGeneralizedCrossEntropy(Loss):
    """Cross-entropy that bears wrong labels: `(1 - p[class]^q) / q`, with class numbers as targets.

    Between the cross-entropy (`q` near 0) and the absolute error (`q` = 1). Zhang and Sabuncu, 2018
    (https://arxiv.org/abs/1805.07836).
    """

    type_name: ClassVar[str] = "categorical_generalized_cross_entropy"
    targets: ClassVar[Literal["numbers", "classes"]] = "classes"

    q: float = Field(default=0.5, gt=0, lt=1, description="How little unlikely labels count.")

    def mismatch(self, output: TensorSpec) -> tuple[str, str] | None:
        return one_class(self.type_name, output)

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        target = target.squeeze(-1) if target.dim() == output.dim() else target
        chosen = output.gather(-1, target.unsqueeze(-1)).squeeze(-1)
        return (1 - chosen**self.q) / self.q
