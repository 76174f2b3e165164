"""The layer type `Dot`."""

from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, WithJsonSchema

from layerloom.layers.base import Category, Example, Inputs, KerasLayer, Outputs, Port, one
from layerloom.layers.calls import Call
from layerloom.layers.fields.numbers import as_tuple
from layerloom.layers.merging.elementwise import TWO_TENSORS, contracted_axes, contraction
from layerloom.tensors import TensorSpec

Axes = Annotated[
    int | tuple[int, int],
    BeforeValidator(as_tuple),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer"},
                {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
            ]
        }
    ),
]
"""One axis for both tensors, or one for each."""


class Dot(KerasLayer):
    """Multiplies two tensors and sums along one axis of each.

    The mode `dot` of Keras 1. Sample by sample, axis `axes[0]` of the first is contracted with axis
    `axes[1]` of the second; what is left of the first comes before what is left of the second: (batch, 3,
    5) and (batch, 4, 5) on [2, 2] → (batch, 3, 4). Two vectors give (batch, 1). With `normalize` the result
    is the cosine.
    """

    axes: Axes = Field(
        description="Axis to sum over, or one for each tensor; the batch counts as 0, -1 is the last."
    )
    normalize: bool = Field(
        default=False, description="Brings vectors to length 1 before: the result is the cosine."
    )

    category: ClassVar[Category] = "merging"
    search_words: ClassVar[tuple[str, ...]] = (
        "dot product",
        "inner product",
        "merge",
        "similarity",
        "点积",
        "内积",
    )
    input_ports: ClassVar[tuple[Port, ...]] = TWO_TENSORS
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "How alike two vectors are",
            {"axes": 1},
            {"inputs": (TensorSpec((None, 8)), TensorSpec((None, 8)))},
        ),
        Example(
            "Each step with each step",
            {"axes": [2, 2]},
            {"inputs": (TensorSpec((None, 3, 5)), TensorSpec((None, None, 5)))},
        ),
        Example(
            "Cosine of a vector with each step",
            {"axes": [1, 2], "normalize": True},
            {"inputs": (TensorSpec((None, 5)), TensorSpec((None, 4, 5)))},
        ),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        specs = inputs["inputs"]
        return {"output": contraction(specs, contracted_axes(self.axes, specs))}

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        axis, _ = contracted_axes(self.axes, inputs["inputs"])
        return 2 * (outputs["output"].elements or 0) * (one(inputs).shape[axis] or 1)

    def torch_call(self, inputs: Inputs) -> Call:
        pair = (self.axes, self.axes) if isinstance(self.axes, int) else self.axes
        arguments = {"axes": pair, "normalize": self.normalize}
        return Call("layerloom.layers.modules.merging.Dot", arguments)
