"""The layer type `Average`."""

from typing import ClassVar

from layerloom.layers.base import Example
from layerloom.layers.merging.elementwise import ElementwiseMerge
from layerloom.tensors import TensorSpec


class Average(ElementwiseMerge):
    """Takes the mean of tensors, entry by entry.

    (x₁ + x₂ + …) / n: the mode `ave` of Keras 1. Shapes must be equal, or 1 where they differ; a tensor of
    lower rank gets axes after its batch.
    """

    search_words: ClassVar[tuple[str, ...]] = ("ave", "merge", "mean", "ensemble", "平均")
    divides: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "An ensemble of three",
            {},
            {"inputs": (TensorSpec((None, 8)), TensorSpec((None, 8)), TensorSpec((None, 8)))},
        ),
        Example("A vector on every step", {}, {"inputs": (TensorSpec((None, 5, 4)), TensorSpec((None, 4)))}),
        Example(
            "Two masked sequences",
            {},
            {"inputs": (TensorSpec((None, 5, 4), masked=True), TensorSpec((None, 5, 4), masked=True))},
        ),
    )
