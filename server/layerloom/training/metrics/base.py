"""What a metric is: something kept while batches go by, and one number at the end of the epoch."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from layerloom.training.choices import Choice, choices, create
from layerloom.training.losses.base import fitted

if TYPE_CHECKING:
    from torch import Tensor

Kept = dict[str, Any]
"""What a metric keeps between batches: tensors on the device, and numbers. Any: either of them."""


class Metric(Choice):
    """A number to look at."""

    better: ClassVar[Literal["up", "down"]] = "up"
    """Which way is better: what `mode="auto"` of a callback means."""

    targets: ClassVar[Literal["numbers", "classes", "any"]] = "any"
    """`classes`: whole numbers, one axis less than the output; `numbers`: the output's own shape."""

    name: str | None = Field(
        default=None, description="Name of the curve; Keras' name of the type if not given."
    )
    dtype: Literal[None, "float32"] = Field(default=None, description="Metrics compute in float32.")

    def fitting(self, target: Sequence[int], output: Sequence[int]) -> "Metric":
        """The metric that is meant for targets and outputs of these shapes: itself, but for `accuracy`."""
        return self

    def begin(self, like: "Tensor") -> Kept:
        """Nothing seen yet; on the device of `like`."""
        raise NotImplementedError(type(self).__name__)

    def update(self, kept: Kept, target: "Tensor", output: "Tensor", mask: "Tensor | None") -> None:
        """Takes a batch in."""
        raise NotImplementedError(type(self).__name__)

    def result(self, kept: Kept) -> float:
        """The number for all that was seen; 0 if that is nothing."""
        raise NotImplementedError(type(self).__name__)


class MeanMetric(Metric):
    """The mean of a value that each sample (or time step) has; masked ones don't count."""

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        """One value for each sample or time step."""
        raise NotImplementedError(type(self).__name__)

    def total(self, target: "Tensor", output: "Tensor") -> "tuple[Tensor, int]":
        """Sum and number of the values; overridden where that is cheaper."""
        values = self.values(target, output)
        return values.sum(), values.numel()

    def begin(self, like: "Tensor") -> Kept:
        import torch

        return {"total": torch.zeros((), dtype=torch.float64, device=like.device), "count": 0.0}

    def update(self, kept: Kept, target: "Tensor", output: "Tensor", mask: "Tensor | None") -> None:
        if mask is None:
            total, count = self.total(target, output)
            kept["total"] += total
            kept["count"] += count
            return
        values = self.values(target, output)
        weights = fitted(mask, values).to(values.dtype).expand_as(values)
        kept["total"] += (values * weights).sum()
        kept["count"] = kept["count"] + weights.sum().double()

    def result(self, kept: Kept) -> float:
        count = float(kept["count"])
        return float(kept["total"]) / count if count else 0.0


def metrics() -> Mapping[str, type[Metric]]:
    """All metrics by type."""
    return choices("layerloom.training.metrics", Metric)


def create_metric(type_name: str, config: Mapping[str, Any], field: str) -> Metric:  # Any: JSON
    """Raises `ProblemError` with `metric.unknown` or `config.invalid`."""
    return create(metrics(), "metric", type_name, config, field)
