"""Mean 0, deviation 1."""

from typing import ClassVar

from layerloom.data.encoders.base import Chunks
from layerloom.data.encoders.scaling import Scaling, mean_and_deviation


class Standardize(Scaling):
    """Shifts and scales numbers to mean 0 and deviation 1.

    Mean and deviation are those of the training rows. A constant column becomes 0.
    """

    type_name: ClassVar[str] = "standardize"

    def measure(self, chunks: Chunks) -> tuple[tuple[float, ...], tuple[float, ...]]:
        return mean_and_deviation(chunks)
