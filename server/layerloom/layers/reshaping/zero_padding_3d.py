"""The layer type `ZeroPadding3D`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Example
from layerloom.layers.fields.margins import EndsOfThree
from layerloom.layers.fields.numbers import DATA_FORMAT, DataFormat
from layerloom.layers.reshaping.places import ZeroPaddingLayer
from layerloom.tensors import TensorSpec


class ZeroPadding3D(ZeroPaddingLayer):
    """Adds cells of zeros at the ends of a volume.

    (batch, depth, height, width, channels) → (batch, new depth, new height, new width, channels); each
    size grows by what `padding` adds before and after.
    """

    padding: EndsOfThree = Field(
        default=((1, 1), (1, 1), (1, 1)),
        description="A number for all ends, three for the axes, or a pair of ends for each axis.",
    )
    data_format: DataFormat | None = Field(default=None, description=DATA_FORMAT)

    search_words: ClassVar[tuple[str, ...]] = ("pad", "border", "margin", "填充")
    places: ClassVar[tuple[str, ...]] = ("depth", "height", "width")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("One at each end", {"padding": 1}, {"inputs": (TensorSpec((None, 4, 5, 6, 2)),)}),
        Example(
            "Uneven",
            {"padding": [[1, 0], [0, 2], [1, 1]]},
            {"inputs": (TensorSpec((None, None, 5, None, 2)),)},
        ),
        Example(
            "Channels first",
            {"padding": 2, "data_format": "channels_first"},
            {"inputs": (TensorSpec((None, 2, 4, 5, 6)),)},
        ),
    )
