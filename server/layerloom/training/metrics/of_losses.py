"""Losses to look at without learning from them."""

import math
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from layerloom.training.losses.base import EPSILON, Loss, aligned
from layerloom.training.losses.binary_crossentropy import BinaryCrossentropy
from layerloom.training.losses.categorical_crossentropy import (
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
)
from layerloom.training.losses.hinge import Hinge
from layerloom.training.losses.probabilistic import KLDivergence, Poisson
from layerloom.training.losses.regression import (
    CosineSimilarity,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
)
from layerloom.training.metrics.base import Kept, MeanMetric

if TYPE_CHECKING:
    from torch import Tensor


class _OfLoss(MeanMetric):
    better: ClassVar[Literal["up", "down"]] = "down"
    targets: ClassVar[Literal["numbers", "classes", "any"]] = "numbers"

    def loss(self) -> Loss:
        raise NotImplementedError(type(self).__name__)

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        return self.loss().values(target, output)


class MeanSquaredErrorMetric(_OfLoss):
    """`(y - p)²`, the mean over the last axis."""

    type_name: ClassVar[str] = "mean_squared_error"
    aliases: ClassVar[tuple[str, ...]] = ("mse",)

    def loss(self) -> Loss:
        return _SQUARED


class RootMeanSquaredError(_OfLoss):
    """Root of the mean of `(y - p)²`: the usual error in the unit of the target."""

    type_name: ClassVar[str] = "root_mean_squared_error"
    aliases: ClassVar[tuple[str, ...]] = ("rmse",)

    def loss(self) -> Loss:
        return _SQUARED

    def result(self, kept: Kept) -> float:
        mean = super().result(kept)
        return math.sqrt(mean) if mean >= 0 else math.nan


class MeanAbsoluteErrorMetric(_OfLoss):
    """`|y - p|`, the mean over the last axis."""

    type_name: ClassVar[str] = "mean_absolute_error"
    aliases: ClassVar[tuple[str, ...]] = ("mae",)

    def loss(self) -> Loss:
        return _ABSOLUTE


class MeanAbsolutePercentageErrorMetric(_OfLoss):
    """`100 |(y - p) / y|`, the mean over the last axis."""

    type_name: ClassVar[str] = "mean_absolute_percentage_error"
    aliases: ClassVar[tuple[str, ...]] = ("mape",)

    def loss(self) -> Loss:
        return _PERCENTAGE


class MeanSquaredLogarithmicErrorMetric(_OfLoss):
    """`(log(y + 1) - log(p + 1))²`, the mean over the last axis."""

    type_name: ClassVar[str] = "mean_squared_logarithmic_error"
    aliases: ClassVar[tuple[str, ...]] = ("msle",)

    def loss(self) -> Loss:
        return _LOGARITHMIC


class CosineSimilarityMetric(_OfLoss):
    """Cosine of the angle between target and output; 1 is the same direction."""

    type_name: ClassVar[str] = "cosine_similarity"
    better: ClassVar[Literal["up", "down"]] = "up"

    axis: Literal[-1] = Field(default=-1, description="Axis of the vectors.")

    def loss(self) -> Loss:
        return _COSINE

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        return -_COSINE.values(target, output)


class LogCoshMetric(_OfLoss):
    """`log(cosh(p - y))`, the mean over the last axis."""

    type_name: ClassVar[str] = "log_cosh_error"
    aliases: ClassVar[tuple[str, ...]] = ("log_cosh", "logcosh")

    def loss(self) -> Loss:
        return _LOG_COSH


class BinaryCrossentropyMetric(_OfLoss):
    """Cross-entropy of a yes-or-no output."""

    type_name: ClassVar[str] = "binary_crossentropy"
    aliases: ClassVar[tuple[str, ...]] = ("bce",)

    from_logits: bool = Field(default=False, description="The output has no sigmoid yet.")
    label_smoothing: float = Field(default=0.0, ge=0, le=1, description="Moves targets towards 0.5.")

    def loss(self) -> Loss:
        return BinaryCrossentropy(from_logits=self.from_logits, label_smoothing=self.label_smoothing)


class CategoricalCrossentropyMetric(_OfLoss):
    """Cross-entropy of an output over classes, with one-hot targets."""

    type_name: ClassVar[str] = "categorical_crossentropy"

    from_logits: bool = Field(default=False, description="The output has no softmax yet.")
    label_smoothing: float = Field(
        default=0.0, ge=0, le=1, description="Share that moves to all classes alike."
    )
    axis: Literal[-1] = Field(default=-1, description="Axis of the classes.")

    def loss(self) -> Loss:
        return CategoricalCrossentropy(from_logits=self.from_logits, label_smoothing=self.label_smoothing)


class SparseCategoricalCrossentropyMetric(_OfLoss):
    """Cross-entropy of an output over classes, with class numbers as targets."""

    type_name: ClassVar[str] = "sparse_categorical_crossentropy"
    targets: ClassVar[Literal["numbers", "classes", "any"]] = "classes"

    from_logits: bool = Field(default=False, description="The output has no softmax yet.")
    axis: Literal[-1] = Field(default=-1, description="Axis of the classes.")

    def loss(self) -> Loss:
        return SparseCategoricalCrossentropy(from_logits=self.from_logits)


class KLDivergenceMetric(_OfLoss):
    """`Σ y log(y / p)`: how far a distribution is from the target distribution."""

    type_name: ClassVar[str] = "kl_divergence"
    aliases: ClassVar[tuple[str, ...]] = ("kld",)

    def loss(self) -> Loss:
        return _DIVERGENCE


class PoissonMetric(_OfLoss):
    """`p - y log p`, the mean over the last axis."""

    type_name: ClassVar[str] = "poisson"

    def loss(self) -> Loss:
        return _POISSON


class HingeMetric(_OfLoss):
    """`max(1 - y p, 0)`, the mean over the last axis."""

    type_name: ClassVar[str] = "hinge"

    def loss(self) -> Loss:
        return _HINGE


class R2Score(_OfLoss):
    """Share of the targets' variance that the output explains; 1 is perfect, 0 no better than the mean.

    Over all numbers of the output together, each column weighing alike, as in Keras (`uniform_average`).
    """

    type_name: ClassVar[str] = "r2_score"
    better: ClassVar[Literal["up", "down"]] = "up"

    def begin(self, like: "Tensor") -> Kept:
        import torch

        zero = torch.zeros((), dtype=torch.float64, device=like.device)
        return {"squares": zero.clone(), "sum": zero.clone(), "residual": zero.clone(), "count": 0.0}

    def update(self, kept: Kept, target: "Tensor", output: "Tensor", mask: "Tensor | None") -> None:
        target = aligned(target, output).reshape(-1, output.shape[-1]).double()
        output = output.reshape(-1, output.shape[-1]).double()
        if mask is not None:
            target, output = target[mask.reshape(-1)], output[mask.reshape(-1)]
        kept["squares"] = kept["squares"] + target.square().sum(0)
        kept["sum"] = kept["sum"] + target.sum(0)
        kept["residual"] = kept["residual"] + (target - output).square().sum(0)
        kept["count"] += float(len(target))

    def result(self, kept: Kept) -> float:
        if not kept["count"]:
            return 0.0
        spread = kept["squares"] - kept["sum"].square() / kept["count"]
        score = 1 - kept["residual"] / spread.clamp(min=EPSILON)
        return float(score.mean())


_SQUARED = MeanSquaredError()
_ABSOLUTE = MeanAbsoluteError()
_PERCENTAGE = MeanAbsolutePercentageError()
_LOGARITHMIC = MeanSquaredLogarithmicError()
_COSINE = CosineSimilarity()
_LOG_COSH = LogCosh()
_DIVERGENCE = KLDivergence()
_POISSON = Poisson()
_HINGE = Hinge()
