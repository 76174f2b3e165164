"""The layer type `AdaptiveAveragePooling2D`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Example
from layerloom.layers.fields.numbers import Pair
from layerloom.layers.pooling.windows import AdaptivePoolingLayer
from layerloom.tensors import TensorSpec


class AdaptiveAveragePooling2D(AdaptivePoolingLayer):
    """Takes means so that a picture gets the size that is wanted.

    (batch, height, width, channels) → the same with `output_size` in the place of the pooled axes,
    whatever the size was. Cell i of the result is the mean of the cells from ⌊i · size / output_size⌋ to
    before ⌈(i + 1) · size / output_size⌉.
    """

    output_size: Pair = Field(description="Height and width of the result.")

    search_words: ClassVar[tuple[str, ...]] = ("AdaptiveAvgPool2D", "mean", "fixed size", "自适应平均池化")
    places: ClassVar[tuple[str, ...]] = ("height", "width")
    module: ClassVar[str] = "AdaptiveAveragePooling"
    divides: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = (
        Example("A fixed size", {"output_size": [3, 4]}, {"inputs": (TensorSpec((None, 8, 9, 3)),)}),
        Example(
            "Whatever the size was", {"output_size": 2}, {"inputs": (TensorSpec((None, None, None, 2)),)}
        ),
        Example(
            "Channels first",
            {"output_size": 3, "data_format": "channels_first"},
            {"inputs": (TensorSpec((None, 3, 7, 5)),)},
        ),
    )
