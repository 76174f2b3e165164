"""Convolutions that see each channel alone, and those that mix the channels afterwards."""

import torch
from torch import Tensor, nn

from layerloom.layers.modules.convolution import CONVOLUTIONS, Sliding, kernel_of
from layerloom.layers.modules.windows import Sizes


class DepthwiseConvolution(Sliding):
    """`depthwise`: (channels, depth_multiplier, *kernel_size); a channel's results stand side by side."""

    def __init__(
        self,
        in_channels: int,
        depth_multiplier: int,
        kernel_size: Sizes,
        strides: Sizes,
        padding: str,
        dilation_rate: Sizes,
        bias: bool = True,
        activation: str = "linear",
        channels_first: bool = False,
    ) -> None:
        super().__init__(kernel_size, strides, padding, dilation_rate, activation, channels_first)
        self.depthwise = _kernels(in_channels, depth_multiplier, kernel_size)
        self.bias = nn.Parameter(torch.zeros(in_channels * depth_multiplier)) if bias else None

    def _slide(self, x: Tensor) -> Tensor:
        weight = self.depthwise.flatten(0, 1).unsqueeze(1)
        return self._convolve(x, weight, self.bias, self.depthwise.shape[0])


class SeparableConvolution(Sliding):
    """`depthwise` as in DepthwiseConvolution; `pointwise`: (filters, channels * depth_multiplier, 1, …)."""

    def __init__(
        self,
        in_channels: int,
        filters: int,
        kernel_size: Sizes,
        strides: Sizes,
        padding: str,
        dilation_rate: Sizes,
        depth_multiplier: int = 1,
        bias: bool = True,
        activation: str = "linear",
        channels_first: bool = False,
    ) -> None:
        super().__init__(kernel_size, strides, padding, dilation_rate, activation, channels_first)
        self.depthwise = _kernels(in_channels, depth_multiplier, kernel_size)
        self.pointwise = kernel_of(filters, in_channels * depth_multiplier, (1,) * len(kernel_size))
        self.bias = nn.Parameter(torch.zeros(filters)) if bias else None

    def _slide(self, x: Tensor) -> Tensor:
        weight = self.depthwise.flatten(0, 1).unsqueeze(1)
        y = self._convolve(x, weight, None, self.depthwise.shape[0])
        return CONVOLUTIONS[len(self.kernel_size)](y, self.pointwise, self.bias)


def _kernels(channels: int, multiplier: int, kernel_size: Sizes) -> nn.Parameter:
    kernel = kernel_of(channels * multiplier, 1, kernel_size)
    return nn.Parameter(kernel.detach().reshape(channels, multiplier, *kernel_size))
