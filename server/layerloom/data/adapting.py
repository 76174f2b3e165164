"""Columns of another data set, as the encoders of a trained model know them: the same labels may have other codes."""

import numpy as np

from layerloom.data.dataset import Column, Dataset
from layerloom.data.datasets import unknown_column
from layerloom.data.encoders.base import Fitted
from layerloom.data.encoders.categories import UNKNOWN, Placed
from layerloom.data.encoders.tokenize import Vocabulary
from layerloom.data.table import Array, Table
from layerloom.problems import Problem, ProblemError


def adapted(item: Fitted, table: Table, dataset: Dataset | None, first: int = 0) -> Array:
    """The column that an encoder reads: category codes in the order of the encoder's classes, texts as texts.

    Raises:
        ProblemError: `column.unknown`, `column.kind`.
    """
    if dataset is None:
        return table[item.column]
    column = dataset.column(item.column)
    if column is None:
        raise ProblemError(unknown_column(item.column, dataset))
    values = table[item.column]
    if isinstance(item, Vocabulary):
        return _texts(values, column)
    if item.holds_codes:
        return _codes(values, column, item, first)
    if column.kind in ("category", "text") or (column.kind in ("image", "audio")) != (
        values.dtype.kind == "O"
    ):
        raise ProblemError(_other_kind(item, column))
    if item.kind in ("image", "audio") and column.kind != item.kind:
        raise ProblemError(_other_kind(item, column))
    return values


def _texts(values: Array, column: Column) -> Array:
    if column.kind == "text":
        return values
    known = column.classes or ()
    is_category = column.kind == "category"
    texts = [
        (str(known[value]) if value >= 0 else None) if is_category else str(value)
        for value in values.tolist()
    ]
    return np.array([*texts, None], dtype=object)[:-1]


def _codes(values: Array, column: Column, item: Fitted, first: int) -> Array:
    classes = item.classes or ()
    if column.kind == "category" and column.classes == item.classes:
        return values
    code = {str(label): place for place, label in enumerate(classes)}
    if column.kind == "category":
        known = [code.get(str(label), UNKNOWN) for label in column.classes or ()]
        codes = np.array([*known, -1], np.int64)[values]  # the last one stands for -1: missing
    elif column.kind in ("text", "integer", "number"):
        codes = np.array(
            [-1 if _is_absent(value) else code.get(_shown(value), UNKNOWN) for value in values.tolist()]
        )
    else:
        raise ProblemError(_other_kind(item, column))
    unknown = np.flatnonzero(codes == UNKNOWN)
    if len(unknown) and not (isinstance(item, Placed) and item.ignores_unknown):
        row = int(unknown[0])
        label = (column.classes or ())[values[row]] if column.kind == "category" else values[row]
        raise ProblemError(_unknown(item, label, first + row))
    return codes


def _unknown(item: Fitted, label: object, row: int) -> Problem:
    known = ", ".join(f"`{each}`" for each in (item.classes or ())[:8])
    more = ", …" if len(item.classes or ()) > 8 else ""
    return Problem(
        code="label.unknown",
        message=f"Column `{item.column}` has the value `{str(label)[:60]}` in row {row + 1}; the model knows "
        f"{known}{more}.",
        hint="Give one of these, or train with rows that have it, or with the encoder's `unknown` set to `ignore`.",
        field=f"rows.{row}.{item.column}",
    )


def _is_absent(value: object) -> bool:
    return value is None or value != value


def _shown(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _other_kind(item: Fitted, column: Column) -> Problem:
    return Problem(
        code="column.kind",
        message=f"Column `{item.column}` is of kind {column.kind} here; the model was trained on "
        f"{f'one of kind {item.kind}' if item.kind else 'numbers'}.",
        hint="Use a file whose columns are like those that the model was trained on.",
    )
