"""Rows as tensors, and the batches of an epoch: gathered some batches at a time, no loader processes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from layerloom.problems import Problem, ProblemError
from layerloom.training.data import Arrays, Rows

_CHUNK_BYTES = 4 * 1024 * 1024
_CHUNK_BATCHES = 256
_ON_DEVICE_BYTES = 2 * 1024**3
"""Larger data sets stay in main memory and travel to the device in chunks."""

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
    if array.dtype.kind == "f" and array.dtype != np.float32:
        array = array.astype(np.float32)
    elif array.dtype.kind in "iu" and array.dtype not in (np.int32, np.int64, np.uint8):
        array = array.astype(np.int64)
    elif array.dtype.kind not in "biuf":
        raise TypeError(f"an array of {array.dtype} can't be a tensor")
    array = np.ascontiguousarray(array)
    return torch.from_numpy(array if array.flags.writeable else array.copy())


class Batches:
    """The rows of a fit or an evaluation, on the device if they fit there."""

    def __init__(
        self,
        inputs: Sequence[Tensor],
        targets: Sequence[Tensor] = (),
        weights: Mapping[str, Tensor] | None = None,
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
        self._travels = self.device.type != "cpu" and size > _ON_DEVICE_BYTES
        self._tensors = tensors if self._travels else tuple(tensor.to(self.device) for tensor in tensors)

    def steps(self, batch_size: int) -> int:
        """Batches in an epoch; the last may be smaller."""
        return -(-self.rows // batch_size)

    def epoch(self, batch_size: int, order: Tensor | None = None, first: int = 0) -> Iterator[Batch]:
        """Batches from number `first` on, in `order` (row numbers) or as the rows lie."""
        batches = min(_CHUNK_BATCHES, max(1, _CHUNK_BYTES // (self._row_bytes * batch_size)))
        if order is not None and not self._travels:
            order = order.to(self.device)
        for start in range(first * batch_size, self.rows, batches * batch_size):
            stop = start + batches * batch_size
            if order is None:
                parts = [tensor[start:stop] for tensor in self._tensors]
            else:
                chosen = order[start:stop]
                parts = [tensor.index_select(0, chosen) for tensor in self._tensors]
            if self._travels:
                parts = [part.to(self.device) for part in parts]
            pieces = (part.split(batch_size) for part in parts)  # type: ignore[no-untyped-call]
            for batch in zip(*pieces, strict=True):
                weights = (
                    dict(zip(self._weighted, batch[self._all :], strict=True)) if self._weighted else _NONE
                )
                yield Batch(batch[: self._inputs], batch[self._inputs : self._all], weights)


def input_tensors(names: Sequence[str], arrays: Arrays) -> list[Tensor]:
    """The inputs in the model's order. Raises `ProblemError` with `data.input_missing` or `data.type`."""
    return [_tensor(name, arrays, "input") for name in names]


def target_tensor(name: str, arrays: Arrays, classes: bool) -> Tensor:
    """The target of an output: class numbers, or float32."""
    target = _tensor(name, arrays, "target")
    return target.long() if classes else target.float()


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


def _tensor(name: str, arrays: Arrays, noun: str) -> Tensor:
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
