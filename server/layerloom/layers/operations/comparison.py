"""The operation type `Comparison`."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from layerloom.layers.base import Example, Inputs, Outputs
from layerloom.layers.operations.base import broadcast, shape_and_axes
from layerloom.layers.operations.operands import TwoOperands
from layerloom.tensors import TensorSpec

Function = Literal[
    "equal", "not_equal", "greater", "greater_equal", "less", "less_equal", "isclose", "allclose", "isin"
]
_Tolerance = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Comparison(TwoOperands):
    """x1 > x2, x1 == x2: two operands compared.

    Booleans, entry by entry; shapes are aligned at their ends and sizes of 1 are stretched. Either operand
    may be a number in the field of its name. `isclose`: |x1 − x2| ≤ atol + rtol · |x2|; `allclose`: whether
    that holds everywhere; `isin`: whether each number of x1 is one of those in x2.
    """

    function: Function = Field(default="greater", description="Which function of `keras.ops`.")
    rtol: _Tolerance = Field(
        default=1e-5, description="`isclose`, `allclose`: difference allowed, as a share of x2."
    )
    atol: _Tolerance = Field(default=1e-8, description="`isclose`, `allclose`: difference allowed.")
    equal_nan: bool = Field(
        default=False, description="`isclose`, `allclose`: two that are no numbers are equal."
    )
    assume_unique: bool = Field(default=False, description="`isin`: kept for Keras' files.")
    invert: bool = Field(default=False, description="`isin`: true where it is none of them.")

    module: ClassVar[str] = "arithmetic.Comparison"
    search_words: ClassVar[tuple[str, ...]] = (
        "ops", "greater", "less", "equal", "not equal", "isclose", "isin", ">", "<", ">=", "<=", "==", "!=", "比较",
    )  # fmt: skip
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Above zero", {"x2": 0}, {"x1": (TensorSpec((None, 8)),)}),
        Example(
            "Which are alike",
            {"function": "equal"},
            {"x1": (TensorSpec((None, 5), "int32"),), "x2": (TensorSpec((None, 1), "int32"),)},
        ),
    )

    def settings(self) -> Mapping[str, Any]:
        found: dict[str, Any] = {"function": self.function, **self.literals()}
        if self.function in ("isclose", "allclose"):
            found |= {"rtol": self.rtol, "atol": self.atol, "equal_nan": self.equal_nan}
        return found | ({"invert": self.invert} if self.function == "isin" else {})

    def infer(self, inputs: Inputs) -> Outputs:
        values = self.operands(inputs)
        if self.function == "isin":
            shape, axes = shape_and_axes(values[0])
        else:
            shape, axes = broadcast(*values)
        return {"output": TensorSpec(() if self.function == "allclose" else shape, "bool", axes)}
