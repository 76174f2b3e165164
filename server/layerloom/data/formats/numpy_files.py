"""NPY and NPZ: each array a column, its first axis the row. Pickles are never read."""

import tokenize
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import IO

import numpy as np
import pyarrow as pa
from numpy.lib import format as npy

from layerloom.data.dataset import Column
from layerloom.data.formats import archive
from layerloom.data.formats.source import Contents, Format, Source, stem
from layerloom.data.table import Array
from layerloom.data.values_column import ValuesColumn

_MAGIC = b"\x93NUMPY"
_BATCH_BYTES = 4 * 1024 * 1024


def read_array(source: Source, folder: Path) -> Contents:
    """
    Raises:
        ProblemError: `file.broken`, `file.pickle`, `file.no_rows`, `file.column_type`.
    """
    with source.path.open("rb") as file:
        name = PurePosixPath(source.name).stem or "values"
        source.check_names([name])
        column, rows = _column(source, folder, 0, name, file)
    source.check_any(rows)
    return Contents(rows, (column,), suffix=".npy")


def read_archive(source: Source, folder: Path) -> Contents:
    """
    Raises:
        ProblemError: as `read_array`, `file.ragged_arrays`, and `archive.…`.
    """
    columns: list[Column] = []
    counts: dict[str, int] = {}
    with archive.opened(source) as opened:
        names = {name: PurePosixPath(name).name.removesuffix(".npy") for name in opened.members}
        source.check_names(list(names.values()))
        for place, (member, name) in enumerate(names.items()):
            with ExitStack() as stack:
                file = stack.enter_context(opened.opened_member(member))
                try:
                    column, counts[name] = _column(source, folder, place, name, file)
                except (zipfile.BadZipFile, zlib.error) as error:
                    raise opened.broken_member(member, error) from None
            columns.append(column)
    first = next(iter(counts))
    for name, rows in counts.items():
        if rows != counts[first]:
            raise source.refused(
                "file.ragged_arrays",
                f"array `{name}` has {rows:,} rows, and `{first}` has {counts[first]:,}.",
                "The first axis is the row: all arrays must be of one length along it.",
                column=name,
            )
    source.check_any(counts[first])
    return Contents(counts[first], tuple(columns), suffix=".npz")


def _column(source: Source, folder: Path, place: int, name: str, file: IO[bytes]) -> tuple[Column, int]:
    column, rows = ValuesColumn(source, folder, stem(place), name), 0
    for values in _batches(source, name, file):
        rows += len(values)
        if values.ndim > 1:
            column.append_array(values)
        else:
            column.append(pa.array(values))
    return column.finish(), rows


def _batches(source: Source, name: str, file: IO[bytes]) -> Iterator[Array]:
    """Rows of an NPY stream, a few MiB at a time."""
    try:
        version = npy.read_magic(file)
        read_header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, is_fortran, dtype = read_header(file, max_header_size=10_000)
    except (ValueError, EOFError, SyntaxError, tokenize.TokenError) as error:
        raise source.broken(f"a NumPy file (array `{name}`)", error) from None
    if dtype.hasobject:
        raise source.refused(
            "file.pickle",
            f"array `{name}` holds Python objects, which are pickled; a pickle runs code when it is read.",
            "Save it with a number or text type: `array.astype(float)` or `array.astype(str)`.",
            column=name,
        )
    if dtype.kind not in "biufSUMm" or dtype.names:
        raise source.refused(
            "file.column_type",
            f"array `{name}` is of type {dtype}; numbers, times and texts are taken.",
            "Give each of its parts an array of its own.",
            column=name,
        )
    if not shape or (is_fortran and len(shape) > 1):
        what = "has no axis" if not shape else "is stored column by column"
        raise source.refused(
            "file.column_type",
            f"array `{name}` {what}; its first axis must be the row.",
            "Save `numpy.ascontiguousarray(array)`." if shape else "Leave it out.",
            column=name,
        )
    source.check_rows(shape[0])
    row_bytes = dtype.itemsize * int(np.prod(shape[1:], dtype=np.int64))
    source.check_unpacked(row_bytes * shape[0])
    step = max(1, _BATCH_BYTES // max(1, row_bytes))
    for start in range(0, shape[0], step):
        count = min(step, shape[0] - start)
        content = _exactly(source, name, file, count * row_bytes, start)
        values = np.frombuffer(content, dtype).reshape(count, *shape[1:])
        yield _plain(values)


def _plain(values: Array) -> Array:
    """In the machine's byte order; texts as text, times in microseconds, halves and truths as numbers."""
    kind = values.dtype.kind
    if kind == "S":
        return np.char.decode(values, "utf-8", "replace").astype(object)
    if kind == "U":
        return values.astype(object)
    if kind == "M":
        return values.astype("datetime64[us]")
    if kind == "m":
        return values.astype("timedelta64[us]").astype(np.int64)
    if kind == "b":
        return values.astype(np.uint8)
    wanted = (
        np.dtype(np.float32) if values.dtype.itemsize == 2 and kind == "f" else values.dtype.newbyteorder("=")
    )
    return values.astype(wanted if values.dtype.itemsize <= 8 else np.float64, copy=False)


def _exactly(source: Source, name: str, file: IO[bytes], size: int, row: int) -> bytes:
    content = bytearray()
    while len(content) < size:
        block = file.read(size - len(content))
        if not block:
            raise source.broken(f"a NumPy file (array `{name}`)", f"it ends after row {row:,}")
        content += block
    return bytes(content)


def _is_archive(start: bytes, path: Path) -> bool:
    if not start.startswith(archive.START):
        return False
    names = archive.names_in(path) or []
    return bool(names) and all(name.endswith(".npy") for name in names)


ARRAY = Format("npy", "NumPy array", (".npy",), lambda start, path: start.startswith(_MAGIC), read_array)
ARCHIVE = Format("npz", "NumPy arrays", (".npz",), _is_archive, read_archive)
FORMATS = (ARRAY, ARCHIVE)
