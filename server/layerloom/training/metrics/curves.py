"""Metrics over all thresholds: the area under a curve, and the best of one share at a given other."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from layerloom.training.losses.base import EPSILON
from layerloom.training.metrics.base import Kept
from layerloom.training.metrics.confusion import Counted, share

if TYPE_CHECKING:
    from torch import Tensor


class AUC(Counted):
    """Area under the curve of true against false positives: the chance that a yes is ranked above a no.

    Estimated at `num_thresholds` thresholds, as in Keras (`keras/src/metrics/confusion_metrics.py`). `PR` is
    the curve of precision against recall (Davis and Goadrich, 2006), `PRGAIN` that of their gains.
    """

    type_name: ClassVar[str] = "auc"

    num_thresholds: int = Field(
        default=200, ge=2, le=100_000, description="At how many thresholds it is estimated."
    )
    curve: Literal["ROC", "PR", "PRGAIN"] = Field(default="ROC", description="Which curve.")
    summation_method: Literal["interpolation", "minoring", "majoring"] = Field(
        default="interpolation", description="Trapezoids, or rectangles below or above the curve."
    )
    thresholds: list[float] | None = Field(
        default=None, max_length=100_000, description="The thresholds, instead of their number."
    )
    multi_label: bool = Field(default=False, description="The mean over the labels, each with its own curve.")
    num_labels: int | None = Field(default=None, ge=1, description="How many labels; known by the output.")
    label_weights: list[float] | None = Field(default=None, description="How much each label counts.")
    from_logits: bool = Field(default=False, description="The output has no sigmoid yet.")

    @field_validator("curve", "summation_method", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        known = {"roc": "ROC", "pr": "PR", "prgain": "PRGAIN"}
        return known.get(value.lower(), value.lower()) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _labels_fit(self) -> Self:
        if self.num_labels and not self.multi_label:
            raise ValueError("`num_labels` is for `multi_label`")
        return self

    def edges(self) -> list[float]:
        return list(_auc_edges(self.num_thresholds, tuple(self.thresholds) if self.thresholds else None))

    def _prepared(self, output: "Tensor") -> "Tensor":
        return output.sigmoid() if self.from_logits else output

    def _add(self, kept: Kept, right: "Tensor", output: "Tensor", counts: "Tensor") -> None:
        if not self.multi_label:
            if self.label_weights is not None:
                counts = counts * counts.new_tensor(self.label_weights)
            super()._add(kept, right, output, counts)
            return
        import torch

        labels = output.shape[-1]
        size = len(self.edges()) + 1
        place = self._above(output) * labels + torch.arange(labels, device=output.device)
        for name, chosen in (("positives", right), ("negatives", 1 - right)):
            many = (chosen * counts).expand_as(output).reshape(-1)
            counted = many.new_zeros(size * labels).index_add_(0, place.reshape(-1), many)
            kept[name] = kept[name] + counted.reshape(size, labels)

    def result(self, kept: Kept) -> float | list[float]:
        hits, alarms, rejections, misses = self.counts(kept)
        if self.curve == "PR" and self.summation_method == "interpolation":
            return self._mean(_interpolated(hits, alarms, misses))
        recall = share(hits, hits + misses)
        if self.curve == "ROC":
            across, up = share(alarms, alarms + rejections), recall
        elif self.curve == "PR":
            across, up = recall, share(hits, hits + alarms)
        else:
            odds = share(hits + misses, rejections + alarms)
            zero, one = hits.new_zeros(()), hits.new_ones(())
            across = (1 - odds * share(misses, hits)).where(hits != 0, zero).clamp(min=0)
            up = (1 - odds * share(alarms, hits)).where(hits != 0, one)
        if self.summation_method == "interpolation":
            heights = (up[:-1] + up[1:]) / 2
        elif self.summation_method == "minoring":
            heights = up[:-1].minimum(up[1:])
        else:
            heights = up[:-1].maximum(up[1:])
        return self._mean((across[:-1] - across[1:]) * heights)

    def _mean(self, terms: "Tensor") -> float:
        by_label = terms.sum(0)
        if by_label.dim() == 0:
            return float(by_label)
        if self.label_weights is None:
            return float(by_label.mean())
        weights = by_label.new_tensor(self.label_weights)
        return float(share((by_label * weights).sum(), weights.sum()))


@cache
def _auc_edges(number: int, thresholds: Sequence[float] | None) -> tuple[float, ...]:
    inner = sorted(thresholds) if thresholds else [index / (number - 1) for index in range(1, number - 1)]
    return (-EPSILON, *inner, 1 + EPSILON)


def _interpolated(hits: "Tensor", alarms: "Tensor", misses: "Tensor") -> "Tensor":
    """Parts of the area under precision and recall; positives, not precision, lie on a line between two."""
    more = hits[:-1] - hits[1:]
    called = hits + alarms
    slope = share(more, (called[:-1] - called[1:]).clamp(min=0))
    start = hits[1:] - slope * called[1:]
    both = (called[:-1] > 0) & (called[1:] > 0)
    ratio = share(called[:-1], called[1:]).where(both, called.new_ones(()))
    return share(slope * (more + start * ratio.log()), hits[1:] + misses[1:])


class _BestAt(Counted):
    num_thresholds: int = Field(default=200, ge=1, le=100_000, description="At how many thresholds to look.")
    class_id: int | None = Field(default=None, ge=0, description="Look at this class only.")

    def one_class(self) -> int | None:
        return self.class_id

    def edges(self) -> list[float]:
        return list(_best_edges(self.num_thresholds))

    def shares(self, kept: Kept) -> "tuple[Tensor, Tensor]":
        """What has to be reached, and what is looked for, at each threshold."""
        raise NotImplementedError(type(self).__name__)

    def least(self) -> float:
        raise NotImplementedError(type(self).__name__)

    def result(self, kept: Kept) -> float | list[float]:
        given, wanted = self.shares(kept)
        # In float32, as in Keras: a share that is just reached must not fall short by a rounding.
        reached = given.float() >= given.new_tensor(self.least()).float()
        return float(wanted.where(reached, wanted.new_zeros(())).max().clamp(min=0))

    def _recalls(self, kept: Kept) -> "Tensor":
        hits, _, _, misses = self.counts(kept)
        return share(hits, hits + misses)

    def _specificities(self, kept: Kept) -> "Tensor":
        _, alarms, rejections, _ = self.counts(kept)
        return share(rejections, rejections + alarms)

    def _precisions(self, kept: Kept) -> "Tensor":
        hits, alarms, _, _ = self.counts(kept)
        return share(hits, hits + alarms)


class SensitivityAtSpecificity(_BestAt):
    """The best share of yes that is found, where at least a given share of no is left alone."""

    type_name: ClassVar[str] = "sensitivity_at_specificity"

    specificity: float = Field(ge=0, le=1, description="Least share of no that is left alone.")

    def least(self) -> float:
        return self.specificity

    def shares(self, kept: Kept) -> "tuple[Tensor, Tensor]":
        return self._specificities(kept), self._recalls(kept)


class SpecificityAtSensitivity(_BestAt):
    """The best share of no that is left alone, where at least a given share of yes is found."""

    type_name: ClassVar[str] = "specificity_at_sensitivity"

    sensitivity: float = Field(ge=0, le=1, description="Least share of yes that is found.")

    def least(self) -> float:
        return self.sensitivity

    def shares(self, kept: Kept) -> "tuple[Tensor, Tensor]":
        return self._recalls(kept), self._specificities(kept)


class PrecisionAtRecall(_BestAt):
    """The best precision, where the recall is at least as given."""

    type_name: ClassVar[str] = "precision_at_recall"

    recall: float = Field(ge=0, le=1, description="Least recall.")

    def least(self) -> float:
        return self.recall

    def shares(self, kept: Kept) -> "tuple[Tensor, Tensor]":
        return self._recalls(kept), self._precisions(kept)


class RecallAtPrecision(_BestAt):
    """The best recall, where the precision is at least as given."""

    type_name: ClassVar[str] = "recall_at_precision"

    precision: float = Field(ge=0, le=1, description="Least precision.")

    def least(self) -> float:
        return self.precision

    def shares(self, kept: Kept) -> "tuple[Tensor, Tensor]":
        return self._precisions(kept), self._recalls(kept)


@cache
def _best_edges(number: int) -> tuple[float, ...]:
    if number == 1:
        return (0.5,)
    return (0.0, *(index / (number - 1) for index in range(1, number - 1)), 1.0)
