"""The layer type `ELU`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Category, Example, Inputs, KerasLayer, Outputs, as_float, one
from layerloom.layers.calls import Call
from layerloom.tensors import TensorSpec


class ELU(KerasLayer):
    """Bends what is below zero softly towards a floor.

    x above 0, `alpha · (eˣ - 1)` below. The shape stays.
    """

    alpha: float = Field(
        default=1.0, description="How deep the floor lies: the result is never below -alpha."
    )

    category: ClassVar[Category] = "activations"
    search_words: ClassVar[tuple[str, ...]] = ("exponential linear unit", "nonlinearity", "指数线性")
    mask_out: ClassVar = "pass"
    examples: ClassVar[tuple[Example, ...]] = (
        Example("As usual", {}, {"inputs": (TensorSpec((None, 8)),)}),
        Example("A shallow floor", {"alpha": 0.5}, {"inputs": (TensorSpec((None, 5, 3)),)}),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs)
        return {
            "output": TensorSpec(spec.shape, as_float(spec.dtype), spec.axes, spec.masked, spec.mask_shape)
        }

    def torch_call(self, inputs: Inputs) -> Call:
        return Call("layerloom.layers.modules.activations.ELU", {"alpha": self.alpha})
