"""The operation type `Differences`."""

from typing import Annotated, ClassVar

from pydantic import Field

from layerloom.layers.base import Example, Inputs, Outputs, Port, one, refuse
from layerloom.layers.operations.base import Axis, Operation, axis_of
from layerloom.tensors import TensorSpec


class Differences(Operation):
    """Each number less the one before it: `ops.diff`.

    Along `axis`, which gets shorter by one; done `n` times.
    """

    n: Annotated[int, Field(ge=0, le=1000)] = Field(default=1, description="How many times.")
    axis: Axis = Field(default=-1, description="Along which axis, the batch being 0.")

    module: ClassVar[str] = "windows.Differences"
    search_words: ClassVar[tuple[str, ...]] = ("ops", "diff", "difference", "change", "derivative", "差分")
    input_ports: ClassVar[tuple[Port, ...]] = (Port("a", "Tensor whose differences are taken."),)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("From step to step", {"axis": 1}, {"a": (TensorSpec((None, 6, 4)),)}),
        Example("Twice", {"n": 2}, {"a": (TensorSpec((None, 8)),)}),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs, "a").without_mask()
        axis = axis_of(self.axis, spec, port="a")
        size = spec.shape[axis]
        if size is not None and size <= self.n:
            raise refuse(
                "shape.mismatch",
                f"got shape {spec}, of size {size} along axis {axis}; {self.n} differences need more.",
                "Make `n` smaller.",
                port="a",
                field="n",
            )
        shape = (*spec.shape[:axis], None if size is None else size - self.n, *spec.shape[axis + 1 :])
        return {"output": TensorSpec(shape, spec.dtype, spec.axes)}
