"""The layer type `Activation`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Category, Example, Inputs, KerasLayer, Outputs, as_float, one
from layerloom.layers.calls import Call
from layerloom.layers.fields.activation import Activation as ActivationName
from layerloom.layers.fields.activation import activated
from layerloom.tensors import TensorSpec


class Activation(KerasLayer):
    """Applies a function to every number.

    The shape stays: (batch, …) → (batch, …). `softmax`, `log_softmax` and `sparsemax` work over the last
    axis; `glu` halves it.
    """

    activation: ActivationName = Field(description="Function that every number goes through.")

    category: ClassVar[Category] = "core"
    search_words: ClassVar[tuple[str, ...]] = (
        "nonlinearity",
        "relu",
        "tanh",
        "sigmoid",
        "softmax",
        "gelu",
        "激活函数",
    )
    mask_out: ClassVar = "pass"
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Cut off below zero", {"activation": "relu"}, {"inputs": (TensorSpec((None, 8, 8, 3)),)}),
        Example("Probabilities", {"activation": "softmax"}, {"inputs": (TensorSpec((None, 10)),)}),
        Example("A gate", {"activation": "glu"}, {"inputs": (TensorSpec((None, None, 8)),)}),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs)
        stays = self.activation == "linear" or (self.activation == "relu" and spec.dtype != "bool")
        dtype = spec.dtype if stays else as_float(spec.dtype)
        output = TensorSpec(spec.shape, dtype, spec.axes, spec.masked, spec.mask_shape)
        return {"output": activated(output, self.activation)}

    def torch_call(self, inputs: Inputs) -> Call:
        return Call("layerloom.layers.modules.activations.Activation", {"name": self.activation})
