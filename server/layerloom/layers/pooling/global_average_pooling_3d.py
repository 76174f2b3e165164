"""The layer type `GlobalAveragePooling3D`."""

from typing import ClassVar

from layerloom.layers.base import Example
from layerloom.layers.pooling.windows import GlobalPoolingLayer
from layerloom.tensors import TensorSpec


class GlobalAveragePooling3D(GlobalPoolingLayer):
    """Takes the mean of each channel over a whole volume or film.

    (batch, depth, height, width, channels) → (batch, channels). With `keepdims` the axes that are pooled
    stay, with size 1.
    """

    search_words: ClassVar[tuple[str, ...]] = ("GlobalAvgPool3D", "mean", "video", "volume", "全局平均池化")
    places: ClassVar[tuple[str, ...]] = ("depth", "height", "width")
    module: ClassVar[str] = "GlobalAveragePooling"
    divides: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = (
        Example("One number for each channel", {}, {"inputs": (TensorSpec((None, 3, 4, 5, 6)),)}),
        Example("Kept as a volume", {"keepdims": True}, {"inputs": (TensorSpec((None, None, 4, 4, 2)),)}),
        Example(
            "Channels first", {"data_format": "channels_first"}, {"inputs": (TensorSpec((None, 3, 2, 4, 5)),)}
        ),
    )
