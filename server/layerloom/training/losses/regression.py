"""Losses of outputs that estimate numbers."""

import math
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from layerloom.training.losses.base import EPSILON, Loss, aligned

if TYPE_CHECKING:
    from torch import Tensor


class MeanSquaredError(Loss):
    """`(y - p)²`, the mean over the last axis. The usual loss for numbers."""

    type_name: ClassVar[str] = "mean_squared_error"
    aliases: ClassVar[tuple[str, ...]] = ("mse",)

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        return (output - aligned(target, output)).square().mean(-1)

    def mean(self, target: "Tensor", output: "Tensor") -> "Tensor":
        target = aligned(target, output)
        if target.shape != output.shape:
            return self.values(target, output).mean()
        from torch.nn import functional

        return functional.mse_loss(output, target)


class MeanAbsoluteError(Loss):
    """`|y - p|`, the mean over the last axis. Less moved by outliers than the squared error."""

    type_name: ClassVar[str] = "mean_absolute_error"
    aliases: ClassVar[tuple[str, ...]] = ("mae",)

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        return (output - aligned(target, output)).abs().mean(-1)


class MeanAbsolutePercentageError(Loss):
    """`100 |(y - p) / y|`, the mean over the last axis."""

    type_name: ClassVar[str] = "mean_absolute_percentage_error"
    aliases: ClassVar[tuple[str, ...]] = ("mape",)

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        target = aligned(target, output)
        return 100 * ((target - output) / target.abs().clamp(min=EPSILON)).abs().mean(-1)


class MeanSquaredLogarithmicError(Loss):
    """`(log(y + 1) - log(p + 1))²`, the mean over the last axis, for numbers of very different sizes."""

    type_name: ClassVar[str] = "mean_squared_logarithmic_error"
    aliases: ClassVar[tuple[str, ...]] = ("msle",)

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        target = aligned(target, output)
        difference = output.clamp(min=EPSILON).add(1).log() - target.clamp(min=EPSILON).add(1).log()
        return difference.square().mean(-1)


class Huber(Loss):
    """Squared for small errors, absolute for those beyond `delta`; the mean over the last axis."""

    type_name: ClassVar[str] = "huber"
    aliases: ClassVar[tuple[str, ...]] = ("huber_loss",)

    delta: float = Field(default=1.0, gt=0, description="Where the error turns from squared to absolute.")

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        size = (output - aligned(target, output)).abs()
        far = self.delta * size - 0.5 * self.delta**2
        return (0.5 * size.square()).where(size <= self.delta, far).mean(-1)


class LogCosh(Loss):
    """`log(cosh(p - y))`, the mean over the last axis: squared when small, absolute when large."""

    type_name: ClassVar[str] = "log_cosh"

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        from torch.nn import functional

        error = output - aligned(target, output)
        return (error + functional.softplus(error * -2.0) - math.log(2.0)).mean(-1)


class CosineSimilarity(Loss):
    """Minus the cosine of the angle between target and output, from -1 (same direction) to 1."""

    type_name: ClassVar[str] = "cosine_similarity"

    axis: int = Field(default=-1, description="Axis of the vectors.")

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        target = aligned(target, output)
        return -(_unit(target, self.axis) * _unit(output, self.axis)).sum(self.axis)


def _unit(vectors: "Tensor", axis: int) -> "Tensor":
    return vectors * vectors.square().sum(axis, keepdim=True).clamp(min=EPSILON**2).rsqrt()
