"""The layer type `RMSNormalization`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import (
    Category,
    Example,
    Inputs,
    KerasLayer,
    Outputs,
    Weight,
    floating,
    known,
    one,
    refuse,
)
from layerloom.layers.calls import Call
from layerloom.layers.fields.axes import Axes, expect_axes
from layerloom.tensors import TensorSpec


class RMSNormalization(KerasLayer):
    """Divides each sample by the root of its mean square.

    `scale · x / √(mean(x²) + epsilon)`, the mean over `axis`; no mean is taken off and no offset is learned.
    The shape stays; a mask ends here, as in Keras. `scale` lies over the last axes, so `axis` should name these.
    """

    axis: Axes = Field(
        default=-1, description="Axis, or axes, that are normalised together; the batch counts as 0."
    )
    epsilon: float = Field(
        default=1e-6, gt=0, description="Added to the mean square, so that nothing divides by 0."
    )

    category: ClassVar[Category] = "normalization"
    search_words: ClassVar[tuple[str, ...]] = ("RMS norm", "transformer", "LLaMA", "均方根归一化")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("The features of each step", {}, {"inputs": (TensorSpec((None, None, 16)),)}),
        Example("A whole picture", {"axis": [1, 2, 3]}, {"inputs": (TensorSpec((None, 4, 4, 3)),)}),
        Example("With a greater epsilon", {"epsilon": 0.01}, {"inputs": (TensorSpec((None, 8)),)}),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs)
        shape = self._shape(inputs)
        if any(
            size not in (1, own) for size, own in zip(reversed(shape), reversed(spec.shape), strict=False)
        ):
            raise refuse(
                "shape.mismatch",
                f"got shape {spec}; `scale` has shape {shape} and lies over the last axes, which it does not "
                "fit.",
                "Normalise over the last axis or axes, with Permute before and after if need be.",
                field="axis",
            )
        return {"output": floating(spec).without_mask()}

    def weights(self, inputs: Inputs) -> tuple[Weight, ...]:
        return (Weight("scale", self._shape(inputs), {"type": "Ones", "config": {}}, "weight"),)

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        return 4 * (one(inputs).elements or 0)

    def torch_call(self, inputs: Inputs) -> Call:
        arguments = {"shape": self._shape(inputs), "axes": self._axes, "epsilon": self.epsilon}
        return Call("layerloom.layers.modules.normalization.RMSNormalization", arguments)

    @property
    def _axes(self) -> tuple[int, ...]:
        """As Keras sorts them: by the numbers given, which `scale`'s shape follows."""
        return (self.axis,) if isinstance(self.axis, int) else tuple(sorted(self.axis))

    def _shape(self, inputs: Inputs) -> tuple[int, ...]:
        spec = one(inputs)
        return tuple(
            known(spec, axis, why="`scale` has an entry for each") for axis in expect_axes(spec, self._axes)
        )
