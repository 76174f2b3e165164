"""Metrics of regions: how far two of them overlap."""

from typing import TYPE_CHECKING, ClassVar, Literal, Self

from pydantic import Field, model_validator

from layerloom.training.losses.base import EPSILON
from layerloom.training.metrics.base import Kept, Metric

if TYPE_CHECKING:
    from torch import Tensor

_Dtype = Literal[None, "int", "int32", "int64", "float32"]


class _Overlap(Metric):
    """Keeps how often each class was taken for each."""

    dtype: _Dtype = Field(  # type: ignore[assignment]  # Keras counts in whole numbers unless told otherwise
        default=None, description="`float32` keeps fractions of sample weights; else they are cut off."
    )

    def classes(self) -> int:
        raise NotImplementedError(type(self).__name__)

    def chosen(self) -> list[int]:
        """The classes whose overlap counts."""
        raise NotImplementedError(type(self).__name__)

    def labels(self, target: "Tensor", output: "Tensor") -> "tuple[Tensor, Tensor]":
        """Class numbers of target and output."""
        raise NotImplementedError(type(self).__name__)

    def ignored(self) -> int | None:
        return None

    def begin(self, like: "Tensor") -> Kept:
        import torch

        size = self.classes() ** 2
        return {"counts": torch.zeros(size, dtype=torch.float64, device=like.device)}

    def update(self, kept: Kept, target: "Tensor", output: "Tensor", weights: "Tensor | None") -> None:
        rights, saids = self.labels(target, output)
        right, said, classes = rights.reshape(-1), saids.reshape(-1), self.classes()
        known = (right >= 0) & (right < classes) & (said >= 0) & (said < classes)
        if self.ignored() is not None:
            known &= right != self.ignored()
        counts = known.double()
        if weights is not None:
            while weights.dim() < rights.dim():
                weights = weights.unsqueeze(-1)
            many = weights.expand_as(rights).reshape(-1).double()
            counts = counts * (many if self.dtype == "float32" else many.trunc())
        place = (right * classes + said).where(known, right.new_zeros(()))
        kept["counts"].index_add_(0, place, counts)

    def result(self, kept: Kept) -> float | list[float]:
        counts = kept["counts"].reshape(self.classes(), self.classes())
        both = counts.diagonal()
        either = (counts.sum(0) + counts.sum(1) - both)[self.chosen()]
        is_there = either > 1e-9
        overlap = (both[self.chosen()] / (either + EPSILON)) * is_there
        return float(overlap.sum() / (is_there.sum() + EPSILON))


class _OfClasses(_Overlap):
    num_classes: int = Field(ge=1, le=10_000, description="How many classes there are.")
    ignore_class: int | None = Field(default=None, description="Class whose places count for nothing.")
    sparse_y_true: bool = Field(default=True, description="Targets are class numbers, not one-hot.")
    sparse_y_pred: bool = Field(
        default=True, description="Outputs are class numbers; turn it off for a softmax."
    )
    axis: int = Field(default=-1, description="Axis of the classes.")

    def classes(self) -> int:
        return self.num_classes

    def chosen(self) -> list[int]:
        return list(range(self.num_classes))

    def ignored(self) -> int | None:
        return self.ignore_class

    def labels(self, target: "Tensor", output: "Tensor") -> "tuple[Tensor, Tensor]":
        right = target if self.sparse_y_true else target.argmax(self.axis)
        said = output if self.sparse_y_pred else output.argmax(self.axis)
        return right.long().reshape(said.shape), said.long()


class _Chosen(_OfClasses):
    target_class_ids: list[int] = Field(min_length=1, description="Classes whose overlap counts.")

    @model_validator(mode="after")
    def _are_classes(self) -> Self:
        if max(self.target_class_ids) >= self.num_classes or min(self.target_class_ids) < 0:
            raise ValueError(
                f"`target_class_ids` must be below `num_classes`; received {self.target_class_ids}"
            )
        return self

    def chosen(self) -> list[int]:
        return self.target_class_ids


class IoU(_Chosen):
    """Intersection over union of some classes: what both call so, as a share of what either does."""

    type_name: ClassVar[str] = "io_u"


class MeanIoU(_OfClasses):
    """Intersection over union: the mean over all classes that appear."""

    type_name: ClassVar[str] = "mean_io_u"


class OneHotIoU(_Chosen):
    """Intersection over union of some classes, with one-hot targets and a softmax."""

    type_name: ClassVar[str] = "one_hot_io_u"

    sparse_y_true: bool = Field(default=False, description="Targets are class numbers, not one-hot.")
    sparse_y_pred: bool = Field(default=False, description="Outputs are class numbers.")


class OneHotMeanIoU(_OfClasses):
    """Intersection over union, the mean over all classes, with one-hot targets and a softmax."""

    type_name: ClassVar[str] = "one_hot_mean_io_u"

    sparse_y_true: bool = Field(default=False, description="Targets are class numbers, not one-hot.")
    sparse_y_pred: bool = Field(default=False, description="Outputs are class numbers.")


class BinaryIoU(_Overlap):
    """Intersection over union of yes and no, by a threshold."""

    type_name: ClassVar[str] = "binary_io_u"
    targets: ClassVar[Literal["numbers", "classes", "any"]] = "numbers"

    target_class_ids: list[int] = Field(default=[0, 1], min_length=1, description="0 for no, 1 for yes.")
    threshold: float = Field(default=0.5, description="Outputs at it or above mean yes.")

    @model_validator(mode="after")
    def _are_answers(self) -> Self:
        if set(self.target_class_ids) - {0, 1}:
            raise ValueError(f"`target_class_ids` holds 0, 1 or both; received {self.target_class_ids}")
        return self

    def classes(self) -> int:
        return 2

    def chosen(self) -> list[int]:
        return self.target_class_ids

    def labels(self, target: "Tensor", output: "Tensor") -> "tuple[Tensor, Tensor]":
        return target.long().reshape(output.shape), (output >= self.threshold).long()
