"""What `Conv1D`, `Conv2D` and `Conv3D` share: config, shapes, weights."""

from typing import Any

from pydantic import Field, model_validator

from layerloom.layers.base import Inputs, Outputs, Weight, one, refuse
from layerloom.layers.calls import Call
from layerloom.layers.convolution.sliding import SlidingLayer
from layerloom.layers.fields.numbers import Size
from layerloom.layers.kernels import KernelLayer
from layerloom.tensors import TensorSpec


class ConvolutionLayer(SlidingLayer, KernelLayer):
    """Each filter sums over a window of all channels of its group."""

    filters: Size = Field(description="Number of kernels, and so of output channels.")
    groups: Size = Field(
        default=1, description="Channels are split in this many groups, each convolved by kernels of its own."
    )

    @model_validator(mode="after")
    def _one_of_strides_and_dilation(self) -> "ConvolutionLayer":
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError("`strides` and `dilation_rate` can't both be greater than 1")
        if self.filters % self.groups:
            raise ValueError(f"`filters` {self.filters} is not divisible by `groups` {self.groups}")
        return self

    def weights(self, inputs: Inputs) -> tuple[Weight, ...]:
        channels = self._channels(one(inputs))
        count = len(self.places)
        shape = (*self.kernel_size, channels // self.groups, self.filters)
        layout = (count + 1, count, *range(count))
        return (self._kernel(shape, "weight", layout), *self._bias(self.filters))

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        depth = self._channels(one(inputs)) // self.groups
        return 2 * self._window() * depth * (outputs["output"].elements or self.filters)

    def torch_call(self, inputs: Inputs) -> Call:
        arguments: dict[str, Any] = {
            "in_channels": self._channels(one(inputs)),
            "filters": self.filters,
            **self._sliding_arguments(),
            **self._unlike(groups=(self.groups, 1), bias=(self.use_bias, True)),
        }
        return Call(f"layerloom.layers.modules.convolution.Conv{len(self.places)}D", arguments)

    def _output_channels(self, channels: int) -> int:
        return self.filters

    def _channels(self, spec: TensorSpec) -> int:
        channels = super()._channels(spec)
        if channels % self.groups:
            raise refuse(
                "shape.mismatch",
                f"got shape {spec}; its {channels} channels are not divisible by `groups` {self.groups}.",
                f"Set `groups` to a divisor of {channels}.",
                field="groups",
            )
        return channels
