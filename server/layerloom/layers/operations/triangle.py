"""The operation type `Triangle`."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from layerloom.layers.base import Example, Inputs, Outputs, one, refuse
from layerloom.layers.operations.base import Axis, Movement, axes_of
from layerloom.layers.operations.dtypes import counted
from layerloom.tensors import TensorSpec

_Offset = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]


class Triangle(Movement):
    """Halves and diagonals of matrices: tril, triu, diagonal, trace.

    `tril`, `triu`: the last two axes are matrices; what is above, or below, the `k`-th diagonal becomes 0.
    `diagonal`: the numbers on the diagonal `offset` of the plane of `axis1` and `axis2`, as the last axis;
    `trace`: their sum.
    """

    function: Literal["tril", "triu", "diagonal", "trace"] = Field(
        default="tril", description="Which function of `keras.ops`."
    )
    k: _Offset = Field(default=0, description="`tril`, `triu`: which diagonal; above the main one from 1.")
    offset: _Offset = Field(default=0, description="`diagonal`, `trace`: which diagonal.")
    axis1: Axis = Field(default=0, description="`diagonal`, `trace`: axis of the rows, the batch being 0.")
    axis2: Axis = Field(default=1, description="`diagonal`, `trace`: axis of the columns.")

    module: ClassVar[str] = "movement.Triangle"
    search_words: ClassVar[tuple[str, ...]] = ("ops", "tril", "triu", "diagonal", "trace", "causal", "三角")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Nothing of the future", {}, {"x": (TensorSpec((None, 5, 5)),)}),
        Example("Trace", {"function": "trace", "axis1": 1, "axis2": 2}, {"x": (TensorSpec((None, 4, 4)),)}),
    )

    def settings(self) -> Mapping[str, Any]:
        if self.function in ("tril", "triu"):
            return {"function": self.function, "k": self.k}
        return {"function": self.function, "k": self.offset, "axis1": self.axis1, "axis2": self.axis2}

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs, "x").without_mask()
        if spec.rank < 2:
            raise refuse(
                "shape.mismatch",
                f"got shape {spec}; expected matrices: two axes or more.",
                "Put Reshaping before it.",
                port="x",
            )
        if self.function in ("tril", "triu"):
            return {"output": TensorSpec(spec.shape, spec.dtype, spec.axes)}
        rows, columns = axes_of((self.axis1, self.axis2), spec, field="axis1")
        kept = tuple(size for axis, size in enumerate(spec.shape) if axis not in (rows, columns))
        if self.function == "trace":
            return {"output": TensorSpec(kept, counted(spec.dtype))}
        height, width = spec.shape[rows], spec.shape[columns]
        length = None
        if height is not None and width is not None:
            length = min(height + min(self.offset, 0), width - max(self.offset, 0))
            if length < 1:
                raise refuse(
                    "config.invalid",
                    f"got shape {spec}, which has no diagonal {self.offset}.",
                    "Set `offset` nearer to 0.",
                    field="offset",
                )
        return {"output": TensorSpec((*kept, length), spec.dtype)}
