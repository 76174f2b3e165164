"""The layer type `GlobalMaxPooling1D`."""

from typing import ClassVar

from layerloom.layers.base import Example
from layerloom.layers.pooling.windows import GlobalPoolingLayer
from layerloom.tensors import TensorSpec


class GlobalMaxPooling1D(GlobalPoolingLayer):
    """Keeps the greatest value of each feature over all steps.

    (batch, time, features) → (batch, features). A mask is not looked at, as in Keras.
    """

    search_words: ClassVar[tuple[str, ...]] = ("GlobalMaxPool1D", "全局最大池化")
    places: ClassVar[tuple[str, ...]] = ("time",)
    module: ClassVar[str] = "GlobalMaxPooling"
    examples: ClassVar[tuple[Example, ...]] = (
        Example("One vector for a sequence", {}, {"inputs": (TensorSpec((None, 10, 8)),)}),
        Example("Kept as a sequence", {"keepdims": True}, {"inputs": (TensorSpec((None, None, 8)),)}),
    )
