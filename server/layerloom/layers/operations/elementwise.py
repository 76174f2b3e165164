"""The operation type `Elementwise`."""

from typing import ClassVar, Literal

from pydantic import Field

from layerloom.layers.base import Example, Inputs, Outputs, one, refuse
from layerloom.layers.operations.base import Operation
from layerloom.layers.operations.dtypes import as_float
from layerloom.tensors import TensorSpec

Function = Literal[
    "abs", "absolute", "negative", "sign", "square", "sqrt", "rsqrt", "cbrt", "reciprocal", "exp", "exp2",
    "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh",
    "tanh", "arcsinh", "arccosh", "arctanh", "sinc", "i0", "erf", "erfc", "erfinv", "floor", "ceil", "trunc",
    "fabs", "deg2rad", "rad2deg", "logical_not", "isnan", "isinf", "isfinite", "isposinf", "isneginf", "isreal",
    "signbit", "bitwise_not", "bitwise_invert", "copy", "conj", "conjugate", "real", "imag", "angle",
    "stop_gradient",
]  # fmt: skip

_STAY = frozenset(
    {
        "abs", "absolute", "negative", "sign", "square", "trunc", "copy", "conj", "conjugate", "real", "imag",
        "bitwise_not", "bitwise_invert", "stop_gradient",
    }
)  # fmt: skip
_BOOLEAN = frozenset(
    {"logical_not", "isnan", "isinf", "isfinite", "isposinf", "isneginf", "isreal", "signbit"}
)


class Elementwise(Operation):
    """A function of each number by itself: exp, log, sqrt, sin, abs.

    `function(x)` entry by entry; the shape stays. Whole numbers become float32 where the function has
    decimals; tests such as `isnan` give booleans. Functions are those of `keras.ops` of the same name.
    `stop_gradient` hands its input on and lets no gradient back.
    """

    function: Function = Field(default="exp", description="Which function of `keras.ops`.")

    module: ClassVar[str] = "elementwise.Elementwise"
    search_words: ClassVar[tuple[str, ...]] = (
        "ops", "exp", "log", "sqrt", "square", "abs", "sin", "cos", "floor", "sign", "negative", "stop_gradient",
        "逐元素",
    )  # fmt: skip
    examples: ClassVar[tuple[Example, ...]] = (
        Example("e to the power of x", {}, {"x": (TensorSpec((None, 8)),)}),
        Example("Size without sign", {"function": "abs"}, {"x": (TensorSpec((None, 6, 4)),)}),
        Example("Not", {"function": "logical_not"}, {"x": (TensorSpec((None, 4), "bool"),)}),
        Example("Root of whole numbers", {"function": "sqrt"}, {"x": (TensorSpec((None, None), "int32"),)}),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs, "x").without_mask()
        if spec.dtype == "bool" and self.function in ("negative", "sign"):
            raise refuse(
                "config.invalid",
                f"got booleans; `{self.function}` takes numbers.",
                "Put Casting to `int32` before it, or choose `logical_not`.",
                port="x",
            )
        if "float" in spec.dtype and self.function.startswith("bitwise"):
            raise refuse(
                "config.invalid",
                f"got {spec.dtype}; `{self.function}` takes whole numbers or booleans.",
                "Put Casting to `int32` before it.",
                port="x",
            )
        dtype = spec.dtype
        if self.function in _BOOLEAN:
            dtype = "bool"
        elif self.function not in _STAY:
            dtype = as_float(dtype)
        elif self.function == "square" and dtype == "bool":
            dtype = "int32"
        return {"output": TensorSpec(spec.shape, dtype, spec.axes)}
