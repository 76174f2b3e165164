"""The operation type `Cumulative`."""

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from layerloom.layers.base import Example, Inputs, Outputs, one
from layerloom.layers.operations.base import Operation, OptionalAxis, axis_of, product
from layerloom.tensors import DType, TensorSpec


class Cumulative(Operation):
    """Running sum or product along an axis.

    Each place holds the sum (`cumsum`) or product (`cumprod`) of all up to it; `nan…` passes over what is no
    number. The shape stays; without `axis`, all numbers are taken in a row and the result has one axis.
    """

    function: Literal["cumsum", "cumprod", "nancumsum", "nancumprod"] = Field(
        default="cumsum", description="Which function of `keras.ops`."
    )
    axis: OptionalAxis = Field(default=None, description="Along which axis, the batch being 0. Empty: all.")
    dtype: DType | None = Field(default=None, description="Type of the result. Empty: that of the tensor.")

    module: ClassVar[str] = "reduction.Cumulative"
    search_words: ClassVar[tuple[str, ...]] = ("ops", "cumsum", "cumprod", "running sum", "累加")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Sum up to each step", {"axis": 1}, {"x": (TensorSpec((None, 6, 4)),)}),
        Example("Product", {"function": "cumprod", "axis": -1}, {"x": (TensorSpec((None, 5)),)}),
    )

    @model_validator(mode="after")
    def _numbers(self) -> "Cumulative":
        if self.dtype == "bool":
            raise ValueError("`dtype` must be a type of numbers; sums are no booleans")
        return self

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs, "x").without_mask()
        dtype = self.dtype or ("int32" if spec.dtype == "bool" else spec.dtype)
        if self.axis is not None:
            axis_of(self.axis, spec)
            return {"output": TensorSpec(spec.shape, dtype, spec.axes)}
        return {"output": TensorSpec((product(spec.shape),), dtype)}
