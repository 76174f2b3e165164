"""Uploaded data sets on disk: a folder each, with the original file, an Arrow table and its description."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars

from layerloom.data.dataset import Dataset
from layerloom.data.datasets import METADATA_FILE, TABLE_FILE, find, is_built_in
from layerloom.data.table import Array, Table

ORIGINAL_FILE = "original"


def read_table(dataset: Dataset, path: Path, names: Sequence[str], rows: int | None = None) -> Table:
    """The named columns as numpy: categories as codes (-1 missing), numbers float64 with NaN, text as
    objects.
    """
    frame = polars.read_ipc(path, columns=list(names), n_rows=rows)
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

    What a killed import leaves behind bears a leading dot; `sweep` removes it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stage = folder / f".{dataset_id}.part"
    stage.mkdir(mode=0o700)
    try:
        yield stage
        for item in stage.iterdir():
            _flush(item)
        stage.rename(folder / dataset_id)
        _flush(folder)
    except BaseException:
        shutil.rmtree(stage, ignore_errors=True)
        raise


def write(stage: Path, dataset: Dataset, frame: polars.DataFrame) -> Dataset:
    """Table and description into a staged folder; gives the description with its size filled in."""
    frame.write_ipc(stage / TABLE_FILE)
    size = sum(item.stat().st_size for item in stage.iterdir())
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


def sweep(folder: Path) -> None:
    """Removes what an import or a removal that was killed left behind; called when the server starts."""
    for pattern in (".*.part", ".*.removed"):
        for left in folder.glob(pattern):
            shutil.rmtree(left, ignore_errors=True)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
