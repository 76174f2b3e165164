"""One place for each value."""

from typing import ClassVar

import numpy as np

from layerloom.data.dataset import Column
from layerloom.data.encoders.base import Fitted
from layerloom.data.encoders.categories import Categories, Placed
from layerloom.data.end import End, Sizes
from layerloom.data.table import Array


class OneHotPlaced(Placed):
    """The classes, in order."""

    def encode(self, values: Array, first: int = 0) -> Array:
        count = len(self.classes or ())
        return np.eye(count + 1, count, dtype=np.float32)[self.places(values, first)]


class OneHot(Categories):
    """As many numbers as there are values: 1 at the place of the value, else 0.

    An unknown value that is ignored becomes zeros.
    """

    type_name: ClassVar[str] = "one-hot"
    fitted: ClassVar[type[Fitted]] = OneHotPlaced

    def row_shape(self, column: Column, end: End) -> Sizes:
        return (len(column.classes) if column.classes is not None else None,)
