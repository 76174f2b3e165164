"""Rows as people write them, `{"age": 41, "city": "Oslo"}`, into a table that encoders read."""

import base64
import binascii
import io
import wave
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from layerloom.data.encoders.audio import Sound
from layerloom.data.encoders.base import NOT_A_TIME, Fitted
from layerloom.data.encoders.categories import UNKNOWN, Placed
from layerloom.data.encoders.image import Pixels
from layerloom.data.encoders.tokenize import Vocabulary
from layerloom.data.table import Array, Table
from layerloom.problems import Problem, ProblemError

Row = Mapping[str, Any]  # Any: JSON; images and sound may be bytes
_MOST_PROBLEMS = 20


def table_of(items: Sequence[Fitted], rows: Sequence[Row]) -> Table:
    """One column for each encoder.

    Raises:
        ProblemError: `predict.rows`, `predict.column`, `predict.value`, `label.unknown`, `column.missing_values`.
    """
    if not rows:
        raise ProblemError(
            Problem(
                code="predict.rows",
                message="There are no rows.",
                hint='Give at least one, such as {"age": 41}.',
                field="rows",
            )
        )
    problems: list[Problem] = []
    columns: dict[str, Array] = {}
    for item in items:
        cells: list[Any] = []
        for number, row in enumerate(rows):
            try:
                cells.append(_cell(item, row, number))
            except ProblemError as error:
                problems += error.problems
                cells.append(None)
        if not problems:
            columns[item.column] = _array(item, cells)
    if problems:
        raise ProblemError(*problems[:_MOST_PROBLEMS])
    return Table(columns)


def _cell(item: Fitted, row: Row, number: int) -> Any:  # Any: what the kind of column holds
    if item.column not in row:
        known = ", ".join(f"`{name}`" for name in list(row)[:8]) or "nothing"
        raise _refused(
            "predict.column", item, number,
            f"Row {number + 1} has no column `{item.column}`; it has {known}.",
            "Give every column that the model's Inputs were bound to.",
        )  # fmt: skip
    value = row[item.column]
    if value is None or value == "":
        return _missing(item, number)
    if item.holds_codes and not isinstance(item, Vocabulary):
        return _code(item, value, number)
    for kind, read in _READERS:
        if isinstance(item, kind):
            return _read(read, item, value, number)
    return _read(_moment if item.kind == "time" else _number, item, value, number)


def _missing(item: Fitted, number: int) -> Any:  # Any: as `_cell`
    if isinstance(item, Vocabulary):
        return None
    if getattr(item, "fill", None) is None:
        raise _refused(
            "column.missing_values", item, number, f"Column `{item.column}` has no value in row {number + 1}.",
            "Give one: the model was trained without missing values.",
        )  # fmt: skip
    if item.holds_codes:
        return -1
    return NOT_A_TIME if item.kind == "time" else float("nan")


def _code(item: Fitted, value: Any, number: int) -> int:  # Any: JSON
    classes = item.classes or ()
    for place, label in enumerate(classes):
        if label == value or str(label) == str(value):
            return place
    if isinstance(item, Placed) and item.ignores_unknown:
        return UNKNOWN
    shown = ", ".join(f"`{label}`" for label in classes[:8]) + (", …" if len(classes) > 8 else "")
    raise _refused(
        "label.unknown", item, number,
        f"Column `{item.column}` has the value `{str(value)[:60]}` in row {number + 1}; the model knows {shown}.",
        "Choose one of them, or train with the encoder's `unknown` set to `ignore`.",
    )  # fmt: skip


def _read(read: Callable[[Any, Any], Any], item: Fitted, value: Any, number: int) -> Any:  # Any: JSON
    try:
        return read(item, value)
    except (TypeError, ValueError, OverflowError, binascii.Error):
        shown = str(value) if len(str(value)) <= 60 else str(value)[:57] + "..."
        what = _WHAT.get(item.kind, "a number")
        raise _refused(
            "predict.value", item, number,
            f"Column `{item.column}` has the value `{shown}` in row {number + 1}; expected {what}.",
            "Write it as the data set has it.",
        ) from None  # fmt: skip


def _number(_: Fitted, value: Any) -> Any:  # Any: a number, or lists of them
    array = np.asarray(value, dtype=np.float64)
    if not np.isfinite(array).all():
        raise ValueError("not finite")
    return float(array) if array.ndim == 0 else array


def _moment(_: Fitted, value: Any) -> int:  # Any: ISO 8601, or microseconds since 1970
    if isinstance(value, int | float):
        return int(value)
    moment = datetime.fromisoformat(str(value))
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _text(_: Fitted, value: Any) -> str:  # Any: JSON
    if isinstance(value, list | dict):
        raise TypeError("not a text")
    return str(value)


def _image(_: Fitted, value: Any) -> bytes:  # Any: bytes, base64, or rows of pixels 0 to 255
    if not isinstance(value, list):
        return _encoded(value)
    from PIL import Image as pillow  # noqa: N813  only where images are read

    array = np.asarray(value, dtype=np.float64)
    if array.ndim == 3 and array.shape[-1] == 1:
        array = array[..., 0]
    if array.ndim not in (2, 3) or not ((array >= 0) & (array <= 255)).all():
        raise ValueError("not pixels")
    file = io.BytesIO()
    pillow.fromarray(array.round().astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


def _sound(item: Sound, value: Any) -> bytes:  # Any: bytes, base64, or samples from -1 to 1
    if not isinstance(value, list):
        return _encoded(value)
    samples = np.clip(np.asarray(value, dtype=np.float64).reshape(-1), -1, 1 - 2.0**-31)
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setparams((1, 4, item.sample_rate or 16_000, len(samples), "NONE", ""))
        written.writeframes((samples * 2.0**31).astype("<i4").tobytes())
    return file.getvalue()


def _encoded(value: Any) -> bytes:  # Any: bytes, or base64 with or without `data:image/png;base64,`
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str):
        raise TypeError("not a file")
    return base64.b64decode(value.rpartition(",")[2], validate=True)


_READERS: tuple[tuple[type[Fitted], Callable[[Any, Any], Any]], ...] = (
    (Vocabulary, _text), (Pixels, _image), (Sound, _sound),
)  # fmt: skip
_WHAT = {
    "text": "a text",
    "image": "an image: base64 of a PNG or JPEG file, or rows of pixels from 0 to 255",
    "audio": "sound: base64 of a WAV file, or samples from -1 to 1",
    "time": "a time such as 2026-01-31T12:00:00",
    "tensor": "numbers of one shape",
}


def _array(item: Fitted, cells: list[Any]) -> Array:  # Any: as `_cell`
    if isinstance(item, Vocabulary | Pixels | Sound):
        return np.array([*cells, None], dtype=object)[:-1]
    if item.holds_codes or item.kind == "time":
        return np.array(cells, np.int64)
    shapes = {np.shape(cell) for cell in cells}
    if len(shapes) > 1:
        row = next(place for place, cell in enumerate(cells) if np.shape(cell) != np.shape(cells[0]))
        raise _refused(
            "predict.value", item, row,
            f"Column `{item.column}` has shape {np.shape(cells[row])} in row {row + 1} and {np.shape(cells[0])} in "
            "row 1.",
            "Give all rows one shape.",
        )  # fmt: skip
    return np.asarray(cells, np.float64)


def _refused(code: str, item: Fitted, number: int, message: str, hint: str) -> ProblemError:
    return ProblemError(Problem(code=code, message=message, hint=hint, field=f"rows.{number}.{item.column}"))
