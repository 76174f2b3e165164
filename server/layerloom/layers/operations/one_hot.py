"""The operation type `OneHot`."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from layerloom.layers.base import Example, Inputs, Outputs, one, refuse
from layerloom.layers.operations.base import Axis, Movement, axis_of
from layerloom.tensors import DType, TensorSpec


class OneHot(Movement):
    """Indices as rows of zeros with a 1: one_hot, multi_hot.

    `one_hot`: a new axis of `num_classes` at `axis`, with 1 at the index; an index out of range gives zeros.
    `multi_hot`: the indices of axis 1 in one row, with 1 at each of them.
    """

    function: Literal["one_hot", "multi_hot"] = Field(
        default="one_hot", description="Which function of `keras.ops`."
    )
    num_classes: Annotated[int, Field(ge=1, le=2**31 - 1)] = Field(
        description="How many classes there are: indices from 0 to one less."
    )
    axis: Axis = Field(default=-1, description="Where the new axis goes, the batch being 0.")
    dtype: DType | None = Field(default=None, description="Type of the result. Empty: float32.")
    sparse: bool = Field(default=False, description="Kept for Keras' files.")

    module: ClassVar[str] = "picking.OneHot"
    search_words: ClassVar[tuple[str, ...]] = (
        "ops",
        "one_hot",
        "multi_hot",
        "classes",
        "categorical",
        "独热",
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Classes", {"num_classes": 5}, {"x": (TensorSpec((None,), "int32"),)}),
        Example(
            "Tags", {"function": "multi_hot", "num_classes": 6}, {"x": (TensorSpec((None, 3), "int32"),)}
        ),
    )

    @model_validator(mode="after")
    def _dense(self) -> "OneHot":
        if self.sparse:
            raise ValueError("sparse tensors are not supported")
        return self

    def settings(self) -> Mapping[str, Any]:
        return {
            "function": self.function,
            "num_classes": self.num_classes,
            "axis": self.axis,
            "dtype": self.dtype or "float32",
        }

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs, "x").without_mask()
        if self.function == "multi_hot" and not spec.rank:
            raise refuse("shape.mismatch", "got one number, shape ().", "Give it (batch, …).", port="x")
        if "float" in spec.dtype:
            raise refuse(
                "config.invalid",
                f"got {spec.dtype}; indices are whole numbers.",
                "Put Casting to `int32` before it, or set the Input's `dtype`.",
                port="x",
            )
        rest = spec.shape
        if self.function == "multi_hot":
            rest = spec.shape[:1] + spec.shape[2:] if spec.rank > 1 else ()
        shape = list(rest)
        shape.insert(axis_of(self.axis, TensorSpec(rest), more=1), self.num_classes)
        return {"output": TensorSpec(tuple(shape), self.dtype or "float32")}
