"""The layer type `ZeroPadding1D`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Example
from layerloom.layers.fields.margins import Ends
from layerloom.layers.fields.numbers import DATA_FORMAT, DataFormat
from layerloom.layers.reshaping.places import ZeroPaddingLayer
from layerloom.tensors import TensorSpec


class ZeroPadding1D(ZeroPaddingLayer):
    """Adds steps of zeros at the ends of a sequence.

    (batch, time, features) → (batch, new time, features); each size grows by what `padding` adds before
    and after.
    """

    padding: Ends = Field(default=(1, 1), description="A number for both ends, or two: before and after.")
    data_format: DataFormat | None = Field(default=None, description=DATA_FORMAT)

    search_words: ClassVar[tuple[str, ...]] = ("pad", "border", "margin", "填充")
    places: ClassVar[tuple[str, ...]] = ("time",)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("One at each end", {"padding": 1}, {"inputs": (TensorSpec((None, 10, 4)),)}),
        Example("Uneven", {"padding": [0, 2]}, {"inputs": (TensorSpec((None, None, 3)),)}),
        Example(
            "Channels first",
            {"padding": 2, "data_format": "channels_first"},
            {"inputs": (TensorSpec((None, 3, 7)),)},
        ),
    )
