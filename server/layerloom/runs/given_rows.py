"""Rows by input, as they go into the model, into arrays of the inputs' types."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from layerloom.data.table import Array
from layerloom.problems import Problem, ProblemError
from layerloom.tensors import TensorSpec

Rows = list[Any]  # Any: numbers, or lists of them to any depth


def given_arrays(specs: Mapping[str, TensorSpec], inputs: Mapping[str, Rows]) -> dict[str, Array]:
    """An array for each input.

    Raises:
        ProblemError: `predict.input`, one for each input that is missing, unknown, or has rows that do not fit.
    """
    problems = [
        Problem(
            code="predict.input",
            message=f"There is no input `{name[:64]}`; the inputs are {', '.join(specs)}.",
            hint="Leave it out.",
            field=f"inputs.{name[:64]}",
        )
        for name in inputs
        if name not in specs
    ]
    arrays: dict[str, Array] = {}
    for name, spec in specs.items():
        read = _array(name, spec, inputs.get(name))
        if isinstance(read, Problem):
            problems.append(read)
        else:
            arrays[name] = read
    counts = {name: len(array) for name, array in arrays.items()}
    if not problems and len(set(counts.values())) > 1:
        shown = ", ".join(f"{name}: {count}" for name, count in counts.items())
        problems.append(
            Problem(
                code="predict.input",
                message=f"The inputs have different numbers of rows: {shown}.",
                hint="Give each input a row for each row of the others.",
                field="inputs",
            )
        )
    if problems:
        raise ProblemError(*problems)
    return arrays


def _array(name: str, spec: TensorSpec, rows: Rows | None) -> Array | Problem:
    wanted = f"rows of shape {_row_shape(spec)} with numbers ({spec.dtype})"
    if not rows:
        return _wrong_rows(name, f"Input `{name}` got no rows; expected {wanted}.")
    try:
        array = np.asarray(rows, dtype=np.float64)
    except (TypeError, ValueError):
        return _wrong_rows(
            name, f"Input `{name}` got rows that differ in shape, or no numbers; expected {wanted}."
        )
    fits = array.ndim == spec.rank and all(
        size is None or size == have for size, have in zip(spec.shape[1:], array.shape[1:], strict=True)
    )
    if not fits or not np.isfinite(array).all():
        got = "numbers that are not finite" if fits else f"rows of shape {tuple(array.shape[1:])}"
        return _wrong_rows(name, f"Input `{name}` got {got}; expected {wanted}.")
    dtype = np.int64 if spec.dtype.startswith(("int", "uint")) else np.float32
    return array.astype(np.bool_ if spec.dtype == "bool" else dtype)


def _row_shape(spec: TensorSpec) -> str:
    return "(" + ", ".join("any" if size is None else str(size) for size in spec.shape[1:]) + ")"


def _wrong_rows(name: str, message: str) -> Problem:
    return Problem(
        code="predict.input",
        message=message,
        hint="A row is what the input takes of one sample, without the batch.",
        node=name,
        field=f"inputs.{name}",
    )
