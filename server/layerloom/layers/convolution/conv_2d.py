"""The layer type `Conv2D`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Example
from layerloom.layers.convolution.kernels import ConvolutionLayer
from layerloom.layers.fields.numbers import Padding, Pair
from layerloom.tensors import TensorSpec

_PICTURE = {"inputs": (TensorSpec((None, 28, 28, 1)),)}


class Conv2D(ConvolutionLayer):
    """Slides learned kernels over a picture.

    Each filter sums `kernel · patch` over all channels of each patch, adds its bias, and applies the
    activation: (batch, height, width, channels) → (batch, new height, new width, filters). With padding
    `same` the new size is size / stride, rounded up; with `valid` the kernel stays inside.
    """

    kernel_size: Pair = Field(description="Height and width of the kernel.")
    strides: Pair = Field(default=(1, 1), description="Steps down and to the right from patch to patch.")
    padding: Padding = Field(default="valid", description="`same` adds zeros around; `valid` adds none.")
    dilation_rate: Pair = Field(default=(1, 1), description="Distance between the cells that a kernel sees.")

    search_words: ClassVar[tuple[str, ...]] = ("CNN", "image", "Convolution2D", "filter", "卷积", "图像")
    places: ClassVar[tuple[str, ...]] = ("height", "width")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Edges of a digit", {"filters": 32, "kernel_size": 3, "activation": "relu"}, _PICTURE),
        Example(
            "Half the size",
            {"filters": 8, "kernel_size": [3, 3], "strides": 2, "padding": "same"},
            {"inputs": (TensorSpec((None, None, None, 4)),)},
        ),
        Example(
            "In groups, dilated",
            {"filters": 6, "kernel_size": [2, 3], "groups": 2, "dilation_rate": 2, "use_bias": False},
            {"inputs": (TensorSpec((None, 9, 10, 4)),)},
        ),
        Example(
            "Channels first",
            {"filters": 4, "kernel_size": 3, "data_format": "channels_first", "padding": "same"},
            {"inputs": (TensorSpec((None, 3, 6, 7)),)},
        ),
    )
