"""What a metric is: something kept while batches go by, and one number at the end of the epoch."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, field_validator

from layerloom.choices import Choice, choices, create, dtype_name, normal
from layerloom.problems import Problem, ProblemError
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

    _plain_dtype = field_validator("dtype", mode="before")(dtype_name)

    @property
    def is_several(self) -> bool:
        """Whether `result` is a list: its numbers are shown as `name_0`, `name_1`, …"""
        return False

    def fitting(self, target: Sequence[int], output: Sequence[int]) -> "Metric":
        """The metric that is meant for targets and outputs of these shapes: itself, but for `accuracy`."""
        return self

    def begin(self, like: "Tensor") -> Kept:
        """Nothing seen yet; on the device of `like`."""
        raise NotImplementedError(type(self).__name__)

    def update(self, kept: Kept, target: "Tensor", output: "Tensor", weights: "Tensor | None") -> None:
        """Takes a batch in. `weights` tell how much each sample or time step counts: a mask, or numbers."""
        raise NotImplementedError(type(self).__name__)

    def result(self, kept: Kept) -> float | list[float]:
        """The number for all that was seen, or the list of them; 0 if that is nothing."""
        raise NotImplementedError(type(self).__name__)


class MeanMetric(Metric):
    """The mean of a value that each sample (or time step) has; masked ones don't count, others by weight."""

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

    def update(self, kept: Kept, target: "Tensor", output: "Tensor", weights: "Tensor | None") -> None:
        if weights is None:
            total, count = self.total(target, output)
            kept["total"] += total
            kept["count"] += count
            return
        values = self.values(target, output)
        weights = fitted(weights, values).to(values.dtype).expand_as(values)
        kept["total"] += (values * weights).sum()
        kept["count"] = kept["count"] + weights.sum().double()

    def result(self, kept: Kept) -> float | list[float]:
        count = float(kept["count"])
        return float(kept["total"]) / count if count else 0.0


_WITHOUT_TARGET = ("mean", "sum", "meanmetricwrapper", "metric")
"""Keras' metrics that code calls with values of its own."""


def metrics() -> Mapping[str, type[Metric]]:
    """All metrics by type."""
    return choices("layerloom.training.metrics", Metric)


def create_metric(type_name: str, config: Mapping[str, Any], field: str) -> Metric:  # Any: JSON
    """Raises `ProblemError` with `metric.unknown` or `config.invalid`."""
    if normal(type_name) in _WITHOUT_TARGET:
        raise ProblemError(
            Problem(
                code="metric.unknown",
                message=f"`{type_name}` has nothing to compare an output with, so it can't watch one.",
                hint="Use a metric of targets and outputs, such as `mean_absolute_error`.",
                field=field,
            )
        )
    return create(metrics(), "metric", type_name, config, field)
