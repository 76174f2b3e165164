"""The arrays that a fit is given. Where they come from is not known here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

Arrays = Mapping[str, np.ndarray[Any, Any]]  # Any: shape and dtype differ by column


class Rows(Protocol):
    """What the loop reads: arrays with one row for each sample. `data` makes such objects; so does a test."""

    @property
    def inputs(self) -> Arrays:
        """By Input id."""

    @property
    def targets(self) -> Arrays:
        """By Output id."""

    @property
    def validation(self) -> "Rows | None":
        """Rows that are looked at after each epoch and never learned from."""

    @property
    def sample_weight(self) -> Arrays | None:
        """By Output id, (rows,) or (rows, time); outputs that are absent weigh 1."""


@dataclass(frozen=True, slots=True)
class TrainingData:
    """`Rows` as plain data. `TrainingData({"image": images}, {"digit": digits})`"""

    inputs: Arrays
    targets: Arrays
    validation: Rows | None = None
    sample_weight: Arrays | None = field(default=None)
