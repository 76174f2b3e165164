"""The operation type `WeightedAverage`."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from layerloom.layers.base import Example, Inputs, Outputs, Port, one, refuse
from layerloom.layers.operations.base import Operation, OptionalAxis, axes_of, shape_and_axes, shown, without
from layerloom.layers.operations.dtypes import as_float
from layerloom.layers.operations.literals import Operand, argument
from layerloom.layers.operations.operands import common_dtype
from layerloom.tensors import Shape, TensorSpec


class WeightedAverage(Operation):
    """Average in which some numbers count more: `ops.average`.

    Σ weight · x / Σ weight over one axis, or over all numbers. Weights have the shape of x, or are one number
    for each place of the axis; they come as a tensor or stand in the field. Without any, it is the mean.
    """

    axis: OptionalAxis = Field(default=None, description="Axis that goes, the batch being 0. Empty: all.")
    weights_values: Operand = Field(default=None, description="Weights, as a list, in place of the tensor.")

    module: ClassVar[str] = "reduction.WeightedAverage"
    search_words: ClassVar[tuple[str, ...]] = ("ops", "average", "weighted mean", "加权平均")
    input_ports: ClassVar[tuple[Port, ...]] = (
        Port("x", "Tensor that is averaged."),
        Port("weights", "How much each number counts.", least=0),
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Mean over time", {"axis": 1}, {"x": (TensorSpec((None, 6, 4)),)}),
        Example(
            "The last steps count more",
            {"axis": 1, "weights_values": [1.0, 2.0, 3.0]},
            {"x": (TensorSpec((None, 3, 4)),)},
        ),
        Example(
            "Learned weights",
            {"axis": 1},
            {"x": (TensorSpec((None, 3, 4)),), "weights": (TensorSpec((None, 3, 4)),)},
        ),
    )

    def settings(self) -> Mapping[str, Any]:
        given = {} if self.weights_values is None else {"weights": argument(self.weights_values)}
        return {"axis": self.axis, **given}

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs, "x").without_mask()
        gone = axes_of(self.axis, spec)
        if inputs.get("weights") and self.weights_values is not None:
            raise refuse(
                "config.invalid",
                "has a tensor at `weights` and a list in `weights_values`; expected one of the two.",
                "Empty the field, or delete the edge.",
                port="weights",
                field="weights_values",
            )
        weights: Any = inputs["weights"][0] if inputs.get("weights") else self.weights_values
        dtype = spec.dtype
        if weights is not None:
            shape = shape_and_axes(weights)[0]
            along: Shape = (spec.shape[gone[0]],) if self.axis is not None else spec.shape
            if not shape or not any(_fits(shape, wanted) for wanted in (spec.shape, along)):
                raise refuse(
                    "shape.mismatch",
                    f"got weights of shape {shown(weights)} for {spec}; expected the same shape, or one number "
                    "for each place of `axis`.",
                    "Give it as many weights as the axis is long.",
                    port="weights",
                )
            dtype = common_dtype(spec, weights)
        return {"output": without(spec, gone, as_float(dtype))}


def _fits(shape: tuple[int | None, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(shape) == len(wanted) and all(
        None in (have, want) or have == want for have, want in zip(shape, wanted, strict=True)
    )
