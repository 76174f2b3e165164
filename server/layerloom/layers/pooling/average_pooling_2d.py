"""The layer type `AveragePooling2D`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Example
from layerloom.layers.fields.numbers import Pair
from layerloom.layers.pooling.windows import PoolingLayer
from layerloom.tensors import TensorSpec


class AveragePooling2D(PoolingLayer):
    """Takes the mean of each window of a picture.

    Channel by channel: (batch, height, width, channels) → (batch, height / stride, width / stride,
    channels). Cells added by padding `same` do not count in the mean.
    """

    pool_size: Pair = Field(description="Height and width of the window.")
    strides: Pair | None = Field(
        default=None,
        description="Steps down and to the right from window to window; empty means the window's size.",
    )

    search_words: ClassVar[tuple[str, ...]] = ("AvgPool2D", "mean", "downsample", "平均池化")
    places: ClassVar[tuple[str, ...]] = ("height", "width")
    module: ClassVar[str] = "AveragePooling"
    divides: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Half the size", {"pool_size": 2}, {"inputs": (TensorSpec((None, 8, 8, 3)),)}),
        Example(
            "Overlapping windows, odd sizes",
            {"pool_size": [3, 2], "strides": [2, 1], "padding": "same"},
            {"inputs": (TensorSpec((None, 8, 7, 2)),)},
        ),
        Example(
            "Channels first",
            {"pool_size": 2, "data_format": "channels_first"},
            {"inputs": (TensorSpec((None, 3, 6, None)),)},
        ),
    )
