"""What the values of each column are: range, mean, histogram, frequent values, lengths. Read in pieces, so that memory
does not grow with the set; kept beside an upload once it is known.
"""

import contextlib
import math
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from layerloom.data.dataset import Column, Dataset
from layerloom.data.datasets import is_built_in, load
from layerloom.data.preview import time_text
from layerloom.data.table import Array

BINS = 20
TOP = 20
MOST_DISTINCT = 1_000_000
"""Beyond, different values are not counted any more."""
_MOST_COUNTED = 100_000
_PIECE_NUMBERS = 1 << 20
_PIECE_TEXTS = 1 << 16
FILE = "statistics.json"

Part = Callable[[int, int], Array]
"""Rows from one up to another, of one column."""


class Histogram(BaseModel):
    """Counts of values from edge i up to edge i + 1 (the last one included)."""

    model_config = ConfigDict(frozen=True)

    edges: list[float] = Field(
        description="One more than there are counts; microseconds since 1970 for times."
    )
    counts: list[int]


class Lengths(BaseModel):
    """Of texts, in characters."""

    model_config = ConfigDict(frozen=True)

    min: int
    max: int
    mean: float


class ColumnStatistics(BaseModel):
    """None where a column's kind has no such thing."""

    model_config = ConfigDict(frozen=True)

    missing: int
    distinct: int | None = Field(default=None, description="None too where there are more than a million.")
    min: float | str | None = Field(default=None, description="Of times as text, RFC 3339.")
    max: float | str | None = None
    mean: float | None = None
    deviation: float | None = Field(
        default=None, description="Of the population, as Keras' Normalization has it."
    )
    histogram: Histogram | None = None
    top: list[tuple[int | float | str, int]] | None = Field(
        default=None, description="The 20 most frequent values with their counts."
    )
    lengths: Lengths | None = None


class Statistics(BaseModel):
    """Of a whole data set."""

    model_config = ConfigDict(frozen=True)

    rows: int
    columns: dict[str, ColumnStatistics]


def statistics(dataset: Dataset, folder: Path) -> Statistics:
    """Of all rows. Runs in a worker; keeps what it finds beside an upload.

    Raises:
        ProblemError: `dataset.unknown`.
    """
    kept = None if is_built_in(dataset.id) else folder / dataset.id / FILE
    if kept is not None and kept.exists():
        with contextlib.suppress(ValidationError, OSError):
            return Statistics.model_validate_json(kept.read_bytes())
    whole = load(dataset.id, folder) if kept is None and dataset.columns else None

    def part(name: str) -> Part:
        if whole is not None:
            return lambda start, stop: whole[name][start:stop]
        return lambda start, stop: load(dataset.id, folder, [name], stop - start, start)[name]

    rows = dataset.rows or 0
    columns = {column.name: _column(column, part(column.name), rows) for column in dataset.columns}
    found = Statistics(rows=rows, columns=columns)
    if kept is not None:
        draft = kept.with_suffix(f".{os.getpid()}.part")
        with contextlib.suppress(OSError):
            draft.write_bytes(found.model_dump_json().encode())
            draft.replace(kept)
    return found


def _column(column: Column, part: Part, rows: int) -> ColumnStatistics:
    if column.kind in ("image", "audio") or not rows:
        return ColumnStatistics(missing=column.missing)
    if column.kind == "text":
        return _of_texts(part, rows)
    if column.kind == "category" or (column.classes is not None and not column.shape):
        return _of_classes(column, part, rows)
    return _of_numbers(column, part, rows)


def _pieces(column: Column, part: Part, rows: int) -> Iterator[Array]:
    """Values that are there, in one row of numbers each; times as whole numbers."""
    step = max(1, _PIECE_NUMBERS // max(1, math.prod(column.shape)))
    for start in range(0, rows, step):
        values = part(start, min(rows, start + step)).reshape(-1)
        if column.kind == "time":
            yield values[values != np.iinfo(np.int64).min]
        else:
            yield values[np.isfinite(values)] if values.dtype.kind == "f" else values


def _of_numbers(column: Column, part: Part, rows: int) -> ColumnStatistics:
    count, mean, squares = 0, np.float64(0), np.float64(0)
    low, high = math.inf, -math.inf
    distinct: Array | None = np.empty(0)
    for values in _pieces(column, part, rows):
        if not len(values):
            continue
        low, high = min(low, values.min().item()), max(high, values.max().item())
        # Chan's update of mean and sum of squares: exact where the mean is large beside the deviation
        with np.errstate(over="ignore", invalid="ignore"):
            own = values.mean(dtype=np.float64)
            total = count + len(values)
            squares += np.square(values - own, dtype=np.float64).sum()
            squares += np.square(own - mean) * count * len(values) / total
            mean += (own - mean) * len(values) / total
        count = total
        if distinct is not None and not column.shape:
            distinct = np.unique(np.concatenate([distinct.astype(values.dtype), np.unique(values)]))
            distinct = distinct if len(distinct) <= MOST_DISTINCT else None
    missing = column.missing if column.shape else rows - count
    if not count:
        return ColumnStatistics(missing=missing, distinct=0)
    histogram = None
    if math.isfinite(high - low):
        edges = np.linspace(low, high if high > low else low + 1, BINS + 1)
        counts = np.zeros(BINS, np.int64)
        for values in _pieces(column, part, rows):
            counts += np.histogram(values, edges)[0]
        histogram = Histogram(edges=edges.tolist(), counts=counts.tolist())
    is_time = column.kind == "time"
    return ColumnStatistics(
        missing=missing,
        distinct=None if column.shape or distinct is None else len(distinct),
        min=time_text(int(low)) if is_time else float(low),
        max=time_text(int(high)) if is_time else float(high),
        mean=None if is_time or not np.isfinite(mean) else float(mean),
        deviation=None if is_time or not np.isfinite(squares) else math.sqrt(squares / count),
        histogram=histogram,
    )


def _of_classes(column: Column, part: Part, rows: int) -> ColumnStatistics:
    classes = column.classes or ()
    numbers = _of_numbers(column, part, rows) if column.kind != "category" else None
    counts = np.zeros(len(classes), np.int64)
    for values in _pieces(column, part, rows):
        if column.kind == "category":
            counts += np.bincount(values[values >= 0], minlength=len(classes))[: len(classes)]
        else:
            found, times = np.unique(values, return_counts=True)
            counts[np.searchsorted(np.asarray(classes), found)] += times
    order = np.argsort(-counts, kind="stable")[:TOP]
    top = [(classes[place], int(counts[place])) for place in order if counts[place]]
    missing = rows - int(counts.sum())
    known = {"missing": missing, "distinct": int((counts > 0).sum()), "top": top}
    return ColumnStatistics.model_validate({**(numbers.model_dump() if numbers else {}), **known})


def _of_texts(part: Part, rows: int) -> ColumnStatistics:
    missing = count = total = longest = 0
    shortest: int | None = None
    distinct: set[int] | None = set()
    counter: Counter[str] | None = Counter()
    for start in range(0, rows, _PIECE_TEXTS):
        values = part(start, min(rows, start + _PIECE_TEXTS)).tolist()
        present = [value for value in values if value is not None]
        missing += len(values) - len(present)
        lengths = [len(value) for value in present]
        if lengths:
            count, total = count + len(lengths), total + sum(lengths)
            longest = max(longest, *lengths) if len(lengths) > 1 else max(longest, lengths[0])
            shortest = min(lengths) if shortest is None else min(shortest, min(lengths))
        if distinct is not None:
            distinct.update(hash(value) for value in present)
            distinct = distinct if len(distinct) <= MOST_DISTINCT else None
        if counter is not None:
            counter.update(present)
            counter = counter if len(counter) <= _MOST_COUNTED else None
    repeated = [] if counter is None else [pair for pair in counter.most_common(TOP) if pair[1] > 1]
    return ColumnStatistics(
        missing=missing,
        distinct=None if distinct is None else len(distinct),
        top=[(value[:200], times) for value, times in repeated] or None,
        lengths=None if shortest is None else Lengths(min=shortest, max=longest, mean=total / count),
    )
