"""The layer type `Add`."""

from typing import ClassVar

from layerloom.layers.base import Example
from layerloom.layers.merging.elementwise import ElementwiseMerge
from layerloom.tensors import TensorSpec


class Add(ElementwiseMerge):
    """Adds tensors up, entry by entry.

    x₁ + x₂ + …: the mode `sum` of Keras 1. Shapes must be equal, or 1 where they differ; a tensor of lower
    rank gets axes after its batch: (batch, 4) goes with each step of
    (batch, 5, 4).
    """

    search_words: ClassVar[tuple[str, ...]] = ("sum", "merge", "residual", "skip connection", "plus", "相加")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "A residual connection",
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
