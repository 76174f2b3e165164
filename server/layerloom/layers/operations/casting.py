"""The operation type `Casting`."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from layerloom.layers.base import Example, Inputs, Outputs, one
from layerloom.layers.operations.base import Movement
from layerloom.tensors import DType, TensorSpec


class Casting(Movement):
    """The same numbers in another type: `ops.cast`.

    From decimal to whole numbers it cuts towards 0; to `bool`, all but 0 is true. `saturate_cast` keeps
    numbers within what the type can hold. `convert_to_tensor` and `array` may leave the type as it is. No
    gradient passes through whole numbers.
    """

    function: Literal["cast", "saturate_cast", "convert_to_tensor", "array"] = Field(
        default="cast", description="Which function of `keras.ops`."
    )
    dtype: DType | None = Field(default=None, description="The new type.")
    sparse: bool | None = Field(default=None, description="`convert_to_tensor`: kept for Keras' files.")
    ragged: bool | None = Field(default=None, description="`convert_to_tensor`: kept for Keras' files.")

    module: ClassVar[str] = "picking.Casting"
    search_words: ClassVar[tuple[str, ...]] = (
        "ops",
        "cast",
        "dtype",
        "astype",
        "int",
        "float",
        "bool",
        "类型转换",
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example("To numbers with a point", {"dtype": "float32"}, {"x": (TensorSpec((None, 4), "int32"),)}),
        Example("To true and false", {"dtype": "bool"}, {"x": (TensorSpec((None, 4)),)}),
    )

    @model_validator(mode="after")
    def _a_type(self) -> "Casting":
        if self.dtype is None and self.function in ("cast", "saturate_cast"):
            raise ValueError(f"`{self.function}` needs a `dtype`")
        if self.sparse or self.ragged:
            raise ValueError("sparse and ragged tensors are not supported")
        return self

    def settings(self) -> Mapping[str, Any]:
        return {"dtype": self.dtype, "saturate": self.function == "saturate_cast"}

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs, "x")
        return {"output": TensorSpec(spec.shape, self.dtype or spec.dtype, spec.axes)}
