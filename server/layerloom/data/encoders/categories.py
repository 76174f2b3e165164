"""What the encoders of categories have in common."""

from typing import ClassVar, Literal

from layerloom.data.encoders.base import Encoder


class Categories(Encoder):
    """Each value has a place among the classes: those of a category, or the whole numbers of the training rows."""

    takes: ClassVar[tuple[str, ...]] = ("category", "integer")

    missing: Literal["most-frequent"] | int | None = None
    """What stands in for a missing value: the most frequent one of the training rows, or a whole number; null:
    missing values are a problem."""
    unknown: Literal["error", "ignore"] = "error"
    """A value that no training row has: a problem, or let through."""
