"""Rows of a data set as JSON for the page: categories by name, times as text, images and tensors as nested lists,
encoded media as addresses; and one such medium for a browser.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from pydantic import BaseModel, ConfigDict, JsonValue

from layerloom.data.dataset import Column, Dataset
from layerloom.data.datasets import load, unknown_column
from layerloom.data.table import Array
from layerloom.problems import Problem, ProblemError

_MOST_ROWS = 200
_MOST_NUMBERS = 1_024
_MOST_CHARACTERS = 500


class Preview(BaseModel):
    """`rows[i][j]` is row offset + i of column j: a number, text, None where missing, or nested lists for a tensor.
    A time is text (RFC 3339, UTC).

    Of a tensor with more than 1,024 numbers a row only the shape is given: `{"shape": [224, 224, 3]}`. An image or a
    sound is `{"media": "image", "url": "/api/datasets/…/cells/image/0", "shape": [28, 28, 1]}`.
    """

    model_config = ConfigDict(frozen=True)

    columns: tuple[Column, ...]
    rows: list[list[JsonValue]]


def preview(dataset: Dataset, folder: Path, limit: int = 20, offset: int = 0) -> Preview:
    """`limit` rows (at most 200) from row `offset` on. Runs in a worker.

    Raises:
        ProblemError: `dataset.unknown`.
    """
    count = max(0, min(limit, _MOST_ROWS, (dataset.rows or 0) - offset))
    if not dataset.columns or not count:
        return Preview(columns=dataset.columns, rows=[])
    table = load(dataset.id, folder, rows=count, offset=offset)
    shown = [
        _media(dataset.id, column, table[column.name], offset)
        if column.kind in ("image", "audio")
        else _shown(table[column.name], column)
        for column in dataset.columns
    ]
    return Preview(columns=dataset.columns, rows=[list(row) for row in zip(*shown, strict=True)])


def cell(dataset: Dataset, folder: Path, name: str, row: int) -> bytes:
    """The image (as PNG) or the sound (as WAV) in a row, counted from 0. Runs in a worker.

    Raises:
        ProblemError: `column.unknown`, `cell.unknown` where there is no such row or nothing to see or hear in it.
    """
    from layerloom.data.media import as_png

    column = dataset.column(name)
    if column is None:
        raise ProblemError(unknown_column(name, dataset))
    is_here = column.kind in ("image", "audio") and 0 <= row < (dataset.rows or 0)
    content = load(dataset.id, folder, [name], rows=1, offset=row)[name][0] if is_here else None
    if content is None:
        raise ProblemError(
            Problem(
                code="cell.unknown",
                message=f"Row {row} of column `{name}` holds no image and no sound.",
                hint="Rows count from 0; the preview shows which columns hold images or sounds.",
            )
        )
    return as_png(content) if column.kind == "image" else bytes(content)


def time_text(microseconds: int) -> str | None:
    """RFC 3339, as short as it can be; None for a missing time."""
    moment = np.datetime64(int(microseconds), "us")
    if np.isnat(moment):
        return None
    text = str(moment).removesuffix(".000000")
    return text.removesuffix("T00:00:00") if text.endswith("T00:00:00") else f"{text}Z"


def _media(dataset_id: str, column: Column, values: Array, offset: int) -> list[JsonValue]:
    path = f"/api/datasets/{quote(dataset_id)}/cells/{quote(column.name, safe='')}"
    return [
        None
        if content is None
        else {
            "media": column.kind,
            "url": f"{path}/{offset + place}",
            "shape": list(column.shape or _shape(column, content)),
        }
        for place, content in enumerate(values)
    ]


def _shape(column: Column, content: bytes) -> Sequence[int]:
    from layerloom.data.media import decode_sound, image_shape

    return image_shape(content, 50_000_000) if column.kind == "image" else decode_sound(content).samples.shape


def _shown(values: Array, column: Column) -> list[JsonValue]:
    if column.kind == "category":
        classes = column.classes or ()
        return [classes[code] if code >= 0 else None for code in values.tolist()]
    if column.kind == "text":
        return [None if value is None else str(value)[:_MOST_CHARACTERS] for value in values.tolist()]
    if column.kind == "time":
        return [time_text(value) for value in values.tolist()]
    if column.kind == "tensor":
        if int(np.prod(column.shape)) > _MOST_NUMBERS:
            return [{"shape": list(column.shape)} for _ in values]
        rounded: list[JsonValue] = np.round(values.astype(np.float64), 4).tolist()
        return rounded if values.dtype.kind == "f" else values.tolist()
    if values.dtype.kind == "f":
        is_whole = column.kind == "integer"
        return [_number(value, is_whole) for value in values.astype(np.float64).tolist()]
    return list(values.tolist())


def _number(value: float, is_whole: bool) -> Any:  # Any: a number or None
    """Short to read, and JSON: NaN stands for a missing value."""
    if not np.isfinite(value):
        return None
    return int(value) if is_whole else float(f"{value:.6g}")
