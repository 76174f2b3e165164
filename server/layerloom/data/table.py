"""A table of numpy columns: what a data set is once its rows are read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]  # Any: the dtype differs by column
"""One column; axis 0 is the row."""


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of equal length. Categories are codes (-1: missing), numbers have NaN where a value is
    missing.
    """

    columns: Mapping[str, Array]

    def __post_init__(self) -> None:
        lengths = {name: len(column) for name, column in self.columns.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"columns of different lengths: {lengths}")

    @property
    def rows(self) -> int:
        return next((len(column) for column in self.columns.values()), 0)

    def __getitem__(self, name: str) -> Array:
        return self.columns[name]

    def __contains__(self, name: object) -> bool:
        return name in self.columns

    def only(self, names: list[str]) -> "Table":
        return Table({name: self.columns[name] for name in names})

    def slice(self, start: int, stop: int) -> "Table":
        """Rows from `start` up to `stop`, as views."""
        return Table({name: column[start:stop] for name, column in self.columns.items()})


def shuffled(columns: Mapping[str, Array], seed: int) -> dict[str, Array]:
    """The same rows in another, fixed order: for sets that come sorted by class."""
    rows = len(next(iter(columns.values())))
    order = np.random.default_rng(seed).permutation(rows)
    return {name: column[order] for name, column in columns.items()}


def standardized(features: Array) -> Array:
    """Each column at mean 0 and deviation 1; a constant one stays at 0. `(rows, features)`, float32."""
    deviation = features.std(axis=0)
    scaled: Array = (features - features.mean(axis=0)) / np.where(deviation > 0, deviation, 1.0)
    return scaled.astype(np.float32)
