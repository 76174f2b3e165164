"""What becomes an array: the columns of an end with their encoders, or a column of sample weights."""

from collections.abc import Callable, Collection
from typing import cast

import numpy as np

from layerloom.data.dataset import Dataset
from layerloom.data.encoders.image import FACTORS, Pixels
from layerloom.data.encoding import EncoderState
from layerloom.data.end import End, matches
from layerloom.data.filling import Encode, Group, Stream
from layerloom.data.scratch import ScaledBytes
from layerloom.data.table import Array, Table
from layerloom.data.values import as_input, as_target, value_problems
from layerloom.data.weights import as_weights
from layerloom.document import DataBinding
from layerloom.problems import Problem, ProblemError


def stream_of(end: End, state: EncoderState, dataset: Dataset | None = None) -> Stream:
    """The rows of an Input or of a target. `dataset`: another one than the encoders were fitted to."""
    window = state.window.length if state.window else None

    def encode(table: Table, first: int) -> tuple[Array, list[Problem]]:
        encoded = state.encode(table, first, dataset)
        problems = value_problems(encoded, end, state, first, window)
        if problems:
            return encoded, problems
        return as_input(encoded, end) if end.role == "input" else as_target(encoded, end), []

    group: Group = "inputs" if end.role == "input" else "targets"
    columns = tuple(item.column for item in state.columns)
    item = state.columns[0]
    if len(columns) == 1 and isinstance(item, Pixels) and group == "inputs" and end.spec.dtype in _FLOATS:
        small, widen = _bytes_of(item, end, state), _widened(item)
        return Stream(group, end.id, columns, _placed(encode, end), _placed(small, end), widen)
    return Stream(group, end.id, columns, _placed(encode, end))


_FLOATS = ("float32", "float16", "bfloat16")


def weight_streams(binding: DataBinding, outputs: Collection[str]) -> list[Stream]:
    """The columns that tell how much a row counts."""
    return [
        Stream("sample_weight", output, (name,), _weights(output, name))
        for output, name in binding.sample_weights.items()
        if output in outputs
    ]


def _weights(output: str, name: str) -> Encode:
    return lambda table, first: as_weights(table[name], output, name, first)


def _bytes_of(item: Pixels, end: End, state: EncoderState) -> Encode:
    def encode(table: Table, first: int) -> tuple[Array, list[Problem]]:
        pixels = item.as_bytes(table[item.column], first)
        return pixels, [] if matches(pixels.shape[1:], end.wanted) else value_problems(pixels, end, state)

    return encode


def _widened(item: Pixels) -> Callable[[Array], Array]:
    factor, offset = FACTORS[item.scale]
    return lambda stored: cast(Array, ScaledBytes(stored, factor, offset))


def _placed(encode: Encode, end: End) -> Encode:
    """What a row can't be encoded for is told at the Input or Output."""

    def placed(table: Table, first: int) -> tuple[Array, list[Problem]]:
        try:
            return encode(table, first)
        except ProblemError as error:
            place = {"node": end.id, "field": end.field}
            return np.empty(0), [problem.model_copy(update=place) for problem in error.problems]

    return placed
