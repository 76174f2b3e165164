"""The layer type `GlobalMaxPooling2D`."""

from typing import ClassVar

from layerloom.layers.base import Example
from layerloom.layers.pooling.windows import GlobalPoolingLayer
from layerloom.tensors import TensorSpec


class GlobalMaxPooling2D(GlobalPoolingLayer):
    """Keeps the greatest value of each channel over the whole picture.

    (batch, height, width, channels) → (batch, channels).
    """

    search_words: ClassVar[tuple[str, ...]] = ("GlobalMaxPool2D", "全局最大池化")
    places: ClassVar[tuple[str, ...]] = ("height", "width")
    module: ClassVar[str] = "GlobalMaxPooling"
    examples: ClassVar[tuple[Example, ...]] = (
        Example("One number for each channel", {}, {"inputs": (TensorSpec((None, 7, 7, 64)),)}),
        Example("Kept as a picture", {"keepdims": True}, {"inputs": (TensorSpec((None, None, None, 3)),)}),
        Example(
            "Channels first", {"data_format": "channels_first"}, {"inputs": (TensorSpec((None, 3, 4, 5)),)}
        ),
    )
