"""What an encoder is: chosen by type with a config, fitted on the training rows, kept as JSON."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict

from layerloom import choices
from layerloom.choices import Choice
from layerloom.data.dataset import Column, Label
from layerloom.data.end import End, Sizes
from layerloom.data.table import Array
from layerloom.problems import Problem, ProblemError

Chunks = Iterable[Array]
"""The training rows of one column, some at a time."""


NOT_A_TIME = np.iinfo(np.int64).min
"""Stands for a missing value in a column of times."""


class Fitted(BaseModel):
    """One column's way into the model, as the training rows have made it; all that is needed to encode new rows."""

    model_config = ConfigDict(frozen=True)

    column: str
    form: str = "values"
    """Type of the encoder."""
    kind: str = ""
    """Of the column; empty in what versions before 0.2 saved."""
    classes: tuple[Label, ...] | None = None
    holds_codes: bool = False
    """True for a category: its table holds places in `classes` already, -1 where there is no value."""

    def encode(self, values: Array, first: int = 0) -> Array:
        """`(rows, …)` of the table → `(rows, features)` for scalars, `(rows, …)` for tensors.

        `first` is the number of the first row, from 0: a problem names the row.

        Raises:
            ProblemError: a value that can't be encoded.
        """
        raise NotImplementedError

    def decode(self, encoded: Array) -> Array:
        """A prediction in the column's own unit; classes stay as they are."""
        return encoded

    def problem(self, code: str, row: int, what: str, hint: str) -> ProblemError:
        """`what` follows "Column `city` ", and names the row by number from 1."""
        return ProblemError(
            Problem(code=code, message=f"Column `{self.column}` {what} in row {row + 1}.", hint=hint)
        )


class Encoder(Choice):
    """How the values of one column become numbers. `takes` are the kinds of columns that it can read."""

    takes: ClassVar[tuple[str, ...]] = ()
    roles: ClassVar[tuple[str, ...]] = ("input", "target")
    fitted: ClassVar[type[Fitted]]
    """What `fit` gives, and what a saved one is read as."""
    reads_missing: ClassVar[bool] = False
    """Missing values are no problem, whatever the config says."""
    is_offered: ClassVar[bool] = True
    """Off: only the program chooses it."""

    def row_shape(self, column: Column, end: End) -> Sizes:
        """Of one encoded row, as far as it is known before fitting; a scalar is `(1,)`."""
        raise NotImplementedError

    def fit(self, column: Column, chunks: Chunks, end: End) -> Fitted:
        """From the training rows alone. Each chunk is looked at once."""
        raise NotImplementedError

    @property
    def gives_fractions(self) -> bool:
        """Whether whole numbers come out as numbers with fractions."""
        return False

    @property
    def fills_missing(self) -> bool:
        return self.reads_missing or getattr(self, "missing", None) is not None


def encoders() -> Mapping[str, type[Encoder]]:
    """All encoders by type, found by a scan of this package."""
    return choices.choices("layerloom.data.encoders", Encoder)


def describe() -> list[dict[str, Any]]:  # Any: JSON
    """The catalogue's entries: as of optimizers and losses, and what columns and ends an encoder is for."""
    offered = {name: kind for name, kind in encoders().items() if kind.is_offered}
    return [
        {**entry, "takes": list(kind.takes), "roles": list(kind.roles)}
        for entry, kind in zip(choices.describe(offered), offered.values(), strict=True)
    ]


def is_missing(values: Array) -> Array:
    """`(rows,)`: where a number, a text or encoded bytes are absent. Not for codes of a category."""
    if values.dtype.kind == "f":
        return np.asarray(np.isnan(values).any(axis=tuple(range(1, values.ndim))))
    if values.dtype == np.int64:
        return np.asarray((values == NOT_A_TIME).any(axis=tuple(range(1, values.ndim))))
    if values.dtype.kind == "O":
        return np.fromiter((value is None for value in values), bool, len(values))
    return np.zeros(len(values), bool)
