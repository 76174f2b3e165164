"""Losses to look at without learning from them."""

import math
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from layerloom.training.losses.base import Loss
from layerloom.training.losses.binary_crossentropy import BinaryCrossentropy
from layerloom.training.losses.categorical_crossentropy import (
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
)
from layerloom.training.losses.hinge import CategoricalHinge, Hinge, SquaredHinge
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

    def result(self, kept: Kept) -> float | list[float]:
        mean = super().result(kept)
        assert isinstance(mean, float)
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

    axis: int = Field(default=-1, description="Axis of the vectors.")

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        return -CosineSimilarity(axis=self.axis).values(target, output)


class LogCoshMetric(_OfLoss):
    """`log(cosh(p - y))`, the mean over the last axis."""

    type_name: ClassVar[str] = "logcosh"
    aliases: ClassVar[tuple[str, ...]] = ("log_cosh_error", "log_cosh")

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
    axis: int = Field(default=-1, description="Axis of the classes.")

    def loss(self) -> Loss:
        return CategoricalCrossentropy(
            from_logits=self.from_logits, label_smoothing=self.label_smoothing, axis=self.axis
        )


class SparseCategoricalCrossentropyMetric(_OfLoss):
    """Cross-entropy of an output over classes, with class numbers as targets."""

    type_name: ClassVar[str] = "sparse_categorical_crossentropy"
    targets: ClassVar[Literal["numbers", "classes", "any"]] = "classes"

    from_logits: bool = Field(default=False, description="The output has no softmax yet.")
    ignore_class: int | None = Field(default=None, description="Class whose rows cost nothing.")
    axis: int = Field(default=-1, description="Axis of the classes.")

    def loss(self) -> Loss:
        return SparseCategoricalCrossentropy(
            from_logits=self.from_logits, ignore_class=self.ignore_class, axis=self.axis
        )

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        values = super().values(target, output)
        if self.ignore_class is None:
            return values
        valid = self.loss().valid(target, values)
        return values if valid is None else values * valid


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


class SquaredHingeMetric(_OfLoss):
    """`max(1 - y p, 0)²`, the mean over the last axis."""

    type_name: ClassVar[str] = "squared_hinge"

    def loss(self) -> Loss:
        return _SQUARED_HINGE


class CategoricalHingeMetric(_OfLoss):
    """`max(best wrong class - right class + 1, 0)`, with one-hot targets."""

    type_name: ClassVar[str] = "categorical_hinge"

    def loss(self) -> Loss:
        return _CATEGORICAL_HINGE


_SQUARED = MeanSquaredError()
_ABSOLUTE = MeanAbsoluteError()
_PERCENTAGE = MeanAbsolutePercentageError()
_LOGARITHMIC = MeanSquaredLogarithmicError()
_LOG_COSH = LogCosh()
_DIVERGENCE = KLDivergence()
_POISSON = Poisson()
_HINGE = Hinge()
_SQUARED_HINGE = SquaredHinge()
_CATEGORICAL_HINGE = CategoricalHinge()
