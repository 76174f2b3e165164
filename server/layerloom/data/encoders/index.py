"""The place of the value."""

from typing import ClassVar

from layerloom.data.dataset import Column
from layerloom.data.encoders.base import Fitted
from layerloom.data.encoders.categories import Categories, Placed
from layerloom.data.end import End, Sizes
from layerloom.data.table import Array


class IndexPlaced(Placed):
    """The classes, in order."""

    def encode(self, values: Array, first: int = 0) -> Array:
        return self.places(values, first)[:, None]


class Index(Categories):
    """The number of the value among all values, from 0: for an `Embedding`, or as the number of a class.

    An unknown value that is ignored gets the number after the last one, so an `Embedding` needs one place more.
    """

    type_name: ClassVar[str] = "index"
    fitted: ClassVar[type[Fitted]] = IndexPlaced

    def row_shape(self, column: Column, end: End) -> Sizes:
        return column.shape or (1,)
