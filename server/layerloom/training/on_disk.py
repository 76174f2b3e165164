"""Rows that lie on disk: gathered chunk by chunk in a thread ahead of the steps, and shuffled without reading all."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np
import torch
from torch import Tensor

IN_MEMORY_BYTES = 64 * 1024 * 1024
"""A smaller map is read whole, once."""
SHUFFLED_WHOLE_BYTES = 2 * 1024**3
"""Rows of more than that are shuffled by blocks: single rows from all over a disk come too slowly."""
_BLOCK_BYTES = 1024 * 1024
_BLOCKS_TOGETHER = 64
_AHEAD = 2

Array = np.ndarray[Any, Any]  # Any: shape and dtype differ by column
T = TypeVar("T")


@runtime_checkable
class Scaled(Protocol):
    """float32 numbers that are kept as bytes: `stored * factor + offset`."""

    stored: Array
    factor: float
    offset: float


@dataclass(frozen=True, slots=True)
class OnDisk:
    """An array whose rows are read when they are needed, in the type that models compute with."""

    array: Array
    dtype: np.dtype[Any]
    factor: float | None = None
    offset: float = 0.0

    def __len__(self) -> int:
        return len(self.array)

    @property
    def nbytes(self) -> int:
        """Once they are read."""
        return self.array.size * self.dtype.itemsize

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.array.shape)

    def take(self, rows: slice | Array) -> Tensor:
        """These rows, in memory. A range of rows is copied too, so that no step waits for the disk."""
        if isinstance(rows, slice):
            part = np.array(self.array[rows])
        elif self.array.flags.c_contiguous:
            part = self.array.take(rows, axis=0)
        else:
            part = self.array[rows]  # windows overlap, and `take` would write all of them out
        if self.factor is None:
            return torch.from_numpy(part if part.dtype == self.dtype else part.astype(self.dtype))
        floats = part.astype(np.float32)
        floats *= np.float32(self.factor)
        floats += np.float32(self.offset)
        return torch.from_numpy(floats)

    def cast(self, dtype: type[np.generic]) -> "OnDisk":
        """The same rows as another type."""
        return OnDisk(self.array, np.dtype(dtype), self.factor, self.offset)

    def whole(self) -> Tensor:
        return self.take(slice(0, len(self)))


def on_disk(array: Any) -> OnDisk | None:  # Any: an array, or what has rows as arrays have them
    """How to read it piece by piece; None for what lies in memory, or is small enough to."""
    if isinstance(array, Scaled):
        return OnDisk(np.asarray(array.stored), np.dtype(np.float32), array.factor, array.offset)
    if not isinstance(array, np.ndarray) or array.nbytes <= IN_MEMORY_BYTES or not _is_map(array):
        return None
    dtype = computing_type(array.dtype)
    return None if dtype is None else OnDisk(np.asarray(array), dtype)


def computing_type(dtype: np.dtype[Any]) -> np.dtype[Any] | None:
    """What models compute with; None where it is no number."""
    if dtype.kind == "f":
        return np.dtype(np.float32)
    if dtype.kind in "iu":
        return dtype if dtype in (np.int32, np.int64, np.uint8) else np.dtype(np.int64)
    return dtype if dtype.kind == "b" else None


def shuffled(rows: int, row_bytes: int, generator: torch.Generator) -> Tensor:
    """Row numbers in an order that the generator alone decides.

    More rows than `SHUFFLED_WHOLE_BYTES` hold are cut into blocks of 1 MiB; the blocks are shuffled, and the rows
    of 64 at a time among each other. So a step reads from 64 MiB, and has rows from 64 places.
    """
    if rows * row_bytes <= SHUFFLED_WHOLE_BYTES:
        return torch.randperm(rows, generator=generator)
    block = max(1, _BLOCK_BYTES // row_bytes)
    blocks = torch.randperm(-(-rows // block), generator=generator)
    parts = []
    for some in blocks.split(_BLOCKS_TOGETHER):  # type: ignore[no-untyped-call]
        together = (some[:, None] * block + torch.arange(block)).flatten()
        together = together[together < rows]
        parts.append(together[torch.randperm(len(together), generator=generator)])
    return torch.cat(parts)


def read_ahead(read: Callable[[int], T], starts: Iterable[int]) -> Iterator[T]:
    """`read(start)` for each, in order, some ahead of who asks, in a thread that does nothing else."""
    waiting: deque[Future[T]] = deque()
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="rows") as pool:
        try:
            for start in starts:
                waiting.append(pool.submit(read, start))
                if len(waiting) > _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _is_map(array: Array) -> bool:
    """A memory map, or a view of one."""
    base: Any = array
    while isinstance(base, np.ndarray):
        if isinstance(base, np.memmap):
            return True
        base = base.base
    return False
