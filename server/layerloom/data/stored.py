"""Uploaded data sets on disk: a folder each, with the original file, a file for each column and a description."""

import contextlib
import os
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import polars

from layerloom.data.column_files import open_numbers, read_bytes
from layerloom.data.dataset import Column, Dataset
from layerloom.data.datasets import COLUMNS_FOLDER, METADATA_FILE, TABLE_FILE, find, is_built_in
from layerloom.data.formats.source import stem
from layerloom.data.table import Array, Table

ORIGINAL_FILE = "original"
_FLUSHED_AT_ONCE = 16
"""The disk writes many files down in about the time of one."""


def columns_folder(folder: Path) -> Path:
    return folder / COLUMNS_FOLDER


def read_table(
    dataset: Dataset, folder: Path, names: Sequence[str], rows: int | None = None, offset: int = 0
) -> Table:
    """The named columns as numpy, `rows` of them (all that follow where None) from row `offset` on.

    Categories are codes (int64, -1 missing), numbers float64 with NaN, times int64 microseconds (the least int64
    where missing), tensors have their own dtype: all of these are maps of files, of which only what is looked at
    is read, and changes to them are never written. Text and encoded media are arrays of objects (`str` or
    `bytes`, None where missing), and really read: ask for ranges of rows.
    """
    start = min(max(0, offset), dataset.rows or 0)
    stop = dataset.rows or 0 if rows is None else min(dataset.rows or 0, start + max(0, rows))
    if (folder / TABLE_FILE).exists():
        return _read_single_table(dataset, folder / TABLE_FILE, names, start, stop)
    places = {column.name: place for place, column in enumerate(dataset.columns)}
    return Table(
        {
            name: _read_column(
                dataset.columns[places[name]], folder / COLUMNS_FOLDER, places[name], start, stop
            )
            for name in dict.fromkeys(names)
        }
    )


def read_values(column: Column, folder: Path, place: int, start: int, stop: int) -> list[Any]:
    """What the file said, as Python has it (None where missing), of a column whose file lies in `folder`."""
    values = _read_column(column, folder, place, start, stop).tolist()
    if column.kind == "category":
        classes = column.classes or ()
        return [classes[code] if code >= 0 else None for code in values]
    return list(values)


def _read_column(column: Column, folder: Path, place: int, start: int, stop: int) -> Array:
    if column.kind in ("text", "image", "audio"):
        values = read_bytes(folder / f"{stem(place)}.arrow", start, stop)
        objects = np.empty(len(values), dtype=object)
        objects[:] = values.to_pylist()
        return objects
    return open_numbers(folder / f"{stem(place)}.npy")[start:stop]


def _read_single_table(dataset: Dataset, path: Path, names: Sequence[str], start: int, stop: int) -> Table:
    """Sets of version 0.1, whose columns lie in one Arrow file."""
    frame = polars.read_ipc(path, columns=list(names), n_rows=stop).slice(start)
    return Table({name: _to_numpy(frame[name], dataset) for name in names})


def _to_numpy(series: polars.Series, dataset: Dataset) -> Array:
    column = dataset.column(series.name)
    assert column is not None
    if column.kind == "category":
        return series.fill_null(-1).to_numpy().astype("int64")
    if column.kind == "text":
        return series.to_numpy()
    if column.missing:
        return series.cast(polars.Float64).fill_null(float("nan")).to_numpy()
    return series.to_numpy()


@contextmanager
def staged(folder: Path, dataset_id: str) -> Iterator[Path]:
    """A folder to write into that appears under the set's id only when all is written, or vanishes.

    What a killed import leaves behind bears a leading dot; `sweep` removes it. Two imports of one file at one time
    have a folder each, and the one that is ready first stays.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stage = folder / f".{dataset_id}.{os.getpid()}.part"
    stage.mkdir(mode=0o700)
    try:
        yield stage
        with ThreadPoolExecutor(_FLUSHED_AT_ONCE) as pool:
            list(pool.map(_flush, stage.rglob("*")))
        try:
            stage.rename(folder / dataset_id)
        except OSError:
            if find(dataset_id, folder) is None:
                raise
            shutil.rmtree(stage, ignore_errors=True)
        _flush(folder)
    except BaseException:
        shutil.rmtree(stage, ignore_errors=True)
        raise


def write(stage: Path, dataset: Dataset) -> Dataset:
    """The description into a staged folder that holds all else; gives it with its size filled in."""
    size = sum(item.stat().st_size for item in stage.rglob("*") if item.is_file())
    described = dataset.model_copy(update={"size_bytes": size})
    (stage / METADATA_FILE).write_bytes(described.model_dump_json(indent=2).encode())
    return described


def remove(dataset_id: str, folder: Path) -> bool:
    """Deletes an uploaded set with its files; False if there is none. Built-in sets stay."""
    if is_built_in(dataset_id) or find(dataset_id, folder) is None:
        return False
    doomed = folder / f".{dataset_id}.removed"
    (folder / dataset_id).rename(doomed)
    shutil.rmtree(doomed, ignore_errors=True)
    return True


def sweep(folder: Path, before: float | None = None) -> None:
    """Removes what an import or a removal that was killed left behind; called when the server starts.

    `before`: nothing that was written to since that time (seconds since 1970), for it may be at work still.
    """
    for pattern in (".*.part", ".*.removed"):
        for left in folder.glob(pattern):
            if before is None or _last_written(left) < before:
                shutil.rmtree(left, ignore_errors=True)


def _last_written(folder: Path) -> float:
    times = [folder.stat().st_mtime]
    for item in folder.rglob("*"):
        with contextlib.suppress(OSError):
            times.append(item.stat().st_mtime)
    return max(times)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
