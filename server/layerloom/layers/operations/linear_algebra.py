"""The operation type `LinearAlgebra`."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from layerloom.layers.base import Example, Inputs, Outputs, one, refuse
from layerloom.layers.operations.base import Operation
from layerloom.tensors import TensorSpec


class LinearAlgebra(Operation):
    """Determinant, inverse, Cholesky factor of matrices.

    The last two axes are the matrices. `inv`: the inverse; `pinv`: that of any matrix, in the least-squares
    sense; `det`, `logdet`: one number for each; `cholesky`: L with L · Lᵀ = x, for symmetric, positive x
    (`upper`: its transpose).
    """

    function: Literal["cholesky", "det", "inv", "logdet", "pinv"] = Field(
        default="inv", description="Which function of `keras.ops`."
    )
    upper: bool = Field(default=False, description="`cholesky`: gives the upper factor.")
    rcond: float | None = Field(default=None, description="`pinv`: kept for Keras' files.")

    module: ClassVar[str] = "windows.LinearAlgebra"
    search_words: ClassVar[tuple[str, ...]] = ("ops", "inv", "inverse", "det", "cholesky", "pinv", "线性代数")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Inverse", {}, {"x": (TensorSpec((None, 3, 3)),)}),
        Example("Determinant", {"function": "det"}, {"x": (TensorSpec((None, 4, 4)),)}),
    )

    def settings(self) -> Mapping[str, Any]:
        return {"function": self.function} | ({"upper": True} if self.upper else {})

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs, "x").without_mask()
        is_square = spec.rank >= 2 and (None in spec.shape[-2:] or spec.shape[-1] == spec.shape[-2])
        if "float" not in spec.dtype or spec.rank < 2 or not (is_square or self.function == "pinv"):
            raise refuse(
                "shape.mismatch",
                f"got shape {spec} of {spec.dtype}; `{self.function}` takes square matrices of decimal numbers.",
                "Make the last two axes equal, or put Casting before it.",
                port="x",
            )
        if self.function in ("det", "logdet"):
            return {"output": TensorSpec(spec.shape[:-2], spec.dtype, spec.axes[:-2])}
        rows, columns = spec.shape[-2:]
        return {"output": TensorSpec((*spec.shape[:-2], columns, rows), spec.dtype)}
