"""The layer type `Minimum`."""

from typing import ClassVar

from layerloom.layers.base import Example
from layerloom.layers.merging.elementwise import ElementwiseMerge
from layerloom.tensors import TensorSpec


class Minimum(ElementwiseMerge):
    """Keeps the smallest, entry by entry.

    min(x₁, x₂, …). Shapes must be equal, or 1 where they differ; a tensor of lower
    rank gets axes after its batch. A masked entry gives way to the others.
    """

    search_words: ClassVar[tuple[str, ...]] = ("min", "merge", "最小值")
    takes_mask: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "The weakest of three",
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
