"""The operation type `Gathering`."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from layerloom.layers.base import Example, Inputs, Outputs, Port, one, refuse
from layerloom.layers.operations.base import (
    Movement,
    OptionalAxis,
    axis_of,
    broadcast,
    operand,
    product,
    shape_and_axes,
    shown,
)
from layerloom.layers.operations.literals import Operand, argument
from layerloom.layers.operations.operands import common_dtype
from layerloom.tensors import TensorSpec


class Gathering(Movement):
    """Picks by index: take, take_along_axis.

    `take`: places `indices` of `axis`; the axis becomes the shape of the indices. `take_along_axis`: indices
    have as many axes as x and pick along `axis`, each for itself. Without `axis`, all numbers are taken in a
    row. Negative indices count from the end. Indices may stand in the field.
    """

    function: Literal["take", "take_along_axis"] = Field(
        default="take", description="Which function of `keras.ops`."
    )
    axis: OptionalAxis = Field(default=None, description="Along which axis, the batch being 0. Empty: all.")
    indices: Operand = Field(default=None, description="Indices, a number or a list, in place of the tensor.")

    module: ClassVar[str] = "picking.Gathering"
    search_words: ClassVar[tuple[str, ...]] = (
        "ops",
        "take",
        "gather",
        "index",
        "lookup",
        "take_along_axis",
        "收集",
    )
    input_ports: ClassVar[tuple[Port, ...]] = (
        Port("x", "Tensor that is picked from."),
        Port("indices", "Whole numbers; empty where the field `indices` holds them.", least=0),
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Three of the features", {"axis": -1, "indices": [0, 2, 3]}, {"x": (TensorSpec((None, 5)),)}),
        Example(
            "Each sample its own step",
            {"function": "take_along_axis", "axis": 1},
            {"x": (TensorSpec((None, 6, 4)),), "indices": (TensorSpec((None, 1, 1), "int32"),)},
        ),
    )

    def settings(self) -> Mapping[str, Any]:
        given = {} if self.indices is None else {"indices": argument(self.indices)}
        return {"function": self.function, "axis": self.axis, **given}

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs, "x").without_mask()
        indices = operand(inputs, "indices", self.indices)
        if "float" in common_dtype(indices) or common_dtype(indices) == "bool":
            raise refuse(
                "config.invalid",
                f"got indices of type {common_dtype(indices)}; expected whole numbers.",
                "Put Casting to `int32` before them.",
                port="indices",
            )
        shape, _ = shape_and_axes(indices)
        axis = 0 if self.axis is None else axis_of(self.axis, spec)
        if self.function == "take":
            before, after = (spec.shape[:axis], spec.shape[axis + 1 :]) if self.axis is not None else ((), ())
            return {"output": TensorSpec((*before, *shape, *after), spec.dtype)}
        if self.axis is None:
            return {"output": TensorSpec((product(shape),), spec.dtype)}
        if len(shape) != spec.rank:
            raise refuse(
                "shape.mismatch",
                f"got indices of shape {shown(indices)} for {spec}; expected as many axes.",
                "Put axes of size 1 in with Reshaping, or choose `take`.",
                port="indices",
            )
        sizes = [TensorSpec((*part[:axis], 1, *part[axis + 1 :])) for part in (spec.shape, shape)]
        result = list(broadcast(*sizes)[0])
        result[axis] = shape[axis]
        return {"output": TensorSpec(tuple(result), spec.dtype, spec.axes)}
