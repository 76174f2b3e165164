"""Values as people give them, by column, into a table as the encoders of a run expect it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from layerloom.data.dataset import Dataset
from layerloom.data.encoders.base import Fitted
from layerloom.data.encoding import EncoderState
from layerloom.data.table import Array, Table
from layerloom.problems import Problem, ProblemError

Row = Mapping[str, Any]  # Any: a cell of any kind
MOST_PROBLEMS = 20


def columns_of(encoders: Mapping[str, EncoderState], names: Sequence[str]) -> dict[str, Fitted]:
    """The columns that these ends need, each once."""
    return {item.column: item for name in names for item in encoders[name].columns}


def table_of(rows: Sequence[Row], columns: Mapping[str, Fitted]) -> Table:
    """A table of those columns.

    Raises:
        ProblemError: `predict.column` for a column that is missing or not known, `predict.value` for a value of a
            wrong type, `label.unknown` for a category that training never saw; each names row and column.
    """
    if not rows:
        raise ProblemError(_problem("predict.rows", "There are no rows.", "Give at least one.", "rows"))
    problems = _unknown_columns(rows, columns)
    found: dict[str, Array] = {}
    for name, encoder in columns.items():
        cells: list[Any] = []  # Any: a cell of any kind
        for number, row in enumerate(rows):
            if name not in row:
                problems.append(_missing(name, number))
                break
            if row[name] is None or row[name] == "":
                problems.append(_no_value(name, number))
                break
            cells.append(row[name])
        if len(cells) == len(rows):
            found[name] = _column(encoder, cells, problems)
    if problems:
        raise ProblemError(*problems[:MOST_PROBLEMS])
    return Table(found)


def translated(table: Table, dataset: Dataset, columns: Mapping[str, Fitted]) -> Table:
    """A data set's table with the codes that the classes had in training: another file numbers its own.

    Raises:
        ProblemError: `label.unknown`, `column.kind`, with row and column.
    """
    problems: list[Problem] = []
    arrays = dict(table.columns)
    for name, encoder in columns.items():
        column = dataset.column(name)
        if column is None or name not in arrays:
            continue
        is_category = column.kind == "category"
        if encoder.holds_codes and not (is_category and column.classes == encoder.classes):
            labels = column.classes if is_category else None
            arrays[name] = _codes(
                encoder, [_label(labels, value) for value in arrays[name].tolist()], problems
            )
        elif is_category and not encoder.holds_codes:
            problems.append(_other_kind(name, dataset))
    if problems:
        raise ProblemError(*problems[:MOST_PROBLEMS])
    return Table(arrays)


def _column(encoder: Fitted, cells: list[Any], problems: list[Problem]) -> Array:
    if encoder.holds_codes:
        return _codes(encoder, cells, problems)
    try:
        array = np.asarray(cells)
        if array.dtype.kind in "biu":
            return array.astype(np.int64)
        if array.dtype.kind == "f" and np.isfinite(array).all():
            return array.astype(np.float64)
    except ValueError:
        pass
    numbers: list[Array] = []
    for number, cell in enumerate(cells):
        try:
            value = np.asarray(float(cell) if isinstance(cell, str) else cell, dtype=np.float64)
        except (TypeError, ValueError):
            value = np.asarray(np.nan)
        if not np.isfinite(value).all():
            problems.append(_wrong_value(encoder.column, number, cell))
        elif numbers and value.shape != numbers[0].shape:
            problems.append(_other_shape(encoder.column, number, value.shape, numbers[0].shape))
        else:
            numbers.append(value)
    if len(numbers) != len(cells):
        return np.zeros(len(cells))
    array = np.stack(numbers)
    return array.astype(np.int64) if encoder.form in ("one-hot", "index") else array


def _codes(encoder: Fitted, labels: Sequence[Any], problems: list[Problem]) -> Array:
    classes = encoder.classes or ()
    places: dict[Any, int] = {str(label): place for place, label in enumerate(classes)}
    found = np.zeros(len(labels), dtype=np.int64)
    for number, label in enumerate(labels):
        place = places.get(str(label)) if isinstance(label, str | int | float) else None
        if place is None and isinstance(label, float) and label.is_integer():
            place = places.get(str(int(label)))
        if place is None:
            problems.append(_unknown_label(encoder.column, number, label, classes))
        else:
            found[number] = place
    return found


def _label(classes: Sequence[Any] | None, value: Any) -> Any:  # Any: a code or a cell
    if classes is None:
        return value
    return classes[value] if 0 <= value < len(classes) else None


def _unknown_columns(rows: Sequence[Row], columns: Mapping[str, Fitted]) -> list[Problem]:
    """Only where another is missing: a row may well hold the target and more."""
    if all(name in rows[0] for name in columns):
        return []
    return [
        _problem(
            "predict.column",
            f"Row 1 has a column `{str(name)[:60]}` that the run does not use; it uses "
            f"{', '.join(f'`{known}`' for known in columns)}.",
            "Is it misspelt?",
            f"rows.0.{str(name)[:60]}",
        )
        for name in list(rows[0])[:5]
        if name not in columns
    ]


def _missing(column: str, row: int) -> Problem:
    return _problem(
        "predict.column",
        f"Row {row + 1} has no column `{column}`, which the model needs.",
        f"Give each row a value for `{column}`.",
        f"rows.{row}.{column}",
    )


def _no_value(column: str, row: int) -> Problem:
    return _problem(
        "column.missing_values",
        f"Column `{column}` has no value in row {row + 1}.",
        f"Give each row a value for `{column}`.",
        f"rows.{row}.{column}",
    )


def _unknown_label(column: str, row: int, value: object, classes: Sequence[Any]) -> Problem:
    shown = ", ".join(f"`{label}`" for label in classes[:8]) + (", …" if len(classes) > 8 else "")
    return _problem(
        "label.unknown",
        f"Column `{column}` has {_shown(value)} in row {row + 1}; training knew {shown}.",
        "Give one of these, or train again with rows that have it.",
        f"rows.{row}.{column}",
    )


def _wrong_value(column: str, row: int, value: object) -> Problem:
    return _problem(
        "predict.value",
        f"Column `{column}` has {_shown(value)} in row {row + 1}; expected a finite number.",
        "Give a number there.",
        f"rows.{row}.{column}",
    )


def _other_shape(column: str, row: int, shape: tuple[int, ...], first: tuple[int, ...]) -> Problem:
    return _problem(
        "predict.value",
        f"Column `{column}` has a value of shape {shape} in row {row + 1}; the first row has {first}.",
        "Give values of one shape.",
        f"rows.{row}.{column}",
    )


def _other_kind(column: str, dataset: Dataset) -> Problem:
    return _problem(
        "column.kind",
        f"Column `{column}` of `{dataset.name}` holds words; in training it held numbers.",
        "Look for a cell that is no number.",
        f"dataset.{column}",
    )


def _shown(value: object) -> str:
    return "no value" if value is None or value == "" else f"`{str(value)[:60]}`"


def _problem(code: str, message: str, hint: str, field: str) -> Problem:
    return Problem(code=code, message=message, hint=hint, field=field)
