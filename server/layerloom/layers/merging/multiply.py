"""The layer type `Multiply`."""

from typing import ClassVar

from layerloom.layers.base import Example
from layerloom.layers.merging.elementwise import ElementwiseMerge
from layerloom.tensors import TensorSpec


class Multiply(ElementwiseMerge):
    """Multiplies tensors, entry by entry.

    x₁ · x₂ · …: the mode `mul` of Keras 1. Shapes must be equal, or 1 where they differ; a tensor of lower
    rank gets axes after its batch. A masked entry counts as 1.
    """

    search_words: ClassVar[tuple[str, ...]] = ("mul", "merge", "product", "gate", "times", "相乘")
    takes_mask: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "Three factors",
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
