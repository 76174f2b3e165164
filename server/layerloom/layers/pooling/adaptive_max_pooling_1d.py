"""The layer type `AdaptiveMaxPooling1D`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Example
from layerloom.layers.fields.numbers import Single
from layerloom.layers.pooling.windows import AdaptivePoolingLayer
from layerloom.tensors import TensorSpec


class AdaptiveMaxPooling1D(AdaptivePoolingLayer):
    """Keeps greatest values so that a sequence gets the wanted size.

    (batch, time, features) → the same with `output_size` in the place of the pooled axis, whatever the
    size was. Cell i of the result is the greatest value of the cells from ⌊i · size / output_size⌋ to
    before ⌈(i + 1) · size / output_size⌉.
    """

    output_size: Single = Field(description="Steps of the result.")

    search_words: ClassVar[tuple[str, ...]] = ("AdaptiveMaxPool1D", "fixed size", "自适应最大池化")
    places: ClassVar[tuple[str, ...]] = ("time",)
    module: ClassVar[str] = "AdaptiveMaxPooling"
    examples: ClassVar[tuple[Example, ...]] = (
        Example("A fixed size", {"output_size": 4}, {"inputs": (TensorSpec((None, 10, 4)),)}),
        Example("Whatever the size was", {"output_size": 2}, {"inputs": (TensorSpec((None, None, 3)),)}),
        Example(
            "Channels first",
            {"output_size": 3, "data_format": "channels_first"},
            {"inputs": (TensorSpec((None, 3, 7)),)},
        ),
    )
