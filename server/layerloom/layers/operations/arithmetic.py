"""The operation type `Arithmetic`."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from layerloom.layers.base import Example, Inputs, Outputs, refuse
from layerloom.layers.operations.base import broadcast
from layerloom.layers.operations.dtypes import as_float, is_float
from layerloom.layers.operations.operands import TwoOperands, common_dtype
from layerloom.tensors import TensorSpec

Function = Literal[
    "add", "subtract", "multiply", "divide", "true_divide", "divide_no_nan", "floor_divide", "mod", "fmod",
    "power", "maximum", "minimum", "fmax", "fmin", "arctan2", "hypot", "heaviside", "logaddexp", "logaddexp2",
    "nextafter", "ldexp", "gcd", "lcm", "logical_and", "logical_or", "logical_xor", "bitwise_and", "bitwise_or",
    "bitwise_xor", "bitwise_left_shift", "left_shift", "bitwise_right_shift", "right_shift",
]  # fmt: skip

_DIVIDING = frozenset(
    {
        "divide", "true_divide", "divide_no_nan", "arctan2", "hypot", "heaviside", "logaddexp", "logaddexp2",
        "nextafter", "ldexp",
    }
)  # fmt: skip
_WHOLE_ONLY = frozenset(
    {"gcd", "lcm", "bitwise_left_shift", "left_shift", "bitwise_right_shift", "right_shift"}
)
_NO_BOOLEANS = frozenset({"subtract", "power", "floor_divide", *_WHOLE_ONLY})


class Arithmetic(TwoOperands):
    """x1 + x2, x1 · x2, max(x1, x2): a function of two operands.

    `function(x1, x2)` entry by entry. Shapes are aligned at their ends and sizes of 1 are stretched, as in
    numpy: (batch, 4, 6) + (6) works. Either operand may be a number (`x * 2`, `1 - x`) in the field of its
    name. A number takes the type of the tensor; division gives float32; `logical_…` gives booleans.
    """

    function: Function = Field(default="add", description="Which function of `keras.ops`.")

    module: ClassVar[str] = "arithmetic.Arithmetic"
    search_words: ClassVar[tuple[str, ...]] = (
        "ops", "plus", "minus", "times", "add", "subtract", "multiply", "divide", "power", "maximum", "minimum",
        "mod", "and", "or", "+", "-", "*", "/", "//", "%", "**", "算术",
    )  # fmt: skip
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Sum of two", {}, {"x1": (TensorSpec((None, 4, 6)),), "x2": (TensorSpec((None, 1, 6)),)}),
        Example("Twice", {"function": "multiply", "x2": 2}, {"x1": (TensorSpec((None, 8)),)}),
        Example("1 - x", {"function": "subtract", "x1": 1}, {"x2": (TensorSpec((None, 8)),)}),
        Example(
            "Each feature its own factor",
            {"function": "multiply", "x2": [0.5, 1.0, 2.0]},
            {"x1": (TensorSpec((None, None, 3)),)},
        ),
    )

    def settings(self) -> Mapping[str, Any]:
        return {"function": self.function, **self.literals()}

    def infer(self, inputs: Inputs) -> Outputs:
        values = self.operands(inputs)
        shape, axes = broadcast(*values)
        dtype = common_dtype(*values)
        if dtype == "bool" and self.function in _NO_BOOLEANS:
            raise self._refused("booleans", "numbers", "Put Casting to `int32` before it.")
        if is_float(dtype) and (self.function in _WHOLE_ONLY or self.function.startswith("bitwise")):
            raise self._refused(dtype, "whole numbers", "Put Casting to `int32` before it.")
        if self.function.startswith("logical"):
            dtype = "bool"
        elif self.function in _DIVIDING:
            dtype = as_float(dtype)
        elif self.function in ("mod", "fmod") and dtype == "bool":
            dtype = "int32"
        return {"output": TensorSpec(shape, dtype, axes)}

    def _refused(self, received: str, expected: str, hint: str) -> Exception:
        return refuse(
            "config.invalid", f"got {received}; `{self.function}` takes {expected}.", hint, field="function"
        )
