"""The layer type `Identity`."""

from typing import ClassVar

from layerloom.layers.base import Category, Example, Inputs, KerasLayer, Outputs, one
from layerloom.layers.calls import Call
from layerloom.tensors import TensorSpec


class Identity(KerasLayer):
    """Passes its input on as it is.

    A name for a tensor, or a place to branch from: (batch, …) → (batch, …).
    """

    category: ClassVar[Category] = "core"
    search_words: ClassVar[tuple[str, ...]] = ("pass", "noop", "nothing", "恒等")
    mask_out: ClassVar = "pass"
    examples: ClassVar[tuple[Example, ...]] = (
        Example("A vector", {}, {"inputs": (TensorSpec((None, 8)),)}),
        Example("A sequence", {}, {"inputs": (TensorSpec((None, None, 8)),)}),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        return {"output": one(inputs)}

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        return 0

    def torch_call(self, inputs: Inputs) -> Call:
        return Call("torch.nn.Identity")
