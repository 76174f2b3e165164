"""One column of an uploaded set as one file: numbers as `.npy`, which a process maps into its memory instead of
reading it, text and encoded media as an Arrow file of record batches. Both are written as a stream.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import DTypeLike

from layerloom.data.table import Array

_HEADER_BYTES = 256
_CHUNK_ROWS = 1 << 20
NOT_A_TIME = np.iinfo(np.int64).min
"""Stands for a missing value in a column of kind `time`."""


class NumberFile:
    """An `.npy` file that grows by batches; `close` fills in its number of rows."""

    def __init__(self, path: Path, dtype: DTypeLike, shape: tuple[int, ...] = ()) -> None:
        self.path, self.dtype, self.shape, self.rows = path, np.dtype(dtype), shape, 0
        self._file = path.open("wb")
        self._file.write(bytes(_HEADER_BYTES))

    def append(self, values: Array) -> None:
        """`(rows, *shape)`."""
        if values.shape[1:] != self.shape:
            raise ValueError(f"rows of shape {values.shape[1:]} for a file of {self.shape}")
        self._file.write(np.ascontiguousarray(values, self.dtype).data)
        self.rows += len(values)

    def append_same(self, value: float, count: int) -> None:
        for start in range(0, count, _CHUNK_ROWS):
            self.append(np.full((min(_CHUNK_ROWS, count - start), *self.shape), value, self.dtype))

    def convert(self, change: Callable[[Array], Array], dtype: DTypeLike) -> None:
        """Each value anew, in place: the new type must be as wide as the old one."""
        new = np.dtype(dtype)
        assert new.itemsize == self.dtype.itemsize
        self._file.flush()
        if self.rows:
            whole = np.memmap(self.path, self.dtype, "r+", _HEADER_BYTES, (self.rows, *self.shape))
            for start in range(0, self.rows, _CHUNK_ROWS):
                chunk = whole[start : start + _CHUNK_ROWS]
                chunk.view(new)[:] = change(np.array(chunk))
            whole.flush()
        self.dtype = new

    def values(self) -> Array:
        """What was written so far, mapped."""
        self._file.flush()
        return read_numbers(self.path, self.dtype, self.shape, self.rows)

    def close(self) -> None:
        """Writes the header of NumPy's format 1.0 into the room that was left for it."""
        text = repr(
            {"descr": self.dtype.str, "fortran_order": False, "shape": (self.rows, *self.shape)}
        ).encode()
        room = _HEADER_BYTES - 10
        self._file.seek(0)
        self._file.write(b"\x93NUMPY\x01\x00" + room.to_bytes(2, "little") + text.ljust(room - 1) + b"\n")
        self._file.close()

    def discard(self) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)


def read_numbers(path: Path, dtype: np.dtype[Any], shape: tuple[int, ...], rows: int) -> Array:
    if not rows:
        return np.empty((0, *shape), dtype)
    return np.asarray(np.memmap(path, dtype, "r", _HEADER_BYTES, (rows, *shape)))


class BytesFile:
    """Texts or encoded media, in batches."""

    def __init__(self, path: Path, *, is_text: bool) -> None:
        self.path, self.rows = path, 0
        self.type = pa.large_string() if is_text else pa.large_binary()
        self._schema = pa.schema([("value", self.type)])
        self._sink = pa.OSFile(str(path), "wb")
        self._writer = pa.ipc.new_file(self._sink, self._schema)

    def append(self, values: pa.Array) -> None:
        if values.type != self.type:
            values = values.cast(self.type)
        self._writer.write_batch(pa.record_batch([values], schema=self._schema))
        self.rows += len(values)

    def append_missing(self, count: int) -> None:
        for start in range(0, count, _CHUNK_ROWS):
            self.append(pa.nulls(min(_CHUNK_ROWS, count - start), self.type))

    def close(self) -> None:
        self._writer.close()
        self._sink.close()


def open_numbers(path: Path) -> Array:
    """The whole column, mapped and copied on write: nothing is read before it is looked at, and the file never
    changes. Writable, because torch warns of arrays that are not.
    """
    return np.asarray(np.load(path, mmap_mode="c", allow_pickle=False))


def read_bytes(path: Path, start: int, stop: int) -> pa.ChunkedArray:
    """Rows from `start` up to `stop` of an Arrow file; only these are read from the disk."""
    with pa.memory_map(str(path)) as mapped:
        file = pa.ipc.open_file(mapped)
        chunks, first = [], 0
        for place in range(file.num_record_batches):
            if first >= stop:
                break
            values = file.get_batch(place).column(0)
            last = first + len(values)
            if last > start:
                chunks.append(values.slice(max(0, start - first), min(stop, last) - max(start, first)))
            first = last
        return pa.chunked_array(chunks, type=file.schema.field(0).type)
