"""The layer type `DepthwiseConv2D`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Example
from layerloom.layers.convolution.depthwise import DepthwiseLayer
from layerloom.layers.fields.numbers import Padding, Pair
from layerloom.tensors import TensorSpec


class DepthwiseConv2D(DepthwiseLayer):
    """Slides kernels over each channel of a picture alone.

    Every channel has `depth_multiplier` kernels of its own and is never mixed with others, so it costs
    little: (batch, height, width, channels) → (batch, new height, new width, channels ·
    depth_multiplier). The results of one channel stand side by side.
    """

    kernel_size: Pair = Field(description="Height and width of the kernel.")
    strides: Pair = Field(default=(1, 1), description="Steps down and to the right from patch to patch.")
    padding: Padding = Field(default="valid", description="`same` adds zeros around; `valid` adds none.")
    dilation_rate: Pair = Field(default=(1, 1), description="Distance between the cells that a kernel sees.")

    search_words: ClassVar[tuple[str, ...]] = (
        "CNN",
        "MobileNet",
        "DepthwiseConvolution2D",
        "depthwise",
        "深度卷积",
    )
    places: ClassVar[tuple[str, ...]] = ("height", "width")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "One kernel for each channel",
            {"kernel_size": 3, "padding": "same"},
            {"inputs": (TensorSpec((None, 6, 7, 3)),)},
        ),
        Example(
            "Two for each, half the size",
            {
                "kernel_size": [3, 2],
                "strides": 2,
                "padding": "same",
                "depth_multiplier": 2,
                "activation": "relu",
            },
            {"inputs": (TensorSpec((None, None, None, 4)),)},
        ),
        Example(
            "Dilated, without a bias",
            {"kernel_size": 2, "dilation_rate": 2, "use_bias": False},
            {"inputs": (TensorSpec((None, 6, 7, 3)),)},
        ),
        Example(
            "Channels first",
            {"kernel_size": [3, 2], "depth_multiplier": 2, "data_format": "channels_first"},
            {"inputs": (TensorSpec((None, 3, 6, 7)),)},
        ),
    )
