"""Convolutions over one or two axes; channels last outside, views of it inside."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from layerloom.layers.modules.activations import as_float, function_of
from layerloom.layers.modules.windows import (
    Sizes,
    channels_to_last,
    channels_to_second,
    is_even,
    padded,
    padding_of,
)


class _Convolution(nn.Module):
    """`weight` is torch's: (filters, channels / groups, *kernel_size)."""

    def __init__(
        self,
        in_channels: int,
        filters: int,
        kernel_size: Sizes,
        strides: Sizes,
        padding: str = "valid",
        dilation_rate: Sizes = (1, 1),
        groups: int = 1,
        bias: bool = True,
        activation: str = "linear",
        channels_first: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size, self.strides, self.dilation_rate = kernel_size, strides, dilation_rate
        self.padding, self.groups, self.activation, self.channels_first = (
            padding,
            groups,
            activation,
            channels_first,
        )
        self._function = function_of(activation)
        limit = math.sqrt(1 / (in_channels // groups * math.prod(kernel_size)))
        weight = torch.empty(filters, in_channels // groups, *kernel_size).uniform_(-limit, limit)
        if len(kernel_size) == 2:
            weight = weight.contiguous(memory_format=torch.channels_last)
        self.weight = nn.Parameter(weight)
        self.bias = nn.Parameter(torch.zeros(filters)) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        x = as_float(x)
        if not self.channels_first:
            x = channels_to_second(x)
        pads = padding_of(
            tuple(x.shape[2:]), self.kernel_size, self.strides, self.dilation_rate, self.padding
        )
        if is_even(pads):
            y = self._convolve(x, tuple(before for before, _ in pads))
        else:
            y = self._convolve(padded(x, pads), (0,) * len(pads))
        # The activation sees channels last, because some work on the last axis.
        y = channels_to_last(y)
        if self._function is not None:
            y = self._function(y)
        return channels_to_second(y) if self.channels_first else y

    def _convolve(self, x: Tensor, padding: Sizes) -> Tensor:
        raise NotImplementedError

    def extra_repr(self) -> str:
        return (
            f"{tuple(self.weight.shape)}, strides={self.strides}, padding={self.padding!r}, "
            f"dilation_rate={self.dilation_rate}, groups={self.groups}, bias={self.bias is not None}, "
            f"activation={self.activation!r}, channels_first={self.channels_first}"
        )


class Conv1D(_Convolution):
    """Over (batch, steps, channels)."""

    def _convolve(self, x: Tensor, padding: Sizes) -> Tensor:
        return F.conv1d(x, self.weight, self.bias, self.strides, padding, self.dilation_rate, self.groups)


class Conv2D(_Convolution):
    """Over (batch, height, width, channels)."""

    def _convolve(self, x: Tensor, padding: Sizes) -> Tensor:
        return F.conv2d(x, self.weight, self.bias, self.strides, padding, self.dilation_rate, self.groups)
