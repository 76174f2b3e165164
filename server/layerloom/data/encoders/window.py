"""Time windows of a series."""

from typing import ClassVar, Literal

from pydantic import Field

from layerloom.data.encoders.base import Encoder


class Window(Encoder):
    """The last `length` rows of the columns as `(length, features)`; the target is taken `horizon` rows later.

    Rows are in the order of time: that of the table, or of the split's column. A window never crosses from one part
    of the split into another. Other Inputs beside it get the last row of the window.
    """

    type_name: ClassVar[str] = "window"
    takes: ClassVar[tuple[str, ...]] = ("number", "integer", "tensor")
    roles: ClassVar[tuple[str, ...]] = ("input",)

    length: int = Field(ge=1, le=100_000)
    """Rows in a window."""
    horizon: int = Field(default=1, ge=0, le=1_000_000)
    """How many rows after the window's last row the target stands; 0: in that row."""
    stride: int = Field(default=1, ge=1, le=1_000_000)
    """Rows from the beginning of one window to that of the next."""
    scale: Literal["none", "standardize", "min-max"] = "none"
    """What each column is scaled by, fitted on the training rows."""
