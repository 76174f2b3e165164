"""The layer type `GlobalAveragePooling1D`."""

from typing import ClassVar

from layerloom.layers.base import Example
from layerloom.layers.pooling.windows import GlobalPoolingLayer
from layerloom.tensors import TensorSpec


class GlobalAveragePooling1D(GlobalPoolingLayer):
    """Takes the mean of each feature over all steps.

    (batch, time, features) → (batch, features). Masked steps do not count.
    """

    search_words: ClassVar[tuple[str, ...]] = ("GlobalAvgPool1D", "mean", "bag of words", "全局平均池化")
    places: ClassVar[tuple[str, ...]] = ("time",)
    module: ClassVar[str] = "GlobalAveragePooling"
    divides: ClassVar[bool] = True
    takes_mask: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = (
        Example("One vector for a sequence", {}, {"inputs": (TensorSpec((None, 10, 8)),)}),
        Example("Kept as a sequence", {"keepdims": True}, {"inputs": (TensorSpec((None, None, 8)),)}),
        Example("Padding left out", {}, {"inputs": (TensorSpec((None, None, 8), masked=True),)}),
    )
