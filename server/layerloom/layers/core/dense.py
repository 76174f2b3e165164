"""The layer type `Dense`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Category, Example, Inputs, Outputs, Weight, known, one, refuse
from layerloom.layers.calls import Call
from layerloom.layers.fields.activation import Activation, activated, activation_field
from layerloom.layers.fields.numbers import Size
from layerloom.layers.kernels import ADAPTERS, KernelLayer
from layerloom.tensors import TensorSpec


class Dense(KernelLayer):
    """Fully connected: every unit sees every feature.

    `activation(x · kernel + bias)` over the last axis: (batch, …, features) → (batch, …, units). Axes
    between, such as time, are kept: each step goes through the same kernel.
    """

    units: Size = Field(description="Size of the output's last axis.")
    activation: Activation = activation_field("linear")

    category: ClassVar[Category] = "core"
    search_words: ClassVar[tuple[str, ...]] = (
        "fully connected",
        "linear",
        "perceptron",
        "TimeDistributedDense",
        "全连接",
    )
    left_out: ClassVar = ADAPTERS
    mask_out: ClassVar = "pass"
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "A hidden layer", {"units": 64, "activation": "relu"}, {"inputs": (TensorSpec((None, 784)),)}
        ),
        Example("A yes or no", {"units": 1, "activation": "sigmoid"}, {"inputs": (TensorSpec((None, 64)),)}),
        Example("At each step of a sequence", {"units": 5}, {"inputs": (TensorSpec((None, None, 8)),)}),
        Example(
            "Without bias, with a penalty",
            {"units": 4, "use_bias": False, "kernel_regularizer": "l2", "kernel_initializer": "he_normal"},
            {"inputs": (TensorSpec((None, 6)),)},
        ),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs)
        if spec.rank < 2:
            raise refuse(
                "shape.mismatch",
                f"got shape {spec}; expected (batch, …, features).",
                "Give the Input a `shape` of one number or more.",
                port="inputs",
            )
        known(spec, -1, why="it is the kernel's height")
        output = TensorSpec(
            (*spec.shape[:-1], self.units), "float32", spec.axes, spec.masked, spec.mask_shape
        )
        return {"output": activated(output, self.activation)}

    def weights(self, inputs: Inputs) -> tuple[Weight, ...]:
        features = known(one(inputs), -1, why="it is the kernel's height")
        return (self._kernel((features, self.units), "weight", (1, 0)), *self._bias(self.units))

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        return 2 * (one(inputs).elements or one(inputs).features or 0) * self.units

    def torch_call(self, inputs: Inputs) -> Call:
        spec = one(inputs)
        arguments = {
            "in_features": known(spec, -1, why="it is the kernel's height"),
            "out_features": self.units,
            "bias": self.use_bias,
        }
        if self.activation == "linear" and spec.dtype == "float32":
            return Call("torch.nn.Linear", arguments)
        return Call("layerloom.layers.modules.dense.Dense", {**arguments, "activation": self.activation})
