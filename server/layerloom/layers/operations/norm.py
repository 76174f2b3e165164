"""The operation type `Norm`."""

from typing import ClassVar, Literal

from pydantic import Field

from layerloom.layers.base import Example, Inputs, Outputs, one, refuse
from layerloom.layers.operations.base import Axes, Operation, axes_of, without
from layerloom.layers.operations.dtypes import as_float
from layerloom.tensors import TensorSpec


class Norm(Operation):
    """Length of vectors, or size of matrices: `ops.norm`.

    Over one axis a vector norm, over two a matrix norm, over none (empty) the root of the sum of all squares.
    `ord` 2 or empty: √Σx²; 1: Σ|x|; `inf`: the largest; for matrices also `fro` and `nuc`.
    """

    ord: int | float | Literal["fro", "nuc", "inf", "-inf"] | None = Field(
        default=None, description="Which norm. Empty: the root of the sum of squares."
    )
    axis: Axes = Field(default=None, description="One axis for vectors, two for matrices. Empty: all.")
    keepdims: bool = Field(default=False, description="Keeps the axes, with size 1.")

    module: ClassVar[str] = "reduction.Norm"
    search_words: ClassVar[tuple[str, ...]] = ("ops", "norm", "length", "euclidean", "distance", "范数")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Length of each vector", {"axis": -1}, {"x": (TensorSpec((None, 8)),)}),
        Example("Size of each matrix", {"ord": "fro", "axis": [1, 2]}, {"x": (TensorSpec((None, 4, 3)),)}),
    )

    def settings(self) -> dict[str, object]:
        words = {"inf": float("inf"), "-inf": float("-inf")}
        ord_ = words.get(self.ord, self.ord) if isinstance(self.ord, str) else self.ord
        return {"ord": ord_, "axis": self.axis, "keepdims": self.keepdims}

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs, "x").without_mask()
        gone = axes_of(self.axis, spec)
        most = spec.rank if self.axis is None and self.ord is None else 2
        if not 1 <= len(gone) <= max(most, 1) or (len(gone) == 1 and self.ord in ("fro", "nuc")):
            raise refuse(
                "config.invalid",
                f"got shape {spec} and `axis` {self.axis}, `ord` {self.ord}; a norm with `ord` takes one axis "
                "(vectors) or two (matrices).",
                "Set `axis` to one number or two, or empty `ord`.",
                field="axis",
            )
        return {"output": without(spec, gone, as_float(spec.dtype), self.keepdims)}
