"""The layer type `Cropping1D`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Example
from layerloom.layers.fields.margins import Ends
from layerloom.layers.reshaping.places import CroppingLayer
from layerloom.tensors import TensorSpec


class Cropping1D(CroppingLayer):
    """Cuts steps away at the ends of a sequence.

    (batch, time, features) → (batch, new time, features); each size shrinks by what `cropping` takes
    before and after.
    """

    cropping: Ends = Field(default=(1, 1), description="A number for both ends, or two: before and after.")

    search_words: ClassVar[tuple[str, ...]] = ("crop", "trim", "cut", "裁剪")
    places: ClassVar[tuple[str, ...]] = ("time",)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("One at each end", {"cropping": 1}, {"inputs": (TensorSpec((None, 10, 4)),)}),
        Example("Uneven", {"cropping": [0, 2]}, {"inputs": (TensorSpec((None, None, 3)),)}),
    )
