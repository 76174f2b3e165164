"""The layer type `DepthwiseConv1D`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Example
from layerloom.layers.convolution.depthwise import DepthwiseLayer
from layerloom.layers.fields.numbers import Padding, Single
from layerloom.tensors import TensorSpec


class DepthwiseConv1D(DepthwiseLayer):
    """Slides kernels over each channel of a sequence alone.

    Every channel has `depth_multiplier` kernels of its own and is never mixed with others, so it costs
    little: (batch, time, channels) → (batch, new time, channels · depth_multiplier). The results of one
    channel stand side by side.
    """

    kernel_size: Single = Field(description="Steps that a kernel sees.")
    strides: Single = Field(default=(1,), description="Steps from window to window.")
    padding: Padding = Field(default="valid", description="`same` adds zeros around; `valid` adds none.")
    dilation_rate: Single = Field(default=(1,), description="Distance between the steps that a kernel sees.")

    search_words: ClassVar[tuple[str, ...]] = (
        "CNN",
        "MobileNet",
        "DepthwiseConvolution1D",
        "depthwise",
        "深度卷积",
    )
    places: ClassVar[tuple[str, ...]] = ("time",)
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "One kernel for each channel",
            {"kernel_size": 3, "padding": "same"},
            {"inputs": (TensorSpec((None, 9, 3)),)},
        ),
        Example(
            "Two for each, half the size",
            {"kernel_size": 3, "strides": 2, "padding": "same", "depth_multiplier": 2, "activation": "relu"},
            {"inputs": (TensorSpec((None, None, 4)),)},
        ),
        Example(
            "Dilated, without a bias",
            {"kernel_size": 2, "dilation_rate": 2, "use_bias": False},
            {"inputs": (TensorSpec((None, 9, 3)),)},
        ),
        Example(
            "Channels first",
            {"kernel_size": 3, "depth_multiplier": 2, "data_format": "channels_first"},
            {"inputs": (TensorSpec((None, 3, 8)),)},
        ),
    )
