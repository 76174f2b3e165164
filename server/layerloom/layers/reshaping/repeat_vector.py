"""The layer type `RepeatVector`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Category, Example, Inputs, KerasLayer, Outputs, expect_rank, one
from layerloom.layers.calls import Call
from layerloom.layers.fields.numbers import Size
from layerloom.tensors import TensorSpec


class RepeatVector(KerasLayer):
    """Makes a sequence of one vector, the same at each step.

    (batch, features) → (batch, n, features): what a decoder reads that must see the whole meaning at each
    step.
    """

    n: Size = Field(description="Number of steps.")

    category: ClassVar[Category] = "reshaping"
    search_words: ClassVar[tuple[str, ...]] = ("tile", "decoder", "sequence", "重复")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("For a decoder", {"n": 10}, {"inputs": (TensorSpec((None, 32)),)}),
        Example("One step", {"n": 1}, {"inputs": (TensorSpec((None, 4), "int32"),)}),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs)
        expect_rank(spec, 2, "(batch, features)", "Add Flatten.")
        return {"output": TensorSpec((spec.shape[0], self.n, spec.shape[1]), spec.dtype)}

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        return 0

    def torch_call(self, inputs: Inputs) -> Call:
        return Call("layerloom.layers.modules.reshaping.RepeatVector", {"n": self.n})
