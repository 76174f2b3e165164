"""The operation type `Moments`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Example, Inputs, Outputs, Port, one, refuse
from layerloom.layers.operations.base import Axes, Operation, axes_of, without
from layerloom.layers.operations.dtypes import as_float
from layerloom.tensors import TensorSpec


class Moments(Operation):
    """Mean and variance of the same numbers: `ops.moments`.

    Over `axes`, which go or stay with size 1; the variance is divided by the number of values.
    """

    axes: Axes = Field(default=-1, description="Axis or axes that are reduced, the batch being 0.")
    keepdims: bool = Field(default=False, description="Keeps the axes, with size 1.")
    synchronized: bool = Field(default=False, description="Kept for Keras' files.")

    module: ClassVar[str] = "reduction.Moments"
    search_words: ClassVar[tuple[str, ...]] = ("ops", "moments", "mean", "variance", "statistics", "矩")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Of each sample", {}, {"x": (TensorSpec((None, 8)),)}),
        Example("Of each channel", {"axes": [1, 2], "keepdims": True}, {"x": (TensorSpec((None, 4, 4, 3)),)}),
    )

    def outputs(self) -> tuple[Port, ...]:
        return (Port("mean", "Mean."), Port("variance", "Mean square of the distance from it."))

    def settings(self) -> dict[str, object]:
        return {"axes": self.axes, "keepdims": self.keepdims}

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs, "x").without_mask()
        if self.axes == ():
            raise refuse("config.invalid", "has no axes.", "Set `axes`; -1 is the last.", field="axes")
        result = without(spec, axes_of(self.axes, spec, field="axes"), as_float(spec.dtype), self.keepdims)
        return {"mean": result, "variance": result}
