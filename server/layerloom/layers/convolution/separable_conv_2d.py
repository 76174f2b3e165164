"""The layer type `SeparableConv2D`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Example
from layerloom.layers.convolution.depthwise import SeparableLayer
from layerloom.layers.fields.numbers import Padding, Pair
from layerloom.tensors import TensorSpec


class SeparableConv2D(SeparableLayer):
    """Convolves each channel of a picture alone, then mixes the channels.

    A depthwise convolution with `depth_multiplier` kernels for each channel, then a convolution with
    kernels of one cell that makes `filters` channels of them, bias and activation: (batch, height, width,
    channels) → (batch, new height, new width, filters). It does the work of a convolution with far fewer
    weights.
    """

    kernel_size: Pair = Field(description="Height and width of the kernel.")
    strides: Pair = Field(default=(1, 1), description="Steps down and to the right from patch to patch.")
    padding: Padding = Field(default="valid", description="`same` adds zeros around; `valid` adds none.")
    dilation_rate: Pair = Field(default=(1, 1), description="Distance between the cells that a kernel sees.")

    search_words: ClassVar[tuple[str, ...]] = (
        "CNN",
        "Xception",
        "MobileNet",
        "SeparableConvolution2D",
        "depthwise",
        "可分离卷积",
    )
    places: ClassVar[tuple[str, ...]] = ("height", "width")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "Few weights",
            {"filters": 8, "kernel_size": 3, "padding": "same", "activation": "relu"},
            {"inputs": (TensorSpec((None, 6, 7, 3)),)},
        ),
        Example(
            "Half the size",
            {"filters": 5, "kernel_size": [3, 2], "strides": 2, "padding": "same", "depth_multiplier": 2},
            {"inputs": (TensorSpec((None, None, None, 4)),)},
        ),
        Example(
            "Dilated, without a bias",
            {"filters": 4, "kernel_size": 2, "dilation_rate": 2, "use_bias": False},
            {"inputs": (TensorSpec((None, 6, 7, 3)),)},
        ),
        Example(
            "Channels first",
            {"filters": 4, "kernel_size": [3, 2], "depth_multiplier": 2, "data_format": "channels_first"},
            {"inputs": (TensorSpec((None, 3, 6, 7)),)},
        ),
    )
