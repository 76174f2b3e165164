"""The layer type `Reshape`."""

import math
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from layerloom.layers.base import Category, Example, Inputs, KerasLayer, Outputs, one, refuse
from layerloom.layers.calls import Call
from layerloom.layers.fields.numbers import as_tuple
from layerloom.tensors import TensorSpec

_Length = Annotated[int, Field(ge=-1, le=2**31 - 1)]


class Reshape(KerasLayer):
    """Arranges each sample's numbers in another shape.

    (batch, …) → (batch, *target_shape); as many numbers as before. One axis may be -1: its size follows
    from the others.
    """

    target_shape: Annotated[
        tuple[_Length, ...],
        BeforeValidator(as_tuple),
        Field(max_length=8),
        WithJsonSchema({"type": "array", "items": {"type": "integer", "minimum": -1}}),
    ] = Field(description="Shape of one sample, without the batch; -1 once for the axis that follows.")

    category: ClassVar[Category] = "reshaping"
    search_words: ClassVar[tuple[str, ...]] = ("view", "fold", "unflatten", "重塑")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("A vector to an image", {"target_shape": [8, 8, 1]}, {"inputs": (TensorSpec((None, 64)),)}),
        Example("Two halves", {"target_shape": [2, -1]}, {"inputs": (TensorSpec((None, 4, 6)),)}),
        Example("Steps of four", {"target_shape": [-1, 4]}, {"inputs": (TensorSpec((None, None, 2)),)}),
    )

    @model_validator(mode="after")
    def _one_open_axis(self) -> "Reshape":
        if self.target_shape.count(-1) > 1:
            raise ValueError("`target_shape` may hold -1 only once")
        return self

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs)
        given = math.prod(size for size in self.target_shape if size != -1)
        shape: list[int | None] = [None if size == -1 else size for size in self.target_shape]
        if spec.elements is not None:
            fits = given > 0 and spec.elements % given == 0 if None in shape else given == spec.elements
            wanted = given if None not in shape else f"a multiple of {given}"
            if not fits:
                raise refuse(
                    "shape.mismatch",
                    f"got shape {spec}, {spec.elements} numbers in a sample; `target_shape` "
                    f"{list(self.target_shape)} holds {wanted}.",
                    "Make the product of `target_shape` equal, or put -1 for one axis.",
                    field="target_shape",
                )
            shape = [spec.elements // given if size is None else size for size in shape]
        return {"output": TensorSpec((spec.shape[0], *shape), spec.dtype)}

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        return 0

    def torch_call(self, inputs: Inputs) -> Call:
        return Call("layerloom.layers.modules.reshaping.Reshape", {"target_shape": self.target_shape})
