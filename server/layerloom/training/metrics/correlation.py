"""Metrics of numbers that rise and fall together."""

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from layerloom.training.losses.base import EPSILON, aligned
from layerloom.training.metrics.base import MeanMetric

if TYPE_CHECKING:
    from torch import Tensor


class PearsonCorrelation(MeanMetric):
    """How well a line tells the target from the output, -1 to 1, along an axis of each row."""

    type_name: ClassVar[str] = "pearson_correlation"
    targets: ClassVar[Literal["numbers", "classes", "any"]] = "numbers"

    axis: int = Field(default=-1, description="Axis along which they are compared.")

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        right, said = self._standard(aligned(target, output)), self._standard(output)
        return (right * said).mean(self.axis)

    def _standard(self, values: "Tensor") -> "Tensor":
        values = values - values.mean(self.axis, keepdim=True)
        return values / values.std(self.axis, correction=0, keepdim=True)


class ConcordanceCorrelation(MeanMetric):
    """How close output and target are to being equal, -1 to 1, along an axis of each row. Lin, 1989."""

    type_name: ClassVar[str] = "concordance_correlation"
    targets: ClassVar[Literal["numbers", "classes", "any"]] = "numbers"

    axis: int = Field(default=-1, description="Axis along which they are compared.")

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        target, axis = aligned(target, output), self.axis
        right, said = target.mean(axis, keepdim=True), output.mean(axis, keepdim=True)
        spread = target.var(axis, correction=0, keepdim=True) + output.var(axis, correction=0, keepdim=True)
        # Keras takes the output's mean from the target too; its sum over the axis is the same.
        together = (target - said) * (output - said)
        return (2 * together / (spread + (right - said).square() + EPSILON)).mean(axis)
