"""The layer type `GlobalMaxPooling3D`."""

from typing import ClassVar

from layerloom.layers.base import Example
from layerloom.layers.pooling.windows import GlobalPoolingLayer
from layerloom.tensors import TensorSpec


class GlobalMaxPooling3D(GlobalPoolingLayer):
    """Keeps the greatest value of each channel over a volume or film.

    (batch, depth, height, width, channels) → (batch, channels). With `keepdims` the axes that are pooled
    stay, with size 1.
    """

    search_words: ClassVar[tuple[str, ...]] = ("GlobalMaxPool3D", "video", "volume", "全局最大池化")
    places: ClassVar[tuple[str, ...]] = ("depth", "height", "width")
    module: ClassVar[str] = "GlobalMaxPooling"
    examples: ClassVar[tuple[Example, ...]] = (
        Example("One number for each channel", {}, {"inputs": (TensorSpec((None, 3, 4, 5, 6)),)}),
        Example("Kept as a volume", {"keepdims": True}, {"inputs": (TensorSpec((None, None, 4, 4, 2)),)}),
        Example(
            "Channels first", {"data_format": "channels_first"}, {"inputs": (TensorSpec((None, 3, 2, 4, 5)),)}
        ),
    )
