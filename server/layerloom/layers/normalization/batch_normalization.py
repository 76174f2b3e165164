"""The layer type `BatchNormalization`."""

from typing import Any, ClassVar, Literal

from pydantic import Field

from layerloom.layers.base import (
    Category,
    Example,
    Inputs,
    KerasLayer,
    Outputs,
    Weight,
    as_float,
    expect_axis,
    known,
    one,
    refuse,
)
from layerloom.layers.calls import Call
from layerloom.layers.fields.constraint import Constraint
from layerloom.layers.fields.initializer import Initializer, initializer
from layerloom.layers.fields.regularizer import Regularizer
from layerloom.tensors import TensorSpec

_WHY = "each of its entries has statistics of its own"


class BatchNormalization(KerasLayer):
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
    center: bool = Field(default=True, description="Learns an offset, beta.")
    scale: bool = Field(default=True, description="Learns a factor, gamma.")
    beta_initializer: Initializer = initializer("zeros", "How beta starts.")
    gamma_initializer: Initializer = initializer("ones", "How gamma starts.")
    moving_mean_initializer: Initializer = initializer("zeros", "How the moving mean starts.")
    moving_variance_initializer: Initializer = initializer("ones", "How the moving variance starts.")
    beta_regularizer: Regularizer = Field(default=None, description="Penalty on beta, added to the loss.")
    gamma_regularizer: Regularizer = Field(default=None, description="Penalty on gamma, added to the loss.")
    beta_constraint: Constraint = Field(default=None, description="Bound on beta, kept after each step.")
    gamma_constraint: Constraint = Field(default=None, description="Bound on gamma, kept after each step.")
    synchronized: bool = Field(
        default=False, description="Kept for Keras' files; a run trains on one device, so it changes nothing."
    )
    renorm: Literal[False] = Field(
        default=False, description="Batch renormalization; not supported, must be off."
    )
    renorm_clipping: dict[str, float] | None = Field(default=None, description="Belongs to `renorm`.")
    renorm_momentum: float = Field(default=0.99, description="Belongs to `renorm`.")

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
        gamma = Weight(
            "gamma", shape, self.gamma_initializer, "weight",
            regularizer=self.gamma_regularizer, constraint=self.gamma_constraint,
        )  # fmt: skip
        beta = Weight(
            "beta", shape, self.beta_initializer, "bias",
            regularizer=self.beta_regularizer, constraint=self.beta_constraint,
        )  # fmt: skip
        return (
            *((gamma,) if self.scale else ()),
            *((beta,) if self.center else ()),
            Weight("moving_mean", shape, self.moving_mean_initializer, "running_mean", trainable=False),
            Weight(
                "moving_variance", shape, self.moving_variance_initializer, "running_var", trainable=False
            ),
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
        further = {name: False for name in ("center", "scale", "trainable") if not getattr(self, name)}
        return Call("layerloom.layers.modules.normalization.BatchNormalization", arguments | further)

    def _features(self, inputs: Inputs) -> int:
        spec = one(inputs)
        return known(spec, expect_axis(spec, self.axis), why=_WHY)
