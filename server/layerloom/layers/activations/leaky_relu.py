"""The layer type `LeakyReLU`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Category, Example, Inputs, KerasLayer, Outputs, as_float, one
from layerloom.layers.calls import Call
from layerloom.tensors import TensorSpec


class LeakyReLU(KerasLayer):
    """Lets a little of what is below zero through.

    x above 0, `negative_slope · x` below, so that the gradient never is zero. The shape stays.
    """

    negative_slope: float = Field(default=0.3, ge=0, description="Slope below zero.")

    category: ClassVar[Category] = "activations"
    search_words: ClassVar[tuple[str, ...]] = ("rectifier", "relu", "nonlinearity", "带泄露线性整流")
    mask_out: ClassVar = "pass"
    examples: ClassVar[tuple[Example, ...]] = (
        Example("As usual in Keras", {}, {"inputs": (TensorSpec((None, 8)),)}),
        Example("A tenth", {"negative_slope": 0.1}, {"inputs": (TensorSpec((None, 4, 4, 3)),)}),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs)
        return {
            "output": TensorSpec(spec.shape, as_float(spec.dtype), spec.axes, spec.masked, spec.mask_shape)
        }

    def torch_call(self, inputs: Inputs) -> Call:
        if one(inputs).dtype == "float32":
            return Call("torch.nn.LeakyReLU", {"negative_slope": self.negative_slope})
        arguments = {"negative_slope": self.negative_slope}
        return Call("layerloom.layers.modules.activations.ReLU", arguments)
