"""Arrays on disk for rows that are larger than memory: files without a name, gone when the process is, however it
ends.
"""

import errno
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import DTypeLike

from layerloom.data.table import Array
from layerloom.problems import Problem, ProblemError

_ZEROS = 16 * 1024 * 1024


def allocate(folder: Path, shape: tuple[int, ...], dtype: DTypeLike) -> Array:
    """A writable memory map of a file below `folder` that no other process sees.

    The room on disk is taken at once: a map whose disk is full would end the process when it is written to.

    Raises:
        ProblemError: `store.full`.
    """
    size = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
    if size == 0:
        return np.empty(shape, dtype)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            _take_room(file.fileno(), size)
            return np.memmap(file, dtype=dtype, mode="r+", shape=shape)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        free = shutil.disk_usage(folder).free
        raise ProblemError(
            Problem(
                code="store.full",
                message=f"The encoded rows need {size / 2**30:.2f} GiB on the disk that holds the data folder; "
                f"{free / 2**30:.2f} GiB are free.",
                hint="Free some space, bind fewer columns, or take smaller images.",
                field="training.data.dataset",
            )
        ) from None


def _take_room(descriptor: int, size: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, size)
        return
    for start in range(0, size, _ZEROS):
        os.write(descriptor, bytes(min(_ZEROS, size - start)))


class ScaledBytes:
    """float32 numbers kept as bytes, `stored * factor + offset`: what of images is read is scaled when it is read.

    Has what is used of an array: shape, dtype, length, and rows by index, which come as float32 arrays.
    """

    dtype = np.dtype(np.float32)

    def __init__(self, stored: Array, factor: float, offset: float) -> None:
        self.stored, self.factor, self.offset = stored, factor, offset

    @property
    def shape(self) -> tuple[int, ...]:
        return self.stored.shape

    @property
    def ndim(self) -> int:
        return self.stored.ndim

    @property
    def nbytes(self) -> int:
        return self.stored.size * self.dtype.itemsize

    def __len__(self) -> int:
        return len(self.stored)

    def __getitem__(self, rows: Any) -> Array:  # Any: what numpy takes as an index
        floats = self.stored[rows].astype(np.float32)
        floats *= np.float32(self.factor)
        floats += np.float32(self.offset)
        return cast(Array, floats)

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> Array:
        whole = self[:]
        return whole if dtype is None else whole.astype(dtype)

    def part(self, rows: slice) -> "ScaledBytes":
        """Some rows, kept as they are."""
        return ScaledBytes(self.stored[rows], self.factor, self.offset)
