"""The layer type `Masking`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Category, Example, Inputs, KerasLayer, Outputs, one, refuse
from layerloom.layers.calls import Call
from layerloom.tensors import TensorSpec


class Masking(KerasLayer):
    """Masks the steps that hold nothing.

    A step whose every feature equals `mask_value` is set to zero and masked: the recurrent layers after it
    skip it, and the loss does not count it. (batch, time, features) → the same.
    """

    mask_value: float = Field(
        default=0.0, allow_inf_nan=False, description="A step is masked if all its features equal this."
    )

    category: ClassVar[Category] = "core"
    search_words: ClassVar[tuple[str, ...]] = ("padding", "skip", "missing steps", "掩码")
    mask_out: ClassVar = "own"
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Padded with zeros", {}, {"inputs": (TensorSpec((None, 10, 8)),)}),
        Example("Padded with -1", {"mask_value": -1.0}, {"inputs": (TensorSpec((None, None, 3)),)}),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs)
        if spec.rank < 3:
            raise refuse(
                "shape.mismatch",
                f"got shape {spec}; expected (batch, time, features).",
                "Masking looks at steps; give it a sequence.",
                port="inputs",
            )
        return {"output": TensorSpec(spec.shape, spec.dtype, spec.axes, True, spec.shape[:-1])}

    def torch_call(self, inputs: Inputs) -> Call:
        return Call("layerloom.layers.modules.masking.Masking", {"mask_value": self.mask_value})
