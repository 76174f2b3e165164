"""How often an output is right."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from layerloom.training.losses.base import aligned
from layerloom.training.metrics.base import MeanMetric, Metric

if TYPE_CHECKING:
    from torch import Tensor


class Accuracy(MeanMetric):
    """How often the output is right: binary, categorical or sparse, whichever fits the shapes.

    One unit: is it on the right side of 0.5? Several units and class numbers: is the largest that class?
    Several units and one-hot targets: is the largest the target's largest? As in Keras 3
    (`trainers/compile_utils.py`).
    """

    type_name: ClassVar[str] = "accuracy"
    aliases: ClassVar[tuple[str, ...]] = ("acc",)

    def fitting(self, target: Sequence[int], output: Sequence[int]) -> Metric:
        if output[-1] == 1:
            return BinaryAccuracy()
        if len(target) < len(output) or target[-1] == 1:
            return SparseCategoricalAccuracy()
        return CategoricalAccuracy()


class BinaryAccuracy(MeanMetric):
    """How often a yes-or-no output is on the right side of the threshold."""

    type_name: ClassVar[str] = "binary_accuracy"
    targets: ClassVar[Literal["numbers", "classes", "any"]] = "numbers"

    threshold: float = Field(default=0.5, description="Outputs above it mean yes.")

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        return ((output > self.threshold) == aligned(target, output)).float().mean(-1)

    def total(self, target: "Tensor", output: "Tensor") -> "tuple[Tensor, int]":
        right = (output > self.threshold) == aligned(target, output)
        return right.sum(), right.numel()


class CategoricalAccuracy(MeanMetric):
    """How often the largest output is that of the class, with one-hot targets."""

    type_name: ClassVar[str] = "categorical_accuracy"
    targets: ClassVar[Literal["numbers", "classes", "any"]] = "numbers"

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        return (target.argmax(-1) == output.argmax(-1)).float()


class SparseCategoricalAccuracy(MeanMetric):
    """How often the largest output is that of the class, with class numbers as targets."""

    type_name: ClassVar[str] = "sparse_categorical_accuracy"
    targets: ClassVar[Literal["numbers", "classes", "any"]] = "classes"

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        return self._right(target, output).float()

    def total(self, target: "Tensor", output: "Tensor") -> "tuple[Tensor, int]":
        right = self._right(target, output)
        return right.sum(), right.numel()

    def _right(self, target: "Tensor", output: "Tensor") -> "Tensor":
        return output.argmax(-1) == (target.squeeze(-1) if target.dim() == output.dim() else target)


class ExactAccuracy(MeanMetric):
    """How often the output equals the target exactly: Keras' class `Accuracy`, for outputs that are classes.

    The word `accuracy` means something else, in Keras too: the accuracy that fits the shapes.
    """

    type_name: ClassVar[str] = "exact_accuracy"

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        return (aligned(target, output) == output).float()


class TopKCategoricalAccuracy(MeanMetric):
    """How often the class is among the `k` largest outputs, with one-hot targets."""

    type_name: ClassVar[str] = "top_k_categorical_accuracy"
    targets: ClassVar[Literal["numbers", "classes", "any"]] = "numbers"

    k: int = Field(default=5, ge=1, description="How many of the largest outputs are looked at.")

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        return _among_largest(target.argmax(-1), output, self.k)


class SparseTopKCategoricalAccuracy(MeanMetric):
    """How often the class is among the `k` largest outputs, with class numbers as targets."""

    type_name: ClassVar[str] = "sparse_top_k_categorical_accuracy"
    targets: ClassVar[Literal["numbers", "classes", "any"]] = "classes"

    k: int = Field(default=5, ge=1, description="How many of the largest outputs are looked at.")
    from_sorted_ids: bool = Field(
        default=False, description="Outputs are class numbers, the likeliest first, not scores."
    )

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        target = target.squeeze(-1) if target.dim() == output.dim() else target
        if self.from_sorted_ids:
            return (output[..., : self.k] == target.unsqueeze(-1)).any(-1).float()
        return _among_largest(target, output, self.k)


def _among_largest(classes: "Tensor", output: "Tensor", k: int) -> "Tensor":
    chosen = output.gather(-1, classes.unsqueeze(-1).long())
    return ((output > chosen).sum(-1) < k).float()
