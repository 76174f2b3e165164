"""The layer type `BatchNormalization`."""

from typing import Any, ClassVar, Self

from pydantic import Field, model_validator

from layerloom.layers.base import (
    Category,
    Example,
    Inputs,
    Outputs,
    Weight,
    as_float,
    expect_axis,
    known,
    one,
    refuse,
)
from layerloom.layers.calls import Call
from layerloom.layers.fields.choices import Settings
from layerloom.layers.fields.initializer import Initializer, initializer
from layerloom.layers.normalization.scaled import ScaledLayer
from layerloom.tensors import TensorSpec

_WHY = "each of its entries has statistics of its own"


class Clipping(Settings):
    """Bounds of batch renormalization; a bound that is not given does not bound."""

    rmax: float | None = None
    rmin: float | None = None
    dmax: float | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.rmax is not None and self.rmin is not None and self.rmax < self.rmin:
            raise ValueError(f"`rmax` {self.rmax} is less than `rmin` {self.rmin}")
        return self


class BatchNormalization(ScaledLayer):
    """Brings each feature to mean 0 and variance 1 over the batch.

    `gamma · (x - mean) / √(variance + epsilon) + beta`, for each entry of `axis`; the shape stays. In
    training mean and variance are the batch's, and moving ones follow them: `moving = momentum · moving +
    (1 - momentum) · batch`. At inference, and where `trainable` is off, the moving ones are used. Masked
    steps do not count.
    """

    axis: int = Field(
        default=-1, description="Axis that keeps its own statistics, the batch counted as 0: channels."
    )
    momentum: float = Field(default=0.99, ge=0, le=1, description="How slowly the moving statistics follow.")
    epsilon: float = Field(
        default=0.001, gt=0, description="Added to the variance, so that nothing divides by 0."
    )
    moving_mean_initializer: Initializer = initializer("zeros", "How the moving mean starts.")
    moving_variance_initializer: Initializer = initializer("ones", "How the moving variance starts.")
    synchronized: bool = Field(
        default=False, description="Kept for Keras' files; a run trains on one device, so it changes nothing."
    )
    renorm: bool = Field(
        default=False,
        description="Holds training close to inference: the batch's statistics are corrected by moving ones.",
    )
    renorm_clipping: Clipping | None = Field(
        default=None,
        description="Bounds of the correction: `rmin` and `rmax` of its factor, `dmax` of its offset.",
    )
    renorm_momentum: float = Field(
        default=0.99, ge=0, le=1, description="How slowly the statistics follow that `renorm` corrects by."
    )

    category: ClassVar[Category] = "normalization"
    search_words: ClassVar[tuple[str, ...]] = ("BN", "batch norm", "standardise", "批归一化", "批量归一化")
    mask_out: ClassVar = "pass"
    takes_mask: ClassVar[bool] = True
    depends_on_training: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = (
        Example("After a convolution", {}, {"inputs": (TensorSpec((None, 8, 8, 16)),)}),
        Example("After a Dense", {"momentum": 0.9}, {"inputs": (TensorSpec((None, 64)),)}),
        Example("Channels first", {"axis": 1, "scale": False}, {"inputs": (TensorSpec((None, 3, 8, 8)),)}),
        Example("A masked sequence", {}, {"inputs": (TensorSpec((None, None, 4), masked=True),)}),
        Example(
            "Small batches, renormalised",
            {"renorm": True, "renorm_clipping": {"rmin": 0.5, "rmax": 2.0, "dmax": 1.0}},
            {"inputs": (TensorSpec((None, 8)),)},
        ),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs)
        known(spec, expect_axis(spec, self.axis), why=_WHY)
        if spec.masked and len(spec.mask_shape) != spec.rank - 1:
            raise refuse(
                "shape.mismatch",
                f"got shape {spec} with a mask over its first {len(spec.mask_shape)} axes; expected a mask "
                "over all axes but the last.",
                "Normalise before the mask comes in, or after it is dropped.",
            )
        return {
            "output": TensorSpec(spec.shape, as_float(spec.dtype), spec.axes, spec.masked, spec.mask_shape)
        }

    def weights(self, inputs: Inputs) -> tuple[Weight, ...]:
        shape = (self._features(inputs),)
        start = self.moving_variance_initializer
        weights = (
            *self._scaling(shape),
            Weight("moving_mean", shape, self.moving_mean_initializer, "running_mean", trainable=False),
            Weight("moving_variance", shape, start, "running_var", trainable=False),
        )
        if not self.renorm:
            return weights
        deviation = {"type": "SquareRoot", "config": {"of": start}}
        return (
            *weights,
            Weight("moving_stddev", shape, deviation, "running_std", trainable=False),
            Weight("renorm_mean", shape, self.moving_mean_initializer, "renorm_mean", trainable=False),
            Weight("renorm_stddev", shape, deviation, "renorm_std", trainable=False),
        )

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        return 4 * (one(inputs).elements or 0)

    def torch_call(self, inputs: Inputs) -> Call:
        arguments: dict[str, Any] = {
            "features": self._features(inputs),
            "axis": self.axis,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
        }
        further: dict[str, Any] = {
            name: False for name in ("center", "scale", "trainable") if not getattr(self, name)
        }
        if not self.renorm:
            return Call("layerloom.layers.modules.normalization.BatchNormalization", arguments | further)
        bounds = {} if self.renorm_clipping is None else self.renorm_clipping.model_dump(exclude_none=True)
        further |= {"renorm_momentum": self.renorm_momentum, **bounds}
        return Call("layerloom.layers.modules.renormalization.BatchRenormalization", arguments | further)

    def _features(self, inputs: Inputs) -> int:
        spec = one(inputs)
        return known(spec, expect_axis(spec, self.axis), why=_WHY)
