"""The layer type `Cosine`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Category, Example, Inputs, LayerType, Outputs, Port, one
from layerloom.layers.calls import Call
from layerloom.layers.merging.dot import Axes
from layerloom.layers.merging.elementwise import TWO_TENSORS, contracted_axes, contraction
from layerloom.tensors import TensorSpec


class Cosine(LayerType):
    """Takes the cosine of the angle between two tensors.

    The mode `cos` of Keras 1: `x₁ · x₂ / max(√(x₁ · x₁ × x₂ · x₂), 10⁻⁷)` along one axis of each; 0 for a
    vector of zeros. Two vectors (batch, features) give (batch, 1); more axes are kept as by Dot.
    """

    axes: Axes = Field(
        default=-1,
        description="Axis of the vectors, or one for each tensor; the batch counts as 0, -1 is the last.",
    )

    category: ClassVar[Category] = "merging"
    search_words: ClassVar[tuple[str, ...]] = ("cos", "cosine similarity", "merge", "angle", "余弦", "相似度")
    input_ports: ClassVar[tuple[Port, ...]] = TWO_TENSORS
    keras_name: ClassVar[str | None] = ""
    examples: ClassVar[tuple[Example, ...]] = (
        Example("How alike two vectors are", {}, {"inputs": (TensorSpec((None, 8)), TensorSpec((None, 8)))}),
        Example(
            "Each step with each step",
            {"axes": 2},
            {"inputs": (TensorSpec((None, 3, 5)), TensorSpec((None, 4, 5)))},
        ),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        specs = inputs["inputs"]
        return {"output": contraction(specs, contracted_axes(self.axes, specs))}

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        axis, _ = contracted_axes(self.axes, inputs["inputs"])
        return 6 * (outputs["output"].elements or 0) * (one(inputs).shape[axis] or 1)

    def torch_call(self, inputs: Inputs) -> Call:
        pair = (self.axes, self.axes) if isinstance(self.axes, int) else self.axes
        return Call("layerloom.layers.modules.merging.Cosine", {"axes": pair})
