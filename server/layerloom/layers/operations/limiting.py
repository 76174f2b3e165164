"""The operation type `Limiting`."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from layerloom.layers.base import Example, Inputs, Outputs, one
from layerloom.layers.operations.base import Operation
from layerloom.layers.operations.dtypes import is_float, promoted
from layerloom.tensors import TensorSpec

_Number = int | Annotated[float, Field(allow_inf_nan=False)] | None


class Limiting(Operation):
    """Keeps numbers within bounds: clip, round, nan_to_num.

    `clip`: at least `x_min`, at most `x_max`. `round`: to `decimals` places, halves to the even number.
    `nan_to_num`: what is no number becomes `nan`, infinities become `posinf` and `neginf` (the largest
    numbers that there are, where these are empty). The shape stays.
    """

    function: Literal["clip", "round", "nan_to_num"] = Field(
        default="clip", description="Which function of `keras.ops`."
    )
    x_min: _Number = Field(default=None, description="`clip`: least value. Empty: no bound.")
    x_max: _Number = Field(default=None, description="`clip`: greatest value. Empty: no bound.")
    decimals: Annotated[int, Field(ge=-30, le=30)] = Field(
        default=0, description="`round`: places after the point."
    )
    nan: _Number = Field(default=0.0, description="`nan_to_num`: stands for what is no number.")
    posinf: _Number = Field(default=None, description="`nan_to_num`: stands for infinity.")
    neginf: _Number = Field(default=None, description="`nan_to_num`: stands for minus infinity.")

    module: ClassVar[str] = "elementwise.Limiting"
    search_words: ClassVar[tuple[str, ...]] = ("ops", "clip", "clamp", "round", "nan_to_num", "截断")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("From 0 to 1", {"x_min": 0, "x_max": 1}, {"x": (TensorSpec((None, 8)),)}),
        Example("One decimal", {"function": "round", "decimals": 1}, {"x": (TensorSpec((None, 3, 2)),)}),
        Example("No more NaN", {"function": "nan_to_num"}, {"x": (TensorSpec((None, 4)),)}),
    )

    @model_validator(mode="after")
    def _a_stand_in(self) -> "Limiting":
        if self.nan is None:
            raise ValueError("`nan` needs a number")
        return self

    def settings(self) -> Mapping[str, Any]:
        used = {"clip": ("x_min", "x_max"), "round": ("decimals",), "nan_to_num": ("nan", "posinf", "neginf")}
        return {"function": self.function, **{name: getattr(self, name) for name in used[self.function]}}

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs, "x")
        dtype = spec.dtype
        if self.function == "clip" and dtype == "bool":
            dtype = "int32"
        if self.function == "clip" and not is_float(dtype):
            bounds = ["float" for bound in (self.x_min, self.x_max) if isinstance(bound, float)]
            dtype = promoted(dtype, *bounds)
        return {"output": TensorSpec(spec.shape, dtype, spec.axes)}
