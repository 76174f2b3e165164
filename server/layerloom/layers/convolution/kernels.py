"""What the convolution layer types share: config, shapes, weights."""

import math
from typing import Any, ClassVar

from pydantic import Field, model_validator

from layerloom.layers.base import (
    Category,
    Inputs,
    Outputs,
    Weight,
    conv_output,
    expect_rank,
    known,
    one,
    refuse,
)
from layerloom.layers.fields.activation import Activation, activated, activation_field
from layerloom.layers.fields.numbers import DATA_FORMAT, DataFormat, Size
from layerloom.layers.kernels import KernelLayer
from layerloom.tensors import TensorSpec

_WHY = "it is the depth of the kernel"


class ConvolutionLayer(KernelLayer):
    """Slides a kernel over the axes between batch and channels."""

    filters: Size = Field(description="Number of kernels, and so of output channels.")
    data_format: DataFormat | None = Field(default=None, description=DATA_FORMAT)
    groups: Size = Field(
        default=1, description="Channels are split in this many groups, each convolved by kernels of its own."
    )
    activation: Activation = activation_field("linear")

    category: ClassVar[Category] = "convolution"
    places: ClassVar[tuple[str, ...]]
    """Names of the axes that the kernel slides over."""

    kernel_size: Any
    strides: Any
    padding: Any
    dilation_rate: Any

    @model_validator(mode="after")
    def _one_of_strides_and_dilation(self) -> "ConvolutionLayer":
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError("`strides` and `dilation_rate` can't both be greater than 1")
        if self.filters % self.groups:
            raise ValueError(f"`filters` {self.filters} is not divisible by `groups` {self.groups}")
        return self

    @property
    def is_channels_first(self) -> bool:
        return self.data_format == "channels_first"

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs)
        count = len(self.places)
        wanted = ("channels", *self.places) if self.is_channels_first else (*self.places, "channels")
        hints = {1: "Add Reshape to make it a sequence.", 2: "Add Reshape: a grey picture has one channel."}
        expect_rank(spec, count + 2, f"(batch, {', '.join(wanted)})", hints[count])
        self._channels(spec)
        first = 2 if self.is_channels_first else 1
        windows = zip(self.kernel_size, self.strides, self.dilation_rate, strict=True)
        sizes = [
            conv_output(spec.shape[axis], kernel, stride, self.padding, dilation)
            for axis, (kernel, stride, dilation) in enumerate(windows, start=first)
        ]
        if any(size is not None and size < 1 for size in sizes):
            raise refuse(
                "shape.mismatch",
                f"got shape {spec}, smaller than the kernel {list(self.kernel_size)} with "
                f"`dilation_rate` {list(self.dilation_rate)}.",
                'Set `padding` to "same", or make the kernel smaller.',
                field="kernel_size",
            )
        activated_channels = activated(TensorSpec((None, self.filters)), self.activation).features
        shape = (activated_channels, *sizes) if self.is_channels_first else (*sizes, activated_channels)
        axes = spec.axes if spec.rank == 3 else ("batch", *wanted)
        return {"output": TensorSpec((spec.shape[0], *shape), "float32", axes)}

    def weights(self, inputs: Inputs) -> tuple[Weight, ...]:
        channels = self._channels(one(inputs))
        count = len(self.places)
        shape = (*self.kernel_size, channels // self.groups, self.filters)
        layout = (count + 1, count, *range(count))
        return (self._kernel(shape, "weight", layout), *self._bias(self.filters))

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        depth = self._channels(one(inputs)) // self.groups
        return 2 * int(math.prod(self.kernel_size)) * depth * (outputs["output"].elements or self.filters)

    def _channels(self, spec: TensorSpec) -> int:
        channels = known(spec, 1 if self.is_channels_first else -1, why=_WHY)
        if channels % self.groups:
            raise refuse(
                "shape.mismatch",
                f"got shape {spec}; its {channels} channels are not divisible by `groups` {self.groups}.",
                f"Set `groups` to a divisor of {channels}.",
                field="groups",
            )
        return channels

    def _arguments(self, inputs: Inputs) -> dict[str, Any]:
        arguments = {
            "in_channels": self._channels(one(inputs)),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "dilation_rate": self.dilation_rate,
        }
        further = {
            "groups": (self.groups, 1),
            "bias": (self.use_bias, True),
            "activation": (self.activation, "linear"),
            "channels_first": (self.is_channels_first, False),
        }
        return arguments | {name: value for name, (value, default) in further.items() if value != default}
