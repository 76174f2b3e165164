"""The layer type `LayerNormalization`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import (
    Category,
    Example,
    Inputs,
    Outputs,
    Weight,
    as_float,
    known,
    one,
)
from layerloom.layers.calls import Call
from layerloom.layers.fields.axes import Axes, expect_axes
from layerloom.layers.normalization.scaled import ScaledLayer
from layerloom.tensors import TensorSpec


class LayerNormalization(ScaledLayer):
    """Brings each sample to mean 0 and variance 1 over its features.

    `gamma · (x - mean) / √(variance + epsilon) + beta`, with mean and variance over `axis`, sample by
    sample; the shape stays. Training and inference are alike.
    """

    axis: Axes = Field(
        default=-1, description="Axis, or axes, that are normalised together; the batch counts as 0."
    )
    epsilon: float = Field(
        default=0.001, gt=0, description="Added to the variance, so that nothing divides by 0."
    )
    rms_scaling: bool = Field(
        default=False, description="Only divides by the deviation: no mean is taken off, no beta."
    )
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
        has_gamma, has_beta = self.scale or self.rms_scaling, self.center and not self.rms_scaling
        return (
            *((self._gamma(shape),) if has_gamma else ()),
            *((self._beta(shape),) if has_beta else ()),
        )

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        return 8 * (one(inputs).elements or 0)

    def torch_call(self, inputs: Inputs) -> Call:
        axes = (self.axis,) if isinstance(self.axis, int) else self.axis
        arguments = {"shape": self._shape(inputs), "axes": axes, "epsilon": self.epsilon}
        flags = {"center": True, "scale": True, "rms_scaling": False}
        further = {name: getattr(self, name) for name, usual in flags.items() if getattr(self, name) != usual}
        return Call("layerloom.layers.modules.normalization.LayerNormalization", arguments | further)

    def _axes(self, spec: TensorSpec) -> tuple[int, ...]:
        return tuple(sorted(expect_axes(spec, self.axis)))

    def _shape(self, inputs: Inputs) -> tuple[int, ...]:
        spec = one(inputs)
        return tuple(
            known(spec, axis, why="gamma and beta have an entry for each") for axis in self._axes(spec)
        )
