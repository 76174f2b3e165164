"""The first rows of a data set, as JSON for the page: categories by name, images and tensors as nested
lists.
"""

from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, JsonValue

from layerloom.data.dataset import Column, Dataset
from layerloom.data.datasets import load
from layerloom.data.table import Array

_MOST_ROWS = 200
_MOST_NUMBERS = 1_024
_MOST_CHARACTERS = 500


class Preview(BaseModel):
    """`rows[i][j]` is row i of column j: a number, text, None where missing, or nested lists for a tensor.

    Of a tensor with more than 1,024 numbers a row only the shape is given: `{"shape": [224, 224, 3]}`.
    """

    model_config = ConfigDict(frozen=True)

    columns: tuple[Column, ...]
    rows: list[list[JsonValue]]


def preview(dataset: Dataset, folder: Path, limit: int = 20) -> Preview:
    """The first `limit` rows (at most 200). Runs in a worker.

    Raises:
        ProblemError: `dataset.unknown`.
    """
    count = max(0, min(limit, _MOST_ROWS, dataset.rows or 0))
    if not dataset.columns:
        return Preview(columns=(), rows=[])
    table = load(dataset.id, folder, rows=count)
    shown = [_shown(table[column.name], column) for column in dataset.columns]
    return Preview(columns=dataset.columns, rows=[list(row) for row in zip(*shown, strict=True)])


def _shown(values: Array, column: Column) -> list[JsonValue]:
    if column.kind == "category":
        classes = column.classes or ()
        return [classes[code] if code >= 0 else None for code in values.tolist()]
    if column.kind == "text":
        return [None if value is None else str(value)[:_MOST_CHARACTERS] for value in values.tolist()]
    if column.kind == "tensor":
        if int(np.prod(column.shape)) > _MOST_NUMBERS:
            return [{"shape": list(column.shape)} for _ in values]
        rounded: list[JsonValue] = np.round(values.astype(np.float64), 4).tolist()
        return rounded if values.dtype.kind == "f" else values.tolist()
    if values.dtype.kind == "f":
        return [_number(value) for value in values.astype(np.float64).tolist()]
    return list(values.tolist())


def _number(value: float) -> float | None:
    """Short to read, and JSON: NaN stands for a missing value."""
    return float(f"{value:.6g}") if np.isfinite(value) else None
