"""The layer type `Conv3D`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Example
from layerloom.layers.convolution.kernels import ConvolutionLayer
from layerloom.layers.fields.numbers import Padding, Triple
from layerloom.tensors import TensorSpec


class Conv3D(ConvolutionLayer):
    """Slides learned kernels through a volume or a film.

    Each filter sums `kernel · window` over all channels of each window, adds its bias, and applies the
    activation: (batch, depth, height, width, channels) → (batch, new depth, new height, new width,
    filters). The first axis may be the time of a film.
    """

    kernel_size: Triple = Field(description="Depth, height and width of the kernel.")
    strides: Triple = Field(default=(1, 1, 1), description="Cells from window to window along each axis.")
    padding: Padding = Field(default="valid", description="`same` adds zeros around; `valid` adds none.")
    dilation_rate: Triple = Field(
        default=(1, 1, 1), description="Distance between the cells that a kernel sees."
    )

    search_words: ClassVar[tuple[str, ...]] = ("CNN", "video", "volume", "Convolution3D", "卷积", "视频")
    places: ClassVar[tuple[str, ...]] = ("depth", "height", "width")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "Movement in a film",
            {"filters": 8, "kernel_size": 3, "activation": "relu"},
            {"inputs": (TensorSpec((None, 5, 6, 7, 3)),)},
        ),
        Example(
            "Half the size",
            {"filters": 4, "kernel_size": [1, 3, 2], "strides": 2, "padding": "same"},
            {"inputs": (TensorSpec((None, None, 6, 5, 2)),)},
        ),
        Example(
            "In groups, dilated",
            {"filters": 4, "kernel_size": 2, "groups": 2, "dilation_rate": [1, 2, 3]},
            {"inputs": (TensorSpec((None, 4, 5, 6, 4)),)},
        ),
        Example(
            "Channels first",
            {"filters": 4, "kernel_size": 2, "data_format": "channels_first"},
            {"inputs": (TensorSpec((None, 3, 4, 5, 6)),)},
        ),
    )
