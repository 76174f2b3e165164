"""What the depthwise and the separable convolutions share: a kernel of its own for each channel."""

from typing import Any

from pydantic import Field

from layerloom.layers.base import Inputs, Outputs, Weight, one
from layerloom.layers.calls import Call
from layerloom.layers.convolution.sliding import SlidingLayer
from layerloom.layers.fields.constraint import Constraint
from layerloom.layers.fields.initializer import Initializer, initializer
from layerloom.layers.fields.numbers import Size
from layerloom.layers.fields.regularizer import Regularizer
from layerloom.layers.kernels import BiasLayer


class DepthwiseLayer(SlidingLayer, BiasLayer):
    """`depth_multiplier` kernels for each channel, which see that channel alone."""

    depth_multiplier: Size = Field(default=1, description="Number of kernels for each input channel.")
    depthwise_initializer: Initializer = initializer(
        "glorot_uniform", "How the kernels of the channels are drawn at first."
    )
    depthwise_regularizer: Regularizer = Field(
        default=None, description="Penalty on the kernels of the channels, added to the loss."
    )
    depthwise_constraint: Constraint = Field(
        default=None, description="Bound on the kernels of the channels, kept after each step."
    )

    def weights(self, inputs: Inputs) -> tuple[Weight, ...]:
        channels = self._channels(one(inputs))
        return (self._depthwise("kernel", channels), *self._bias(self._output_channels(channels)))

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        channels = self._output_channels(self._channels(one(inputs)))
        return 2 * self._window() * (outputs["output"].elements or channels)

    def torch_call(self, inputs: Inputs) -> Call:
        arguments: dict[str, Any] = {
            "in_channels": self._channels(one(inputs)),
            "depth_multiplier": self.depth_multiplier,
            **self._sliding_arguments(),
            **self._unlike(bias=(self.use_bias, True)),
        }
        return Call("layerloom.layers.modules.depthwise_convolution.DepthwiseConvolution", arguments)

    def _output_channels(self, channels: int) -> int:
        return channels * self.depth_multiplier

    def _depthwise(self, name: str, channels: int) -> Weight:
        count = len(self.places)
        return Weight(
            name, (*self.kernel_size, channels, self.depth_multiplier), self.depthwise_initializer,
            "depthwise", (count, count + 1, *range(count)),
            regularizer=self.depthwise_regularizer, constraint=self.depthwise_constraint,
        )  # fmt: skip


class SeparableLayer(DepthwiseLayer):
    """A depthwise convolution, then one with a kernel of a single cell that mixes the channels."""

    filters: Size = Field(description="Number of output channels.")
    pointwise_initializer: Initializer = initializer(
        "glorot_uniform", "How the kernel that mixes the channels is drawn at first."
    )
    pointwise_regularizer: Regularizer = Field(
        default=None, description="Penalty on the kernel that mixes the channels, added to the loss."
    )
    pointwise_constraint: Constraint = Field(
        default=None, description="Bound on the kernel that mixes the channels, kept after each step."
    )

    def weights(self, inputs: Inputs) -> tuple[Weight, ...]:
        channels = self._channels(one(inputs))
        count = len(self.places)
        pointwise = Weight(
            "pointwise_kernel", (*(1,) * count, channels * self.depth_multiplier, self.filters),
            self.pointwise_initializer, "pointwise", (count + 1, count, *range(count)),
            regularizer=self.pointwise_regularizer, constraint=self.pointwise_constraint,
        )  # fmt: skip
        return (self._depthwise("depthwise_kernel", channels), pointwise, *self._bias(self.filters))

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        channels = self._channels(one(inputs)) * self.depth_multiplier
        places = (outputs["output"].elements or self.filters) // self.filters
        return 2 * places * channels * (self._window() + self.filters)

    def torch_call(self, inputs: Inputs) -> Call:
        arguments: dict[str, Any] = {
            "in_channels": self._channels(one(inputs)),
            "filters": self.filters,
            **self._sliding_arguments(),
            **self._unlike(depth_multiplier=(self.depth_multiplier, 1), bias=(self.use_bias, True)),
        }
        return Call("layerloom.layers.modules.depthwise_convolution.SeparableConvolution", arguments)

    def _output_channels(self, channels: int) -> int:
        return self.filters
