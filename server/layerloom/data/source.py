"""Where the rows of a data set come from, some at a time, so that a set may be larger than memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from layerloom.data.dataset import Dataset
from layerloom.data.datasets import is_built_in, load
from layerloom.data.table import Table

CHUNK_BYTES = 64 * 1024 * 1024
_LEAST_ROWS = 256


class Source(Protocol):
    """Rows by number."""

    @property
    def rows(self) -> int: ...

    def read(self, names: Sequence[str], start: int, stop: int) -> Table:
        """The rows from `start` up to `stop` of these columns."""

    @property
    def chunk_rows(self) -> int:
        """How many rows are read at a time."""


@dataclass(frozen=True, slots=True)
class Held:
    """A table that is in memory already: one chunk."""

    table: Table

    @property
    def rows(self) -> int:
        return self.table.rows

    @property
    def chunk_rows(self) -> int:
        return max(1, self.table.rows)

    def read(self, names: Sequence[str], start: int, stop: int) -> Table:
        return self.table.only(list(names)).slice(start, stop)


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A data set on disk. `row_bytes`: about what a row takes once it is read."""

    dataset: Dataset
    folder: Path
    row_bytes: int

    @property
    def rows(self) -> int:
        return self.dataset.rows or 0

    @property
    def chunk_rows(self) -> int:
        return max(_LEAST_ROWS, CHUNK_BYTES // max(1, self.row_bytes))

    def read(self, names: Sequence[str], start: int, stop: int) -> Table:
        return load(self.dataset.id, self.folder, names, stop - start, start)


def open_source(dataset: Dataset, folder: Path | None, names: Sequence[str]) -> Source:
    """Rows of a built-in or an uploaded set. Runs in a worker.

    Raises:
        ProblemError: as `datasets.load`.
    """
    if is_built_in(dataset.id) or folder is None:
        return Held(load(dataset.id, folder, names))
    return Uploaded(dataset, folder, _row_bytes(dataset, names))


def chunks(source: Source) -> Iterator[tuple[int, int]]:
    """First and last row (not counted) of each chunk; an empty set has one empty chunk."""
    size = source.chunk_rows
    for start in range(0, max(1, source.rows), size):
        yield start, min(start + size, source.rows)


def _row_bytes(dataset: Dataset, names: Sequence[str]) -> int:
    total = 0
    for name in names:
        column = dataset.column(name)
        if column is None:
            continue
        numbers = 1
        for size in column.shape:
            numbers *= size
        is_media = column.kind in ("text", "image", "audio")
        total += max(4_096, numbers) if is_media else numbers * 8 * 2  # read, and as float64 on its way
    return total
