"""Rows as tensors, and the batches of an epoch: gathered some batches at a time, no loader processes. Rows that lie on
disk are read in a thread ahead of the steps.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from layerloom.problems import Problem, ProblemError
from layerloom.training.data import Arrays, Rows
from layerloom.training.on_disk import OnDisk, computing_type, on_disk, read_ahead, shuffled

_CHUNK_BYTES = 4 * 1024 * 1024
_CHUNK_BATCHES = 256
_ON_DEVICE_BYTES = 2 * 1024**3
"""Larger data sets stay in main memory and travel to the device in chunks."""

Column = Tensor | OnDisk
"""The rows of one input, target or weight."""

_NONE: dict[str, Tensor] = {}


class Batch(NamedTuple):
    """Some rows: inputs and targets in the order of `Batches`, sample weights by output."""

    inputs: tuple[Tensor, ...]
    targets: tuple[Tensor, ...]
    weights: Mapping[str, Tensor]

    @property
    def rows(self) -> int:
        return len(self.targets[0])


def to_tensor(array: np.ndarray[Any, Any]) -> Tensor:  # Any: any shape and dtype
    """A tensor of a type that models compute with; shares memory where it can."""
    dtype = computing_type(array.dtype)
    if dtype is None:
        raise TypeError(f"an array of {array.dtype} can't be a tensor")
    array = array.astype(dtype, copy=False)
    if not _overlaps(array):
        array = np.ascontiguousarray(array)
    return torch.from_numpy(array if array.flags.writeable else array.copy())


class Batches:
    """The rows of a fit or an evaluation, on the device if they fit there."""

    def __init__(
        self,
        inputs: Sequence[Column],
        targets: Sequence[Column] = (),
        weights: Mapping[str, Column] | None = None,
        device: torch.device | str = "cpu",
    ) -> None:
        self.device = torch.device(device)
        self._inputs = len(inputs)
        self._all = len(inputs) + len(targets)
        self._weighted = tuple(weights or ())
        tensors = (*inputs, *targets, *(weights or {}).values())
        self.rows = len(tensors[0])
        size = sum(tensor.nbytes for tensor in tensors)
        self._row_bytes = max(1, size // max(1, self.rows))
        self._columns: tuple[Column, ...] = tensors
        self._tensors: tuple[Tensor, ...] = ()
        self._is_stored = any(isinstance(tensor, OnDisk) for tensor in tensors)
        self._travels = self.device.type != "cpu" and size > _ON_DEVICE_BYTES
        if self._is_stored and self.device.type != "cpu" and not self._travels:
            self._columns = tuple(in_memory(item) for item in tensors)
            self._is_stored = False
        if not self._is_stored:
            whole = [item for item in self._columns if isinstance(item, Tensor)]
            self._tensors = tuple(whole if self._travels else (tensor.to(self.device) for tensor in whole))

    def steps(self, batch_size: int) -> int:
        """Batches in an epoch; the last may be smaller."""
        return -(-self.rows // batch_size)

    def order(self, generator: torch.Generator) -> Tensor:
        """Row numbers for an epoch, drawn by the generator; by blocks where there are very many rows on disk."""
        if not self._is_stored:
            return torch.randperm(self.rows, generator=generator)
        return shuffled(self.rows, self._row_bytes, generator)

    def epoch(self, batch_size: int, order: Tensor | None = None, first: int = 0) -> Iterator[Batch]:
        """Batches from number `first` on, in `order` (row numbers) or as the rows lie."""
        batches = min(_CHUNK_BATCHES, max(1, _CHUNK_BYTES // (self._row_bytes * batch_size)))
        if order is not None and not self._travels:
            order = order.to(self.device)
        size = batches * batch_size
        starts = range(first * batch_size, self.rows, size)
        read = partial(self._read if self._is_stored else self._gather, order, size)
        for parts in read_ahead(read, starts) if self._is_stored else map(read, starts):
            if self._travels:
                parts = [part.to(self.device) for part in parts]
            pieces = (part.split(batch_size) for part in parts)  # type: ignore[no-untyped-call]
            for batch in zip(*pieces, strict=True):
                weights = (
                    dict(zip(self._weighted, batch[self._all :], strict=True)) if self._weighted else _NONE
                )
                yield Batch(batch[: self._inputs], batch[self._inputs : self._all], weights)

    def _gather(self, order: Tensor | None, size: int, start: int) -> list[Tensor]:
        if order is None:
            return [tensor[start : start + size] for tensor in self._tensors]
        chosen = order[start : start + size]
        return [tensor.index_select(0, chosen) for tensor in self._tensors]

    def _read(self, order: Tensor | None, size: int, start: int) -> list[Tensor]:
        """In a thread of its own, beside the steps, which have torch's threads: numpy takes none of them."""
        stop = min(start + size, self.rows)
        rows = slice(start, stop) if order is None else order[start:stop].numpy()
        return [
            column.take(rows)
            if isinstance(column, OnDisk)
            else torch.from_numpy(np.array(column.numpy()[rows]))
            for column in self._columns
        ]


def input_tensors(names: Sequence[str], arrays: Arrays) -> list[Column]:
    """The inputs in the model's order. Raises `ProblemError` with `data.input_missing` or `data.type`."""
    return [_column(name, arrays, "input") for name in names]


def target_tensor(name: str, arrays: Arrays, classes: bool) -> Column:
    """The target of an output: class numbers, or float32."""
    target = _column(name, arrays, "target")
    if isinstance(target, OnDisk):
        return target.cast(np.int64 if classes else np.float32)
    return target.long() if classes else target.float()


def in_memory(column: Column) -> Tensor:
    """All rows of it."""
    return column.whole() if isinstance(column, OnDisk) else column


def check_rows(data: Rows) -> int:
    """How many rows there are. Raises `ProblemError` with `data.rows` where columns differ or hold none."""
    weights = data.sample_weight or {}
    sizes = {
        **{f"input `{name}`": len(array) for name, array in data.inputs.items()},
        **{f"target `{name}`": len(array) for name, array in data.targets.items()},
        **{f"sample weight of `{name}`": len(array) for name, array in weights.items()},
    }
    if len(set(sizes.values())) > 1:
        listed = ", ".join(f"{name} has {size}" for name, size in sizes.items())
        raise ProblemError(
            Problem(
                code="data.rows",
                message=f"Inputs and targets need the same number of rows; {listed}.",
                hint="Take the columns from one data set, or cut them to one length.",
                field="training.data",
            )
        )
    rows = next(iter(sizes.values()), 0)
    if rows == 0:
        raise ProblemError(
            Problem(
                code="data.rows",
                message="There are no rows to learn from.",
                hint="Lower `validation_split`, or choose a data set with more rows.",
                field="training.data",
            )
        )
    return rows


def _column(name: str, arrays: Arrays, noun: str) -> Column:
    if name not in arrays:
        given = ", ".join(f"`{known}`" for known in sorted(arrays)) or "none"
        raise ProblemError(
            Problem(
                code=f"data.{noun}_missing",
                message=f"There is no data for {noun} `{name}`; there is for {given}.",
                hint=f"Choose a column for `{name}`.",
                node=name,
                field=f"training.data.{noun}s.{name}",
            )
        )
    stored = on_disk(arrays[name])
    if stored is not None:
        return stored
    try:
        return to_tensor(np.asarray(arrays[name]))
    except TypeError as error:
        raise ProblemError(
            Problem(
                code="data.type",
                message=f"The data for {noun} `{name}` are not numbers: {error}.",
                hint="Give the column an encoder, or choose another column.",
                node=name,
                field=f"training.data.{noun}s.{name}",
            )
        ) from None


def _overlaps(array: np.ndarray[Any, Any]) -> bool:  # Any: any shape and dtype
    """Windows of a series: a view that would be many times as large were it written out."""
    span = sum((size - 1) * abs(step) for size, step in zip(array.shape, array.strides, strict=True))
    return array.size > 0 and array.flags.writeable and span + array.itemsize < array.nbytes
