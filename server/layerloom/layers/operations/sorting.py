"""The operation type `Sorting`."""

from typing import ClassVar, Literal

from pydantic import Field

from layerloom.layers.base import Example, Inputs, Outputs, one
from layerloom.layers.operations.base import Movement, OptionalAxis, axis_of, product
from layerloom.tensors import TensorSpec


class Sorting(Movement):
    """Puts numbers in order, the smallest first.

    `sort`: the numbers along `axis`; `argsort`: the places where they stood, int32. Equal ones stay in their
    order. `argsort` without `axis` takes all numbers in a row.
    """

    function: Literal["sort", "argsort"] = Field(default="sort", description="Which function of `keras.ops`.")
    axis: OptionalAxis = Field(default=-1, description="Along which axis, the batch being 0.")

    module: ClassVar[str] = "picking.Sorting"
    search_words: ClassVar[tuple[str, ...]] = ("ops", "sort", "argsort", "order", "rank", "排序")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("In order", {}, {"x": (TensorSpec((None, 8)),)}),
        Example("Order of steps", {"function": "argsort", "axis": 1}, {"x": (TensorSpec((None, 6, 4)),)}),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs, "x").without_mask()
        dtype = spec.dtype if self.function == "sort" else "int32"
        if self.axis is None:
            return {"output": TensorSpec((product(spec.shape),), dtype)}
        axis_of(self.axis, spec)
        return {"output": TensorSpec(spec.shape, dtype, spec.axes)}
