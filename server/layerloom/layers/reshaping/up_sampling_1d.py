"""The layer type `UpSampling1D`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Example
from layerloom.layers.fields.numbers import Size
from layerloom.layers.reshaping.places import UpSamplingLayer
from layerloom.tensors import TensorSpec


class UpSampling1D(UpSamplingLayer):
    """Enlarges a sequence by repeating its steps.

    (batch, time, features) → (batch, new time, features): each cell stands `size` times beside itself.
    """

    size: Size = Field(default=2, description="How often each step is repeated.")

    search_words: ClassVar[tuple[str, ...]] = ("upsample", "enlarge", "resize", "repeat", "decoder", "上采样")
    places: ClassVar[tuple[str, ...]] = ("time",)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Twice the size", {"size": 2}, {"inputs": (TensorSpec((None, 10, 4)),)}),
        Example("Three times", {"size": 3}, {"inputs": (TensorSpec((None, None, 3)),)}),
    )
