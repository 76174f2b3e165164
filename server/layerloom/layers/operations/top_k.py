"""The operation type `TopK`."""

from typing import Annotated, ClassVar

from pydantic import Field

from layerloom.layers.base import Example, Inputs, Outputs, Port, one, refuse
from layerloom.layers.operations.base import Movement
from layerloom.tensors import TensorSpec


class TopK(Movement):
    """The k largest along the last axis, and where they stand.

    (…, n) → `values` (…, k), the largest first, and `indices` (…, k), int32. Gradients reach the values
    that were picked.
    """

    k: Annotated[int, Field(ge=1, le=2**31 - 1)] = Field(description="How many.")
    sorted: bool = Field(default=True, description="The largest first. They are so in any case.")

    module: ClassVar[str] = "picking.TopK"
    search_words: ClassVar[tuple[str, ...]] = ("ops", "top_k", "topk", "largest", "best", "前k")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Two best", {"k": 2}, {"x": (TensorSpec((None, 8)),)}),
        Example("Of each step", {"k": 3}, {"x": (TensorSpec((None, None, 5)),)}),
    )

    def outputs(self) -> tuple[Port, ...]:
        return (Port("values", "The largest numbers."), Port("indices", "Where they stand."))

    def settings(self) -> dict[str, object]:
        return {"k": self.k}

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs, "x").without_mask()
        if spec.dtype == "bool":
            raise refuse(
                "config.invalid", "got booleans; expected numbers.", "Put Casting before it.", port="x"
            )
        if not spec.rank or (spec.features is not None and spec.features < self.k):
            raise refuse(
                "shape.mismatch",
                f"got shape {spec}; its last axis must have at least `k` = {self.k} places.",
                "Make `k` smaller.",
                port="x",
                field="k",
            )
        shape = (*spec.shape[:-1], self.k)
        return {
            "values": TensorSpec(shape, spec.dtype, spec.axes),
            "indices": TensorSpec(shape, "int32", spec.axes),
        }
