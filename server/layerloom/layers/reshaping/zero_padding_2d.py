"""The layer type `ZeroPadding2D`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Example
from layerloom.layers.fields.margins import EndsOfTwo
from layerloom.layers.fields.numbers import DATA_FORMAT, DataFormat
from layerloom.layers.reshaping.places import ZeroPaddingLayer
from layerloom.tensors import TensorSpec


class ZeroPadding2D(ZeroPaddingLayer):
    """Adds rows and columns of zeros at the ends of a picture.

    (batch, height, width, channels) → (batch, new height, new width, channels); each size grows by what
    `padding` adds before and after.
    """

    padding: EndsOfTwo = Field(
        default=((1, 1), (1, 1)),
        description="A number for all sides, two for the axes, or [[above, below], [left, right]].",
    )
    data_format: DataFormat | None = Field(default=None, description=DATA_FORMAT)

    search_words: ClassVar[tuple[str, ...]] = ("pad", "border", "margin", "填充")
    places: ClassVar[tuple[str, ...]] = ("height", "width")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("One at each end", {"padding": 1}, {"inputs": (TensorSpec((None, 8, 9, 3)),)}),
        Example("Uneven", {"padding": [[1, 0], [0, 2]]}, {"inputs": (TensorSpec((None, None, None, 2)),)}),
        Example(
            "Channels first",
            {"padding": 2, "data_format": "channels_first"},
            {"inputs": (TensorSpec((None, 3, 7, 5)),)},
        ),
    )
