"""The operation type `Reduction`."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from layerloom.layers.base import Example, Inputs, Outputs, one, refuse
from layerloom.layers.operations.base import Axes, Operation, axes_of, without
from layerloom.layers.operations.dtypes import as_float, counted
from layerloom.tensors import DType, TensorSpec

Function = Literal[
    "mean", "sum", "max", "min", "amax", "amin", "prod", "std", "var", "any", "all", "argmax", "argmin",
    "count_nonzero", "logsumexp", "median", "ptp", "nanmean", "nansum", "nanmax", "nanmin", "nanprod", "nanstd",
    "nanvar", "nanmedian", "nanargmax", "nanargmin",
]  # fmt: skip

_DIVIDING = frozenset(
    {"mean", "std", "var", "logsumexp", "median", "nanmean", "nanstd", "nanvar", "nanmedian"}
)
_COUNTING = frozenset({"sum", "prod", "nansum", "nanprod"})
POSITIONS = frozenset({"argmax", "argmin", "nanargmax", "nanargmin"})
_WHOLE = POSITIONS | {"count_nonzero"}


class Reduction(Operation):
    """Mean, sum, largest number along axes: many become one.

    `function(x)` over `axis`: one axis, several, or all (empty), the batch being 0. The axes go, or stay with
    size 1 (`keepdims`). Over the batch it mixes samples, as in Keras. Whole numbers become float32 where the
    function divides; booleans are counted in int32; positions (`argmax`) are int32.
    """

    function: Function = Field(default="mean", description="Which function of `keras.ops`.")
    axis: Axes = Field(
        default=None, description="Axis or axes that are reduced, the batch being 0. Empty: all."
    )
    keepdims: bool = Field(default=False, description="Keeps the reduced axes, with size 1.")
    initial: int | Annotated[float, Field(allow_inf_nan=False)] | None = Field(
        default=None, description="`max`, `min`: a number that takes part too."
    )
    dtype: DType | None = Field(
        default=None, description="`prod`: type that it computes in. Empty: that of the tensor."
    )

    module: ClassVar[str] = "reduction.Reduction"
    search_words: ClassVar[tuple[str, ...]] = (
        "ops", "mean", "average", "sum", "max", "min", "std", "var", "argmax", "reduce", "logsumexp", "归约",
    )  # fmt: skip
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Mean over time", {"axis": 1}, {"x": (TensorSpec((None, 6, 4)),)}),
        Example("Largest pixel", {"function": "max", "axis": [1, 2]}, {"x": (TensorSpec((None, 8, 8, 3)),)}),
        Example("Class", {"function": "argmax", "axis": -1}, {"x": (TensorSpec((None, 10)),)}),
        Example("One number for the batch", {}, {"x": (TensorSpec((None, 4)),)}),
    )

    def settings(self) -> Mapping[str, Any]:
        found: dict[str, Any] = {"function": self.function, "axis": self.axis}
        found["keepdims"] = self.keepdims and self.function != "count_nonzero"
        if self.function in ("max", "min"):
            found["initial"] = self.initial
        return found | ({"dtype": self.dtype} if self.function == "prod" else {})

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs, "x").without_mask()
        if self.function in POSITIONS and isinstance(self.axis, tuple):
            raise refuse(
                "config.invalid",
                f"has `axis` {list(self.axis)}; `{self.function}` takes one axis, or none.",
                "Set `axis` to one number.",
                field="axis",
            )
        is_mixed = self.initial is not None and (
            spec.dtype == "bool" or (isinstance(self.initial, float) and "float" not in spec.dtype)
        )
        if self.function in ("max", "min") and is_mixed:
            raise refuse(
                "config.invalid",
                f"has `initial` {self.initial} for a tensor of {spec.dtype}; expected a number of its type.",
                "Empty `initial`, or put Casting before it.",
                field="initial",
            )
        gone = axes_of(self.axis, spec)
        dtype = spec.dtype
        if self.function in _DIVIDING:
            dtype = as_float(dtype)
        elif self.function in _COUNTING:
            dtype = counted(dtype)
        elif self.function in _WHOLE:
            dtype = "int32"
        elif self.function in ("any", "all"):
            dtype = "bool"
        elif self.function == "ptp" and dtype == "bool":
            raise refuse("config.invalid", "got booleans; `ptp` takes numbers.", "Put Casting before it.")
        if self.function == "prod" and self.dtype is not None:
            dtype = counted(self.dtype)
        keepdims = self.keepdims and self.function != "count_nonzero"
        return {"output": without(spec, gone, dtype, keepdims)}

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        return one(inputs, "x").elements or 0
