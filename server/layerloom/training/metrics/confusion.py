"""Metrics of right and wrong yes-or-no answers: counts, precision, recall."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field, field_validator

from layerloom.training.losses.base import aligned, fitted
from layerloom.training.metrics.base import Kept, Metric

if TYPE_CHECKING:
    from torch import Tensor

Thresholds = float | list[float] | None


class Counted(Metric):
    """Keeps how many answers lie above each threshold, those that should be yes and the others apart.

    Not an answer but the number of thresholds below it is counted: one pass, however many thresholds.
    """

    targets: ClassVar[Literal["numbers", "classes", "any"]] = "numbers"

    def one_class(self) -> int | None:
        """The only class that is looked at."""
        return None

    def edges(self) -> list[float]:
        """The thresholds."""
        raise NotImplementedError(type(self).__name__)

    def begin(self, like: "Tensor") -> Kept:
        import torch

        zero = torch.zeros((), dtype=torch.float64, device=like.device)
        return {"positives": zero, "negatives": zero.clone()}

    def update(self, kept: Kept, target: "Tensor", output: "Tensor", weights: "Tensor | None") -> None:
        target = aligned(target, output)
        output = self._prepared(output)
        counts = None if weights is None else fitted(weights, output)
        chosen = self.one_class()
        if chosen is not None:
            place = slice(chosen, chosen + 1)
            target, output = target[..., place], output[..., place]
        right = (target != 0).double()
        self._add(kept, right, output, right.new_ones(()) if counts is None else counts.double())

    def _prepared(self, output: "Tensor") -> "Tensor":
        return output

    def _add(self, kept: Kept, right: "Tensor", output: "Tensor", counts: "Tensor") -> None:
        above = self._above(output).reshape(-1)
        size = len(self.edges()) + 1
        for name, chosen in (("positives", right), ("negatives", 1 - right)):
            many = (chosen * counts).expand_as(output).reshape(-1)
            kept[name] = kept[name] + many.new_zeros(size).index_add_(0, above, many)

    def _above(self, output: "Tensor") -> "Tensor":
        """How many thresholds lie below each number, as Keras counts them (`metrics/metrics_utils.py`)."""
        import torch

        edges = self.edges()
        if _are_even(edges):
            above = (output.clamp(0, 1) * (len(edges) - 1)).ceil().long()
            return above.clamp(min=1) if edges[0] < 0 else above
        ordered = torch.tensor(sorted(edges), dtype=output.dtype, device=output.device)
        return torch.bucketize(output.contiguous(), ordered)

    def counts(self, kept: Kept) -> "tuple[Tensor, Tensor, Tensor, Tensor]":
        """True positives, false positives, true negatives and false negatives at each threshold."""
        import torch

        edges = self.edges()
        positives, negatives = kept["positives"], kept["negatives"]
        if positives.dim() == 0:
            positives = negatives = torch.zeros(len(edges) + 1, dtype=torch.float64)
        hits, alarms = (_from_end(item)[1:] for item in (positives, negatives))
        if not _are_even(edges):
            ranks = torch.tensor(edges, dtype=torch.float64).argsort(stable=True).argsort(stable=True)
            hits, alarms = (item[ranks.to(item.device)] for item in (hits, alarms))
        return hits, alarms, negatives.sum(0) - alarms, positives.sum(0) - hits


class _AtThresholds(Counted):
    thresholds: Thresholds = Field(
        default=None, description="Outputs above it mean yes; 0.5. Several give one number each."
    )

    @field_validator("thresholds")
    @classmethod
    def _are_shares(cls, thresholds: Thresholds) -> Thresholds:
        several = thresholds if isinstance(thresholds, list) else [thresholds or 0.0]
        if not several or any(threshold < 0 or threshold > 1 for threshold in several):
            raise ValueError("thresholds lie from 0 to 1")
        return thresholds

    @property
    def is_several(self) -> bool:
        return isinstance(self.thresholds, list) and len(self.thresholds) > 1

    def edges(self) -> list[float]:
        if self.thresholds is None:
            return [0.5]
        return self.thresholds if isinstance(self.thresholds, list) else [self.thresholds]

    def _numbers(self, numbers: "Tensor") -> float | list[float]:
        return numbers.tolist() if self.is_several else float(numbers[0])


class _OfSome(_AtThresholds):
    top_k: int | None = Field(
        default=None, ge=1, description="Only the `k` largest outputs of a row mean yes."
    )
    class_id: int | None = Field(default=None, ge=0, description="Look at this class only.")

    def one_class(self) -> int | None:
        return self.class_id

    def edges(self) -> list[float]:
        return [_LOWEST] if self.thresholds is None and self.top_k is not None else super().edges()

    def _prepared(self, output: "Tensor") -> "Tensor":
        if self.top_k is None:
            return output
        import torch

        chosen = output.topk(self.top_k).indices
        is_chosen = torch.zeros_like(output, dtype=torch.bool).scatter_(-1, chosen, True)
        return output.masked_fill(~is_chosen, _LOWEST)


class Precision(_OfSome):
    """Of all that the output called yes, the share that is yes."""

    type_name: ClassVar[str] = "precision"

    def result(self, kept: Kept) -> float | list[float]:
        hits, alarms, _, _ = self.counts(kept)
        return self._numbers(share(hits, hits + alarms))


class Recall(_OfSome):
    """Of all that is yes, the share that the output called yes."""

    type_name: ClassVar[str] = "recall"

    def result(self, kept: Kept) -> float | list[float]:
        hits, _, _, misses = self.counts(kept)
        return self._numbers(share(hits, hits + misses))


class _Count(_AtThresholds):
    place: ClassVar[int]
    """Of the count among `counts`."""

    def result(self, kept: Kept) -> float | list[float]:
        return self._numbers(self.counts(kept)[self.place])


class TruePositives(_Count):
    """How many answers were yes, rightly."""

    type_name: ClassVar[str] = "true_positives"
    place: ClassVar[int] = 0


class FalsePositives(_Count):
    """How many answers were yes, wrongly."""

    type_name: ClassVar[str] = "false_positives"
    better: ClassVar[Literal["up", "down"]] = "down"
    place: ClassVar[int] = 1


class TrueNegatives(_Count):
    """How many answers were no, rightly."""

    type_name: ClassVar[str] = "true_negatives"
    place: ClassVar[int] = 2


class FalseNegatives(_Count):
    """How many answers were no, wrongly."""

    type_name: ClassVar[str] = "false_negatives"
    better: ClassVar[Literal["up", "down"]] = "down"
    place: ClassVar[int] = 3


_LOWEST = -1e10
"""Below every output that is looked at."""


def share(part: "Tensor", whole: "Tensor") -> "Tensor":
    """Part of a whole, 0 where there is no whole."""
    return (part / whole).where(whole != 0, whole.new_zeros(()))


def _are_even(edges: Sequence[float]) -> bool:
    return _are_steps(tuple(edges))


@cache
def _are_steps(edges: tuple[float, ...]) -> bool:
    """Whether thresholds go from 0 to 1 in equal steps, but for a hair at the ends."""
    last = len(edges) - 1
    return last > 1 and all(abs(edge - index / last) <= 1.1e-7 for index, edge in enumerate(edges))


def _from_end(counts: "Tensor") -> "Tensor":
    """Sums of each place and all after it."""
    return counts.flip(0).cumsum(0).flip(0)
