"""The layer type `Permute`."""

from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from layerloom.layers.base import Category, Example, Inputs, KerasLayer, Outputs, expect_rank, one
from layerloom.layers.calls import Call
from layerloom.layers.fields.numbers import Size, as_tuple
from layerloom.tensors import TensorSpec


class Permute(KerasLayer):
    """Puts the axes after the batch in another order.

    `dims` names them from 1: with [2, 1], (batch, time, features) → (batch, features, time).
    """

    dims: Annotated[
        tuple[Size, ...],
        BeforeValidator(as_tuple),
        Field(min_length=1, max_length=8),
        WithJsonSchema({"type": "array", "items": {"type": "integer", "minimum": 1}}),
    ] = Field(description="Old positions of the axes in their new order; the first after the batch is 1.")

    category: ClassVar[Category] = "reshaping"
    search_words: ClassVar[tuple[str, ...]] = ("transpose", "swap axes", "转置", "置换")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "Time and features change places", {"dims": [2, 1]}, {"inputs": (TensorSpec((None, 10, 4)),)}
        ),
        Example("Channels to the front", {"dims": [3, 1, 2]}, {"inputs": (TensorSpec((None, 8, None, 3)),)}),
    )

    @model_validator(mode="after")
    def _names_each_axis_once(self) -> "Permute":
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(
                f"`dims` {list(self.dims)} must hold each number from 1 to {len(self.dims)} once"
            )
        return self

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs)
        wanted = f"{len(self.dims)} axes after the batch, as many as `dims` {list(self.dims)}"
        expect_rank(spec, len(self.dims) + 1, wanted, "Name every axis in `dims`.")
        order = (0, *self.dims)
        shape = tuple(spec.shape[axis] for axis in order)
        return {"output": TensorSpec(shape, spec.dtype, tuple(spec.axes[axis] for axis in order))}

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        return 0

    def torch_call(self, inputs: Inputs) -> Call:
        return Call("layerloom.layers.modules.reshaping.Permute", {"dims": self.dims})
