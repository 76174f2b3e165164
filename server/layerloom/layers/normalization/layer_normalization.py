"""The layer type `LayerNormalization`."""

from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, WithJsonSchema

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
)
from layerloom.layers.calls import Call
from layerloom.layers.fields.constraint import Constraint
from layerloom.layers.fields.initializer import Initializer, initializer
from layerloom.layers.fields.numbers import as_tuple
from layerloom.layers.fields.regularizer import Regularizer
from layerloom.tensors import TensorSpec

_AXIS = {"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}, "minItems": 1}]}


class LayerNormalization(KerasLayer):
    """Brings each sample to mean 0 and variance 1 over its features.

    `gamma · (x - mean) / √(variance + epsilon) + beta`, with mean and variance over `axis`, sample by
    sample; the shape stays. Training and inference are alike.
    """

    axis: Annotated[
        int | Annotated[tuple[int, ...], Field(min_length=1)],
        BeforeValidator(as_tuple),
        WithJsonSchema(_AXIS),
    ] = Field(default=-1, description="Axis, or axes, that are normalised together; the batch counts as 0.")
    epsilon: float = Field(
        default=0.001, gt=0, description="Added to the variance, so that nothing divides by 0."
    )
    center: bool = Field(default=True, description="Learns an offset, beta.")
    scale: bool = Field(default=True, description="Learns a factor, gamma.")
    rms_scaling: bool = Field(
        default=False, description="Only divides by the deviation: no mean is taken off, no beta."
    )
    beta_initializer: Initializer = initializer("zeros", "How beta starts.")
    gamma_initializer: Initializer = initializer("ones", "How gamma starts.")
    beta_regularizer: Regularizer = Field(default=None, description="Penalty on beta, added to the loss.")
    gamma_regularizer: Regularizer = Field(default=None, description="Penalty on gamma, added to the loss.")
    beta_constraint: Constraint = Field(default=None, description="Bound on beta, kept after each step.")
    gamma_constraint: Constraint = Field(default=None, description="Bound on gamma, kept after each step.")

    category: ClassVar[Category] = "normalization"
    search_words: ClassVar[tuple[str, ...]] = ("layer norm", "transformer", "standardise", "层归一化")
    mask_out: ClassVar = "pass"
    examples: ClassVar[tuple[Example, ...]] = (
        Example("The features of each step", {}, {"inputs": (TensorSpec((None, 10, 16)),)}),
        Example("A whole picture", {"axis": [1, 2, 3]}, {"inputs": (TensorSpec((None, 4, 4, 3)),)}),
        Example("Over time", {"axis": 1, "center": False}, {"inputs": (TensorSpec((None, 5, 3)),)}),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs)
        self._shape(inputs)
        return {
            "output": TensorSpec(spec.shape, as_float(spec.dtype), spec.axes, spec.masked, spec.mask_shape)
        }

    def weights(self, inputs: Inputs) -> tuple[Weight, ...]:
        shape = self._shape(inputs)
        gamma = Weight(
            "gamma", shape, self.gamma_initializer, "weight",
            regularizer=self.gamma_regularizer, constraint=self.gamma_constraint,
        )  # fmt: skip
        beta = Weight(
            "beta", shape, self.beta_initializer, "bias",
            regularizer=self.beta_regularizer, constraint=self.beta_constraint,
        )  # fmt: skip
        has_gamma, has_beta = self.scale or self.rms_scaling, self.center and not self.rms_scaling
        return (*((gamma,) if has_gamma else ()), *((beta,) if has_beta else ()))

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        return 8 * (one(inputs).elements or 0)

    def torch_call(self, inputs: Inputs) -> Call:
        axes = (self.axis,) if isinstance(self.axis, int) else self.axis
        arguments = {"shape": self._shape(inputs), "axes": axes, "epsilon": self.epsilon}
        flags = {"center": True, "scale": True, "rms_scaling": False}
        further = {name: getattr(self, name) for name, usual in flags.items() if getattr(self, name) != usual}
        return Call("layerloom.layers.modules.normalization.LayerNormalization", arguments | further)

    def _axes(self, spec: TensorSpec) -> tuple[int, ...]:
        given = (self.axis,) if isinstance(self.axis, int) else self.axis
        return tuple(sorted({expect_axis(spec, axis) for axis in given}))

    def _shape(self, inputs: Inputs) -> tuple[int, ...]:
        spec = one(inputs)
        return tuple(
            known(spec, axis, why="gamma and beta have an entry for each") for axis in self._axes(spec)
        )
