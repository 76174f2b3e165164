"""From 0 to 1."""

from typing import ClassVar

from layerloom.data.encoders.base import Chunks
from layerloom.data.encoders.scaling import Scaling, low_and_range


class MinMax(Scaling):
    """Shifts and scales numbers so that they reach from 0 to 1.

    The smallest and the largest are those of the training rows; other rows may lie outside.
    """

    type_name: ClassVar[str] = "min-max"

    def measure(self, chunks: Chunks) -> tuple[tuple[float, ...], tuple[float, ...]]:
        return low_and_range(chunks)
