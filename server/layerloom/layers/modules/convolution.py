"""Convolutions over one to three axes; channels last outside, views of it inside."""

import math
from collections.abc import Callable

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

CONVOLUTIONS: dict[int, Callable[..., Tensor]] = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
_LAST = {2: torch.channels_last, 3: torch.channels_last_3d}


class Sliding(nn.Module):
    """A kernel that slides over the places, then a bias and an activation."""

    bias: nn.Parameter | None

    def __init__(
        self,
        kernel_size: Sizes,
        strides: Sizes,
        padding: str,
        dilation_rate: Sizes,
        activation: str,
        channels_first: bool,
    ) -> None:
        super().__init__()
        self.kernel_size, self.strides, self.dilation_rate = kernel_size, strides, dilation_rate
        self.padding, self.activation, self.channels_first = padding, activation, channels_first
        self._function = function_of(activation)

    def forward(self, x: Tensor) -> Tensor:
        x = as_float(x) if self.channels_first else channels_to_second(as_float(x))
        y = self._slide(x) if self.channels_first else channels_to_last(self._slide(x))
        return y if self._function is None else self._function(y)

    def _slide(self, x: Tensor) -> Tensor:
        """From and to (batch, channels, …)."""
        raise NotImplementedError

    def _convolve(self, x: Tensor, weight: Tensor, bias: Tensor | None, groups: int) -> Tensor:
        """Torch's convolution with Keras' padding."""
        pads = padding_of(
            tuple(x.shape[2:]), self.kernel_size, self.strides, self.dilation_rate, self.padding
        )
        convolution = CONVOLUTIONS[len(pads)]
        if is_even(pads):
            around = tuple(before for before, _ in pads)
            return convolution(x, weight, bias, self.strides, around, self.dilation_rate, groups)
        return convolution(padded(x, pads), weight, bias, self.strides, 0, self.dilation_rate, groups)

    def extra_repr(self) -> str:
        weights = ", ".join(f"{name}={tuple(weight.shape)}" for name, weight in self.named_parameters())
        return (
            f"{weights}, strides={self.strides}, padding={self.padding!r}, "
            f"dilation_rate={self.dilation_rate}, activation={self.activation!r}, "
            f"channels_first={self.channels_first}"
        )


class Convolution(Sliding):
    """`weight` is torch's: (filters, channels / groups, *kernel_size)."""

    def __init__(
        self,
        in_channels: int,
        filters: int,
        kernel_size: Sizes,
        strides: Sizes,
        padding: str,
        dilation_rate: Sizes,
        groups: int = 1,
        bias: bool = True,
        activation: str = "linear",
        channels_first: bool = False,
    ) -> None:
        super().__init__(kernel_size, strides, padding, dilation_rate, activation, channels_first)
        self.groups = groups
        self.weight = kernel_of(filters, in_channels // groups, kernel_size)
        self.bias = nn.Parameter(torch.zeros(filters)) if bias else None

    def _slide(self, x: Tensor) -> Tensor:
        return self._convolve(x, self.weight, self.bias, self.groups)

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, groups={self.groups}"


class Conv1D(Convolution):
    """Over (batch, steps, channels)."""


class Conv2D(Convolution):
    """Over (batch, height, width, channels)."""


class Conv3D(Convolution):
    """Over (batch, depth, height, width, channels)."""


def kernel_of(first: int, second: int, kernel_size: Sizes) -> nn.Parameter:
    """A random kernel (first, second, *kernel_size), with channels last in memory."""
    limit = math.sqrt(1 / (second * math.prod(kernel_size)))
    weight = torch.empty(first, second, *kernel_size).uniform_(-limit, limit)
    if len(kernel_size) in _LAST:
        weight = weight.contiguous(memory_format=_LAST[len(kernel_size)])
    return nn.Parameter(weight)
