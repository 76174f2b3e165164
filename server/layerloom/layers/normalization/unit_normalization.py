"""The layer type `UnitNormalization`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Category, Example, Inputs, KerasLayer, Outputs, floating, one
from layerloom.layers.calls import Call
from layerloom.layers.fields.axes import Axes, expect_axes
from layerloom.tensors import TensorSpec


class UnitNormalization(KerasLayer):
    """Brings each sample to length 1.

    `x / ‖x‖`, with the Euclidean length over `axis`, which counts as 10⁻¹² at least; the shape stays.
    """

    axis: Axes = Field(
        default=-1, description="Axis, or axes, over which the length is 1; the batch counts as 0."
    )

    category: ClassVar[Category] = "normalization"
    search_words: ClassVar[tuple[str, ...]] = ("L2 normalize", "unit norm", "direction", "单位归一化")
    mask_out: ClassVar = "pass"
    examples: ClassVar[tuple[Example, ...]] = (
        Example("The features of each sample", {}, {"inputs": (TensorSpec((None, 8)),)}),
        Example("A whole picture", {"axis": [1, 2, 3]}, {"inputs": (TensorSpec((None, 4, 4, 3)),)}),
        Example("Over time", {"axis": 1}, {"inputs": (TensorSpec((None, None, 3)),)}),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs)
        expect_axes(spec, self.axis)
        return {"output": floating(spec)}

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        return 3 * (one(inputs).elements or 0)

    def torch_call(self, inputs: Inputs) -> Call:
        axes = (self.axis,) if isinstance(self.axis, int) else self.axis
        return Call("layerloom.layers.modules.normalization.UnitNormalization", {"axes": axes})
