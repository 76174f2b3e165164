"""The layer type `AdaptiveAveragePooling3D`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Example
from layerloom.layers.fields.numbers import Triple
from layerloom.layers.pooling.windows import AdaptivePoolingLayer
from layerloom.tensors import TensorSpec


class AdaptiveAveragePooling3D(AdaptivePoolingLayer):
    """Takes means so that a volume gets the size that is wanted.

    (batch, depth, height, width, channels) → the same with `output_size` in the place of the pooled axes,
    whatever the size was. Cell i of the result is the mean of the cells from ⌊i · size / output_size⌋ to
    before ⌈(i + 1) · size / output_size⌉.
    """

    output_size: Triple = Field(description="Depth, height and width of the result.")

    search_words: ClassVar[tuple[str, ...]] = ("AdaptiveAvgPool3D", "mean", "fixed size", "自适应平均池化")
    places: ClassVar[tuple[str, ...]] = ("depth", "height", "width")
    module: ClassVar[str] = "AdaptiveAveragePooling"
    divides: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = (
        Example("A fixed size", {"output_size": [2, 3, 4]}, {"inputs": (TensorSpec((None, 4, 6, 5, 3)),)}),
        Example(
            "Whatever the size was", {"output_size": 2}, {"inputs": (TensorSpec((None, None, 4, 5, 2)),)}
        ),
        Example(
            "Channels first",
            {"output_size": 3, "data_format": "channels_first"},
            {"inputs": (TensorSpec((None, 2, 4, 5, 6)),)},
        ),
    )
