"""What the encoders that shift and scale numbers have in common."""

from typing import ClassVar, Literal

from layerloom.data.encoders.base import Encoder


class Scaling(Encoder):
    """`(x - shift) / scale`, one pair for a scalar column, one for each place of a tensor's last axis."""

    takes: ClassVar[tuple[str, ...]] = ("number", "integer", "tensor", "time")

    missing: Literal["mean", "median", "most-frequent"] | float | None = None
    """What stands in for a missing value, found in the training rows, or a number; null: missing values are a
    problem."""
