"""The layer type `GlobalAveragePooling2D`."""

from typing import ClassVar

from layerloom.layers.base import Example
from layerloom.layers.pooling.windows import GlobalPoolingLayer
from layerloom.tensors import TensorSpec


class GlobalAveragePooling2D(GlobalPoolingLayer):
    """Takes the mean of each channel over the whole picture.

    (batch, height, width, channels) → (batch, channels): what a classifier at the end of a CNN sees.
    """

    search_words: ClassVar[tuple[str, ...]] = ("GlobalAvgPool2D", "mean", "全局平均池化")
    places: ClassVar[tuple[str, ...]] = ("height", "width")
    module: ClassVar[str] = "GlobalAveragePooling"
    divides: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = (
        Example("One number for each channel", {}, {"inputs": (TensorSpec((None, 7, 7, 64)),)}),
        Example("Kept as a picture", {"keepdims": True}, {"inputs": (TensorSpec((None, None, None, 3)),)}),
        Example(
            "Channels first", {"data_format": "channels_first"}, {"inputs": (TensorSpec((None, 3, 4, 5)),)}
        ),
    )
