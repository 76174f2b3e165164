"""The layer type `EinsumDense`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from layerloom.layers.base import Category, Example, Inputs, KerasLayer, Outputs, Weight, one, refuse
from layerloom.layers.calls import Call
from layerloom.layers.fields.activation import Activation, activated, activation_field
from layerloom.layers.fields.constraint import Constraint
from layerloom.layers.fields.equation import Equation, Laid, bias_shape, lay, parts
from layerloom.layers.fields.initializer import Initializer, initializer
from layerloom.layers.fields.numbers import Size, as_tuple
from layerloom.layers.fields.regularizer import Regularizer
from layerloom.layers.kernels import ADAPTERS
from layerloom.tensors import TensorSpec

_SIZES = {
    "anyOf": [
        {"type": "integer", "minimum": 1},
        {"type": "array", "items": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]}},
    ]
}


class EinsumDense(KerasLayer):
    """Multiplies by a kernel along any axes, which an equation names.

    `activation(einsum(equation, x, kernel) + bias)`: of `abc,cd->abd` the first three letters are the input's
    axes (the batch first), the next the kernel's, the last the output's; an axis that is in input and kernel
    but not in the output is summed over. `...` stands for any further axes, as in `...x,xy->...y`.
    """

    equation: Equation = Field(
        max_length=200, description="Axes of input and kernel, and of the output: `abc,cd->abd`."
    )
    output_shape: Annotated[
        Size | tuple[Size | None, ...], BeforeValidator(as_tuple), WithJsonSchema(_SIZES)
    ] = Field(
        description="Sizes of the output's axes without the batch and `...`; null where the input says it."
    )
    activation: Activation = activation_field("linear")
    bias_axes: str | None = Field(
        default=None, description="Letters of the output's axes that a bias is learned for; empty: no bias."
    )
    kernel_initializer: Initializer = initializer("glorot_uniform", "How the kernel is drawn at first.")
    bias_initializer: Initializer = initializer("zeros", "How the bias is drawn at first.")
    kernel_regularizer: Regularizer = Field(
        default=None, description="Penalty on the kernel, added to the loss."
    )
    bias_regularizer: Regularizer = Field(default=None, description="Penalty on the bias, added to the loss.")
    activity_regularizer: Regularizer = Field(
        default=None,
        description="Penalty on the layer's output, added to the loss and divided by the batch size.",
    )
    kernel_constraint: Constraint = Field(
        default=None, description="Bound on the kernel, kept after each step."
    )
    bias_constraint: Constraint = Field(default=None, description="Bound on the bias, kept after each step.")

    category: ClassVar[Category] = "core"
    search_words: ClassVar[tuple[str, ...]] = ("tensor product", "projection", "heads", "爱因斯坦求和")
    left_out: ClassVar = ADAPTERS
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "At each step of a sequence",
            {"equation": "abc,cd->abd", "output_shape": [None, 5], "bias_axes": "d"},
            {"inputs": (TensorSpec((None, 6, 8)),)},
        ),
        Example(
            "Whatever axes there are",
            {"equation": "...x,xy->...y", "output_shape": 4, "bias_axes": "y", "activation": "relu"},
            {"inputs": (TensorSpec((None, None, 8)),)},
        ),
        Example(
            "Into heads",
            {"equation": "abc,cde->abde", "output_shape": [None, 2, 3], "bias_axes": "de"},
            {"inputs": (TensorSpec((None, 6, 8)),)},
        ),
        Example(
            "Mixing steps",
            {"equation": "ab...,bc->ac...", "output_shape": 3, "bias_axes": "c"},
            {"inputs": (TensorSpec((None, 6, 8)),)},
        ),
    )

    @model_validator(mode="after")
    def _has_bias_axes(self) -> "EinsumDense":
        output = parts(self.equation).output
        for letter in self.bias_axes or ():
            if letter not in output:
                raise ValueError(
                    f"`bias_axes` {self.bias_axes!r}: `{letter}` is no axis of the output {output!r}"
                )
        return self

    def infer(self, inputs: Inputs) -> Outputs:
        laid = self._laid(inputs)
        output = TensorSpec(laid.output, "float32", laid.axes)
        self._bias_shape(inputs, laid)
        return {"output": activated(output, self.activation)}

    def weights(self, inputs: Inputs) -> tuple[Weight, ...]:
        laid = self._laid(inputs)
        kernel = Weight(
            "kernel", laid.kernel, self._kernel_initializer(laid), "weight",
            regularizer=self.kernel_regularizer, constraint=self.kernel_constraint,
        )  # fmt: skip
        shape = self._bias_shape(inputs, laid)
        if shape is None:
            return (kernel,)
        bias = replace(
            kernel, name="bias", shape=shape, initializer=self.bias_initializer, path="bias",
            regularizer=self.bias_regularizer, constraint=self.bias_constraint,
        )  # fmt: skip
        return kernel, bias

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        laid = self._laid(inputs)
        summed = 1
        for axis in laid.input_axes:
            summed *= laid.kernel[axis]
        return 2 * summed * (outputs["output"].elements or 0)

    def torch_call(self, inputs: Inputs) -> Call:
        laid = self._laid(inputs)
        arguments: dict[str, Any] = {"equation": self.equation, "kernel_shape": laid.kernel}
        shape = self._bias_shape(inputs, laid)
        if shape is not None:
            arguments["bias_shape"] = shape
        if self.activation != "linear":
            arguments["activation"] = self.activation
        return Call("layerloom.layers.modules.dense.EinsumDense", arguments)

    def _laid(self, inputs: Inputs) -> Laid:
        wanted = (self.output_shape,) if isinstance(self.output_shape, int) else self.output_shape
        return lay(self.equation, one(inputs), wanted)

    def _bias_shape(self, inputs: Inputs, laid: Laid) -> tuple[int, ...] | None:
        if not self.bias_axes:
            return None
        for letter in self.bias_axes:
            if laid.sizes.get(letter) is None:
                raise refuse(
                    "shape.unknown",
                    f"got shape {one(inputs)}; the size of axis `{letter}` must be known, for `bias_axes` names it.",
                    "Give it a size in the Input's `shape`, or in `output_shape`.",
                    field="bias_axes",
                )
        return bias_shape(self.equation, laid, self.bias_axes)

    def _kernel_initializer(self, laid: Laid) -> Mapping[str, Any]:
        """Keras takes the fans from the equation, where the initializer does not say which axes they are."""
        config = self.kernel_initializer["config"]
        if "input_axes" not in config or None not in (config["input_axes"], config["output_axes"]):
            return self.kernel_initializer
        axes = {"input_axes": list(laid.input_axes), "output_axes": list(laid.output_axes)}
        return {"type": self.kernel_initializer["type"], "config": {**config, **axes}}
