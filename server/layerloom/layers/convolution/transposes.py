"""What `Conv1DTranspose`, `Conv2DTranspose` and `Conv3DTranspose` share: config, shapes, weights."""

import math
from collections.abc import Sequence
from typing import Any

from pydantic import Field, model_validator

from layerloom.layers.base import Inputs, Outputs, Weight, one, refuse
from layerloom.layers.calls import Call
from layerloom.layers.convolution.sliding import SlidingLayer
from layerloom.layers.fields.numbers import Size
from layerloom.layers.kernels import KernelLayer
from layerloom.tensors import TensorSpec


class TransposedLayer(SlidingLayer, KernelLayer):
    """Lays each cell's kernel down, `strides` cells apart, and sums where they overlap."""

    filters: Size = Field(description="Number of kernels, and so of output channels.")

    output_padding: Any

    @model_validator(mode="after")
    def _strides_leave_room(self) -> "TransposedLayer":
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError("`strides` and `dilation_rate` can't both be greater than 1")
        if self.output_padding is not None:
            for extra, stride in zip(self.output_padding, self.strides, strict=True):
                if extra >= stride:
                    raise ValueError(
                        f"`output_padding` {list(self.output_padding)} must be less than `strides` "
                        f"{list(self.strides)} along each axis"
                    )
        return self

    def weights(self, inputs: Inputs) -> tuple[Weight, ...]:
        count = len(self.places)
        shape = (*self.kernel_size, self.filters, self._channels(one(inputs)))
        layout = (count + 1, count, *range(count))
        return (self._kernel(shape, "weight", layout), *self._bias(self.filters))

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        spec = one(inputs)
        return 2 * self._window() * self.filters * (spec.elements or self._channels(spec))

    def torch_call(self, inputs: Inputs) -> Call:
        arguments: dict[str, Any] = {
            "in_channels": self._channels(one(inputs)),
            "filters": self.filters,
            **self._sliding_arguments(),
            **self._unlike(output_padding=(self.output_padding, None), bias=(self.use_bias, True)),
        }
        return Call("layerloom.layers.modules.transposed_convolution.TransposedConvolution", arguments)

    def _output_channels(self, channels: int) -> int:
        return self.filters

    def _sizes(self, spec: TensorSpec, sizes: Sequence[int | None]) -> list[int | None]:
        extras = self.output_padding or (None,) * len(sizes)
        windows = zip(sizes, self.kernel_size, self.strides, self.dilation_rate, extras, strict=True)
        after = [_transposed(size, self.padding, *window) for size, *window in windows]
        if math.prod(size for size in after if size is not None) < 1:
            raise refuse(
                "shape.mismatch",
                f"got shape {spec}, of which `output_padding` {list(extras)} with `padding` "
                f'"{self.padding}" leaves nothing.',
                "Make `output_padding` empty, or greater.",
                field="output_padding",
            )
        return after


def _transposed(
    size: int | None, padding: str, kernel: int, stride: int, dilation: int, extra: int | None
) -> int | None:
    """Cells along one axis. Source: `compute_conv_transpose_output_shape` of Keras 3."""
    if size is None:
        return None
    reach = (kernel - 1) * dilation + 1
    if padding == "valid":
        return (size - 1) * stride + (max(reach, stride) if extra is None else reach + extra)
    return size * stride if extra is None else (size - 1) * stride + reach % 2 + extra
