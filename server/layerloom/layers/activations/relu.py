"""The layer type `ReLU`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Category, Example, Inputs, KerasLayer, Outputs, as_float, one
from layerloom.layers.calls import Call
from layerloom.tensors import TensorSpec


class ReLU(KerasLayer):
    """Cuts off what is below zero, or lets a little of it through.

    x above `threshold`, `max_value` at most; `negative_slope · (x - threshold)` below. The shape stays.
    """

    max_value: float | None = Field(default=None, ge=0, description="Greatest value; empty means no limit.")
    negative_slope: float = Field(
        default=0.0, ge=0, description="How much of what is below the threshold is left."
    )
    threshold: float = Field(default=0.0, ge=0, description="Where the cut is.")

    category: ClassVar[Category] = "activations"
    search_words: ClassVar[tuple[str, ...]] = ("rectifier", "relu6", "nonlinearity", "线性整流")
    mask_out: ClassVar = "pass"
    examples: ClassVar[tuple[Example, ...]] = (
        Example("As usual", {}, {"inputs": (TensorSpec((None, 8, 8, 3)),)}),
        Example("From 0 to 6", {"max_value": 6.0}, {"inputs": (TensorSpec((None, 10)),)}),
        Example(
            "With everything",
            {"max_value": 1.0, "negative_slope": 0.1, "threshold": 0.5},
            {"inputs": (TensorSpec((None, None, 8)),)},
        ),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs)
        return {
            "output": TensorSpec(spec.shape, as_float(spec.dtype), spec.axes, spec.masked, spec.mask_shape)
        }

    def torch_call(self, inputs: Inputs) -> Call:
        usual = {"max_value": None, "negative_slope": 0.0, "threshold": 0.0}
        arguments = {name: value for name in usual if (value := getattr(self, name)) != usual[name]}
        if not arguments and one(inputs).dtype == "float32":
            return Call("torch.nn.ReLU")
        return Call("layerloom.layers.modules.activations.ReLU", arguments)
