"""The layer type `Cropping2D`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Example
from layerloom.layers.fields.margins import EndsOfTwo
from layerloom.layers.fields.numbers import DATA_FORMAT, DataFormat
from layerloom.layers.reshaping.places import CroppingLayer
from layerloom.tensors import TensorSpec


class Cropping2D(CroppingLayer):
    """Cuts rows and columns away at the ends of a picture.

    (batch, height, width, channels) → (batch, new height, new width, channels); each size shrinks by what
    `cropping` takes before and after.
    """

    cropping: EndsOfTwo = Field(
        default=((0, 0), (0, 0)),
        description="A number for all sides, two for the axes, or [[above, below], [left, right]].",
    )
    data_format: DataFormat | None = Field(default=None, description=DATA_FORMAT)

    search_words: ClassVar[tuple[str, ...]] = ("crop", "trim", "cut", "裁剪")
    places: ClassVar[tuple[str, ...]] = ("height", "width")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("One at each end", {"cropping": 1}, {"inputs": (TensorSpec((None, 8, 9, 3)),)}),
        Example("Uneven", {"cropping": [[1, 0], [0, 2]]}, {"inputs": (TensorSpec((None, None, None, 2)),)}),
        Example(
            "Channels first",
            {"cropping": 1, "data_format": "channels_first"},
            {"inputs": (TensorSpec((None, 3, 7, 5)),)},
        ),
    )
