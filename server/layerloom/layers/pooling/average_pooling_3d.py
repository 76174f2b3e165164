"""The layer type `AveragePooling3D`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Example
from layerloom.layers.fields.numbers import Triple
from layerloom.layers.pooling.windows import PoolingLayer
from layerloom.tensors import TensorSpec


class AveragePooling3D(PoolingLayer):
    """Takes the mean of each window of a volume or a film.

    Channel by channel: (batch, depth, height, width, channels) → (batch, depth / stride, height / stride,
    width / stride, channels). Cells added by padding `same` do not count in the mean.
    """

    pool_size: Triple = Field(description="Depth, height and width of the window.")
    strides: Triple | None = Field(
        default=None,
        description="Cells from window to window along each axis; empty means the window's size.",
    )

    search_words: ClassVar[tuple[str, ...]] = (
        "AvgPool3D",
        "mean",
        "downsample",
        "video",
        "volume",
        "平均池化",
    )
    places: ClassVar[tuple[str, ...]] = ("depth", "height", "width")
    module: ClassVar[str] = "AveragePooling"
    divides: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Half the size", {"pool_size": 2}, {"inputs": (TensorSpec((None, 4, 6, 8, 3)),)}),
        Example(
            "Overlapping windows, odd sizes",
            {"pool_size": [3, 2, 1], "strides": [2, 1, 2], "padding": "same"},
            {"inputs": (TensorSpec((None, 5, 4, 7, 2)),)},
        ),
        Example(
            "Channels first",
            {"pool_size": 2, "data_format": "channels_first"},
            {"inputs": (TensorSpec((None, 3, 4, None, 6)),)},
        ),
    )
