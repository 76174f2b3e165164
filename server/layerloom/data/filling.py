"""Encodes the rows of a data set chunk by chunk into an array for each part of the split, in memory or on disk."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np

from layerloom.data.scratch import allocate
from layerloom.data.source import CHUNK_BYTES, Source
from layerloom.data.split import Parts, Rows, count
from layerloom.data.table import Array, Table
from layerloom.problems import Problem, ProblemError, errors

IN_MEMORY_BYTES = 256 * 1024 * 1024
"""Encoded rows of more than that lie on disk, where there is a folder for them."""

Group = Literal["inputs", "targets", "sample_weight"]
Encode = Callable[[Table, int], tuple[Array, list[Problem]]]
"""A table and the number of its first row → encoded rows in their final type, and what is wrong with them."""


@dataclass(frozen=True, slots=True)
class Stream:
    """What becomes one array in each part."""

    group: Group
    name: str
    columns: tuple[str, ...]
    encode: Encode
    encode_small: Encode | None = None
    """The same in fewer bytes, for disk."""
    widen: Callable[[Array], Array] | None = None
    """Makes of such small rows what they stand for."""


@dataclass(frozen=True)
class Placement:
    """Where the rows of a part stand: rows of the table ↔ positions in the part."""

    rows: Rows

    @cached_property
    def _ordered(self) -> tuple[Array, Array | None]:
        """Ascending rows, and the position of each where that is not its place among them."""
        assert not isinstance(self.rows, slice)
        if (np.diff(self.rows) > 0).all():
            return self.rows, None
        order = np.argsort(self.rows, kind="stable")
        return self.rows[order], order

    def within(self, start: int, stop: int) -> tuple[Rows, Rows]:
        """Of the rows from `start` to `stop`: their positions in the part, and their places counted from `start`."""
        if isinstance(self.rows, slice):
            low, high = max(start, self.rows.start), min(stop, self.rows.stop)
            if low >= high:
                return slice(0, 0), slice(0, 0)
            return slice(low - self.rows.start, high - self.rows.start), slice(low - start, high - start)
        ordered, order = self._ordered
        low, high = (int(place) for place in np.searchsorted(ordered, (start, stop)))
        return slice(low, high) if order is None else order[low:high], ordered[low:high] - start


@dataclass(frozen=True, slots=True)
class Filled:
    """The encoded rows of one part."""

    inputs: dict[str, Array] = field(default_factory=dict)
    targets: dict[str, Array] = field(default_factory=dict)
    sample_weight: dict[str, Array] = field(default_factory=dict)

    def put(self, stream: Stream, rows: Array) -> None:
        getattr(self, stream.group)[stream.name] = rows


def chunks_of_rows(source: Source, rows: Rows, column: str) -> Iterator[Array]:
    """The values of a column in these rows, some at a time, in the order of the table."""
    placement = Placement(rows)
    for start, stop in _chunks(source.rows, source.chunk_rows):
        _, places = placement.within(start, stop)
        if count(places):
            yield source.read([column], start, stop)[column][places]


def fill(source: Source, parts: Parts, streams: Sequence[Stream], scratch: Path | None) -> list[Filled]:
    """The encoded rows of each part: training, validation, test.

    Raises:
        ProblemError: what the rows tell is wrong, of the first chunk where something is; `store.full`.
    """
    names = list(dict.fromkeys(name for stream in streams for name in stream.columns))
    if not names:
        return [Filled(), Filled(), Filled()]
    wanted = list(parts.named().values())
    row_bytes = _row_bytes(source, streams, names)
    size = max(1, min(source.chunk_rows, CHUNK_BYTES // row_bytes))
    on_disk = scratch is not None and source.rows * row_bytes > IN_MEMORY_BYTES
    if not on_disk and source.chunk_rows >= source.rows:
        return _at_once(source, wanted, streams, names)
    placements = [Placement(rows) for rows in wanted]
    arrays: dict[tuple[int, int], Array] = {}
    for start, stop in _chunks(source.rows, size):
        table = source.read(names, start, stop)
        for number, (_, rows) in enumerate(_encoded(streams, table, start, small=on_disk)):
            for part, placement in enumerate(placements):
                if (part, number) not in arrays:
                    shape = (count(placement.rows), *rows.shape[1:])
                    arrays[part, number] = (
                        allocate(scratch, shape, rows.dtype)
                        if on_disk and scratch
                        else np.empty(shape, rows.dtype)
                    )
                positions, places = placement.within(start, stop)
                arrays[part, number][positions] = rows[places]
    found = [Filled() for _ in wanted]
    for (part, number), rows in arrays.items():
        stream = streams[number]
        widen = stream.widen if on_disk and stream.encode_small is not None else None
        found[part].put(stream, rows if widen is None else widen(rows))
    return found


def _at_once(
    source: Source, wanted: Sequence[Rows], streams: Sequence[Stream], names: Sequence[str]
) -> list[Filled]:
    found = [Filled() for _ in wanted]
    table = source.read(names, 0, source.rows)
    for stream, encoded in _encoded(streams, table, 0, small=False):
        for filled, rows in zip(found, wanted, strict=True):
            filled.put(stream, encoded[rows])
    return found


def _encoded(
    streams: Sequence[Stream], table: Table, first: int, *, small: bool
) -> Iterable[tuple[Stream, Array]]:
    """All streams of a chunk. Raises `ProblemError` with the problems of all of them."""
    found: list[tuple[Stream, Array]] = []
    problems: list[Problem] = []
    for stream in streams:
        encode = stream.encode_small if small and stream.encode_small is not None else stream.encode
        rows, wrong = encode(table, first)
        problems += wrong
        found.append((stream, rows))
    if errors(problems):
        raise ProblemError(*problems)
    return found


def _row_bytes(source: Source, streams: Sequence[Stream], names: Sequence[str]) -> int:
    """Of one encoded row in memory, all streams together, as measured on the first one."""
    one = source.read(names, 0, min(1, source.rows))
    sizes = []
    for stream in streams:
        rows, _ = stream.encode(one, 0)
        sizes.append(rows.nbytes // max(1, len(rows)))
    return max(1, sum(sizes))


def _chunks(rows: int, size: int) -> Iterator[tuple[int, int]]:
    for start in range(0, max(1, rows), max(1, size)):
        yield start, min(start + size, rows)
