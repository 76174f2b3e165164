"""Time windows of a series."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from layerloom.data.dataset import Column
from layerloom.data.encoders.base import Chunks, Encoder, Fitted
from layerloom.data.encoders.scaling import Scaled, low_and_range, mean_and_deviation
from layerloom.data.end import End, Sizes
from layerloom.data.table import Array


class Windowed(Scaled):
    """How the rows are scaled, and which of them stand in a window. `encode` gives rows; `windows` gathers them."""

    length: int = 1
    horizon: int = 1
    stride: int = 1


class Window(Encoder):
    """The last `length` rows of the columns as `(length, features)`; the target is taken `horizon` rows later.

    Rows are in the order of time: that of the table, or of the split's column. A window never crosses from one part
    of the split into another. Other Inputs beside it get the last row of the window.
    """

    type_name: ClassVar[str] = "window"
    takes: ClassVar[tuple[str, ...]] = ("number", "integer", "tensor")
    roles: ClassVar[tuple[str, ...]] = ("input",)
    fitted: ClassVar[type[Fitted]] = Windowed

    length: int = Field(ge=1, le=100_000)
    """Rows in a window."""
    horizon: int = Field(default=1, ge=0, le=1_000_000)
    """How many rows after the window's last row the target stands; 0: in that row."""
    stride: int = Field(default=1, ge=1, le=1_000_000)
    """Rows from the beginning of one window to that of the next."""
    scale: Literal["none", "standardize", "min-max"] = "none"
    """What each column is scaled by, fitted on the training rows."""

    @property
    def gives_fractions(self) -> bool:
        return self.scale != "none"

    def row_shape(self, column: Column, end: End) -> Sizes:
        return (self.length, *(column.shape or (1,)))

    def fit(self, column: Column, chunks: Chunks, end: End) -> Fitted:
        shift: tuple[float, ...] = (0.0,)
        scale: tuple[float, ...] = (1.0,)
        if self.scale != "none":
            shift, scale = (mean_and_deviation if self.scale == "standardize" else low_and_range)(chunks)
        return Windowed(
            column=column.name, kind=column.kind, form=self.type_name, shift=shift, scale=scale,
            length=self.length, horizon=self.horizon, stride=self.stride,
        )  # fmt: skip


def windows(rows: Array, length: int, stride: int = 1) -> Array:
    """`(rows, …)` → `(windows, length, …)`: a view of the rows, without a copy."""
    view = np.lib.stride_tricks.sliding_window_view(rows, length, axis=0, writeable=rows.flags.writeable)
    return np.moveaxis(view, -1, 1)[::stride]
