"""The layer type `Input`."""

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from layerloom.layers.base import Category, Example, Inputs, LayerType, Outputs, Port
from layerloom.layers.fields.numbers import Size, as_tuple
from layerloom.tensors import DType, TensorSpec

_SHAPE_SCHEMA = {"type": "array", "items": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]}}
_DTypeName = Literal["float32", "float16", "bfloat16", "float64", "int32", "int64", "uint8", "bool"]


class Input(LayerType):
    """Where a tensor enters the model.

    `shape` says what one sample looks like; the batch is not part of it. `[8, 8]` is 8 rows of 8 numbers,
    `[100]` a hundred numbers, `[null, 64]` any number of steps of 64 features. The node's id is the input's
    name: data is bound to it, and callers of the model feed it.

    Numbers with a point arrive as float32, whatever their `dtype`; ids for an Embedding are `int32`.
    """

    shape: Annotated[
        tuple[Size | None, ...], BeforeValidator(as_tuple), Field(max_length=8), WithJsonSchema(_SHAPE_SCHEMA)
    ] = Field(description="Shape of one sample, without the batch; null where it is known only at run time.")
    dtype: _DTypeName = Field(default="float32", description="Type of the numbers; whole numbers for ids.")
    batch_size: Size | None = Field(
        default=None,
        description="Samples in every batch, where that is fixed. Kept for Keras, whose stateful layers need it.",
    )

    category: ClassVar[Category] = "core"
    search_words: ClassVar[tuple[str, ...]] = ("InputLayer", "placeholder", "source", "feed", "输入")
    input_ports: ClassVar[tuple[Port, ...]] = ()
    keras_name: ClassVar[str | None] = "InputLayer"
    structural: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = (
        Example("A vector of 784 numbers", {"shape": [784]}),
        Example("A small image", {"shape": [28, 28, 1]}),
        Example("Word ids", {"shape": [100], "dtype": "int32"}),
    )

    def outputs(self) -> tuple[Port, ...]:
        return (Port("output", "The tensor that was fed."),)

    def infer(self, inputs: Inputs) -> Outputs:
        dtype: DType = "float32" if "float" in self.dtype else self.dtype
        return {"output": TensorSpec((None, *self.shape), dtype)}

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        return 0
