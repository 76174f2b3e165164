"""The layer type `Softmax`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import (
    Category,
    Example,
    Inputs,
    KerasLayer,
    Outputs,
    as_float,
    one,
)
from layerloom.layers.calls import Call
from layerloom.layers.fields.axes import Axes, expect_axes
from layerloom.tensors import TensorSpec


class Softmax(KerasLayer):
    """Makes probabilities of scores.

    `eˣ / Σ eˣ` over `axis`: all positive, and their sum is 1. Masked entries get nothing. The shape stays.
    """

    axis: Axes = Field(default=-1, description="Axis, or axes, that sum up to 1; the batch counts as 0.")

    category: ClassVar[Category] = "activations"
    search_words: ClassVar[tuple[str, ...]] = ("probabilities", "classes", "attention weights", "归一化指数")
    mask_out: ClassVar = "pass"
    takes_mask: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Over the classes", {}, {"inputs": (TensorSpec((None, 10)),)}),
        Example("Over time", {"axis": 1}, {"inputs": (TensorSpec((None, 5, 3)),)}),
        Example("Over the whole picture", {"axis": [1, 2]}, {"inputs": (TensorSpec((None, 4, 5, 3)),)}),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs)
        expect_axes(spec, self.axis)
        return {
            "output": TensorSpec(spec.shape, as_float(spec.dtype), spec.axes, spec.masked, spec.mask_shape)
        }

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        return 5 * (one(inputs).elements or 0)

    def torch_call(self, inputs: Inputs) -> Call:
        return Call("layerloom.layers.modules.activations.Softmax", {"axis": self.axis})
