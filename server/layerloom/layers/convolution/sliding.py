"""What every layer type shares that slides a kernel: where the channels are, and the shapes of windows."""

import math
from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import Field

from layerloom.layers.base import (
    Category,
    Inputs,
    KerasLayer,
    Outputs,
    conv_output,
    expect_rank,
    known,
    one,
    refuse,
)
from layerloom.layers.fields.activation import Activation, activated, activation_field
from layerloom.layers.fields.numbers import DATA_FORMAT, DataFormat
from layerloom.tensors import TensorSpec

_HINTS = {
    1: "Add Reshape to make it a sequence.",
    2: "Add Reshape: a grey picture has one channel.",
    3: "Add Reshape: a volume of single numbers has one channel.",
}


class SlidingLayer(KerasLayer):
    """Slides a kernel over the axes between batch and channels."""

    data_format: DataFormat | None = Field(default=None, description=DATA_FORMAT)
    activation: Activation = activation_field("linear")

    category: ClassVar[Category] = "convolution"
    places: ClassVar[tuple[str, ...]]
    """Names of the axes that the kernel slides over."""

    kernel_size: Any
    strides: Any
    padding: Any
    dilation_rate: Any

    @property
    def is_channels_first(self) -> bool:
        return self.data_format == "channels_first"

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs)
        wanted = self._axes()
        expect_rank(spec, len(wanted) + 1, f"(batch, {', '.join(wanted)})", _HINTS[len(self.places)])
        channels = self._output_channels(self._channels(spec))
        first = 2 if self.is_channels_first else 1
        sizes = self._sizes(spec, spec.shape[first : first + len(self.places)])
        shape = (channels, *sizes) if self.is_channels_first else (*sizes, channels)
        axes = spec.axes if spec.rank == 3 else ("batch", *wanted)
        # As in Keras the activation works on the last axis, even where the channels are not there.
        return {"output": activated(TensorSpec((spec.shape[0], *shape), "float32", axes), self.activation)}

    def _axes(self) -> tuple[str, ...]:
        return ("channels", *self.places) if self.is_channels_first else (*self.places, "channels")

    def _output_channels(self, channels: int) -> int:
        raise NotImplementedError(type(self).__name__)

    def _channels(self, spec: TensorSpec) -> int:
        return known(spec, 1 if self.is_channels_first else -1, why="it is the depth of the kernel")

    def _sizes(self, spec: TensorSpec, sizes: Sequence[int | None]) -> list[int | None]:
        """Sizes of the places after the kernel went over them."""
        windows = zip(sizes, self.kernel_size, self.strides, self.dilation_rate, strict=True)
        after = [
            conv_output(size, kernel, stride, self.padding, dilation)
            for size, kernel, stride, dilation in windows
        ]
        if any(size is not None and size < 1 for size in after):
            raise refuse(
                "shape.mismatch",
                f"got shape {spec}, smaller than the kernel {list(self.kernel_size)} with "
                f"`dilation_rate` {list(self.dilation_rate)}.",
                'Set `padding` to "same", or make the kernel smaller.',
                field="kernel_size",
            )
        return after

    def _window(self) -> int:
        """Cells of the kernel for one channel."""
        return math.prod(self.kernel_size)

    def _sliding_arguments(self) -> dict[str, Any]:
        return {
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "dilation_rate": self.dilation_rate,
        }

    def _unlike(self, **further: tuple[Any, Any]) -> dict[str, Any]:
        """Arguments that differ from their defaults: `_unlike(groups=(self.groups, 1))`."""
        further |= {
            "activation": (self.activation, "linear"),
            "channels_first": (self.is_channels_first, False),
        }
        return {name: value for name, (value, default) in further.items() if value != default}
