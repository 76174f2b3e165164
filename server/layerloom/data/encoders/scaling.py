"""What the encoders that shift and scale numbers have in common, and the statistics that they are fitted by."""

from collections.abc import Iterator
from typing import ClassVar, Literal

import numpy as np

from layerloom.data.dataset import Column
from layerloom.data.encoders.base import NOT_A_TIME, Chunks, Encoder, Fitted, is_missing
from layerloom.data.end import End, Sizes
from layerloom.data.table import Array

Stand = Literal["mean", "median", "most-frequent"] | float | None
"""What a missing value becomes."""


class Scaled(Fitted):
    """`(x - shift) / scale`: one pair for a scalar, one for each place of a tensor's last axis."""

    shift: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()
    fill: float | None = None
    """Stands for a missing value."""

    def encode(self, values: Array, first: int = 0) -> Array:
        numbers = values.astype(np.float64)
        if self.fill is not None:
            missing = values == NOT_A_TIME if values.dtype == np.int64 else np.isnan(numbers)
            numbers = np.where(missing, self.fill, numbers)
        scaled: Array = (numbers - _spread(self.shift)) / _spread(self.scale)
        return scaled[:, None] if values.ndim == 1 else scaled

    def decode(self, encoded: Array) -> Array:
        decoded: Array = encoded * _spread(self.scale) + _spread(self.shift)
        return decoded


class Scaling(Encoder):
    """`(x - shift) / scale`, one pair for a scalar column, one for each place of a tensor's last axis.

    In a list of columns it is for the numbers; the categories among them become one-hot.
    """

    takes: ClassVar[tuple[str, ...]] = ("number", "integer", "tensor", "time")
    fitted: ClassVar[type[Fitted]] = Scaled

    missing: Stand = None
    """What stands in for a missing value, found in the training rows, or a number; null: missing values are a
    problem."""

    @property
    def gives_fractions(self) -> bool:
        return True

    def row_shape(self, column: Column, end: End) -> Sizes:
        return column.shape or (1,)

    def fit(self, column: Column, chunks: Chunks, end: End) -> Fitted:
        present: list[Array] = []
        known = _present(chunks, present if isinstance(self.missing, str) else None)
        shift, scale = self.measure(known)
        return Scaled(
            column=column.name, kind=column.kind, form=self.type_name, shift=shift, scale=scale,
            fill=stand_in(self.missing, present),
        )  # fmt: skip

    def measure(self, chunks: Chunks) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Shift and scale."""
        raise NotImplementedError


def mean_and_deviation(chunks: Chunks) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Over all rows; chunks are merged as by Chan, Golub and LeVeque (1979), so none has to be kept."""
    count, mean, variance = 0, np.zeros(1), np.zeros(1)
    for flat in map(_flat, chunks):
        if not len(flat):
            continue
        n, m, v = len(flat), flat.mean(axis=0), flat.var(axis=0)
        if count:
            total, apart = count + n, m - mean
            v = (variance * count + v * n + apart**2 * (count * n / total)) / total
            m = mean + apart * (n / total)
        count, mean, variance = count + n, m, v
    return _numbers(mean), _scale(np.sqrt(variance))


def low_and_range(chunks: Chunks) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Over all rows."""
    low, high = None, None
    for flat in map(_flat, chunks):
        if len(flat):
            least, most = flat.min(axis=0), flat.max(axis=0)
            low = least if low is None else np.minimum(low, least)
            high = most if high is None else np.maximum(high, most)
    if low is None or high is None:
        return (0.0,), (1.0,)
    return _numbers(low), _scale(high - low)


def stand_in(missing: Stand, present: list[Array]) -> float | None:
    """The number for a missing value. `present`: the values that are there, where a statistic of them is wanted."""
    if not isinstance(missing, str):
        return missing
    values = np.concatenate(present) if present else np.zeros(0)
    if not len(values):
        return 0.0
    if missing == "most-frequent":
        distinct, counts = np.unique(values, return_counts=True)
        return float(distinct[counts.argmax()])
    return float(values.mean() if missing == "mean" else np.median(values))


def _present(chunks: Chunks, keep: list[Array] | None) -> Iterator[Array]:
    """The rows that have a value; also into `keep`, as float64."""
    for chunk in chunks:
        missing = is_missing(chunk)
        known = chunk[~missing] if missing.any() else chunk
        if keep is not None:
            keep.append(known.astype(np.float64).reshape(-1))
        yield known


def _flat(values: Array) -> Array:
    """float64, `(rows, places of the last axis)`."""
    return values.astype(np.float64).reshape(-1, values.shape[-1] if values.ndim > 1 else 1)


def _scale(spread: Array) -> tuple[float, ...]:
    return _numbers(np.where(spread > 0, spread, 1.0))  # a constant column becomes 0, not NaN


def _numbers(values: Array) -> tuple[float, ...]:
    return tuple(map(float, values))


def _spread(numbers: tuple[float, ...]) -> Array:
    return np.asarray(numbers if len(numbers) != 1 else numbers[0], dtype=np.float64)
