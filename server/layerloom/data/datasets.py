"""All data sets: those built in, found by a scan of `built_in/`, and those uploaded into a folder."""

import importlib
import pkgutil
import re
import shutil
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from layerloom.data.dataset import BuiltIn, Column, Dataset
from layerloom.data.table import Table
from layerloom.problems import Problem, ProblemError

_ID = re.compile(r"^[a-z0-9][a-z0-9-]{0,63}$")
_HASH_CHARACTERS = 32
_ORDER = (
    "digit-pairs",
    "digits",
    "digit-sequences",
    "headlines",
    "iris",
    "wine",
    "breast-cancer",
    "diabetes",
)

METADATA_FILE = "dataset.json"
COLUMNS_FOLDER = "columns"
TABLE_FILE = "table.arrow"
"""All columns, in sets of version 0.1."""


@cache
def _scan() -> Mapping[str, BuiltIn]:
    package = importlib.import_module("layerloom.data.built_in")
    found: dict[str, BuiltIn] = {}
    for module in pkgutil.iter_modules(package.__path__):
        for item in importlib.import_module(f"{package.__name__}.{module.name}").DATASETS:
            found[item.dataset.id] = item
    rank = {dataset_id: place for place, dataset_id in enumerate(_ORDER)}
    return dict(sorted(found.items(), key=lambda pair: (rank.get(pair[0], len(rank)), pair[0])))


def built_in() -> list[Dataset]:
    """Descriptions of the sets that come with the program; reads no rows and imports no scikit-learn."""
    return [item.dataset for item in _scan().values()]


def find(dataset_id: str, folder: Path | None = None) -> Dataset | None:
    """The description of a built-in set, or of one that was uploaded into `folder`."""
    if dataset_id in _scan():
        return _scan()[dataset_id].dataset
    if folder is None or not _ID.match(dataset_id):
        return None
    path = folder / dataset_id / METADATA_FILE
    if not path.is_file():
        return None
    return Dataset.model_validate_json(path.read_bytes())


def load(
    dataset_id: str,
    folder: Path | None = None,
    columns: Sequence[str] | None = None,
    rows: int | None = None,
    offset: int = 0,
) -> Table:
    """All rows of a set or `rows` of them from row `offset` on, all columns or those named. Runs in a worker
    (scikit-learn). How the columns of an upload are read is told at `stored.read_table`.

    Raises:
        ProblemError: `dataset.unknown`, or `column.unknown` for a column that the set doesn't have.
    """
    dataset = find(dataset_id, folder)
    if dataset is None:
        raise ProblemError(unknown_dataset(dataset_id))
    wanted = [column.name for column in dataset.columns] if columns is None else list(dict.fromkeys(columns))
    for name in wanted:
        if dataset.column(name) is None:
            raise ProblemError(unknown_column(name, dataset))
    if dataset_id in _scan():
        loaded = _scan()[dataset_id].load()
        stop = None if rows is None else offset + rows
        return Table({name: loaded[name][offset:stop] for name in wanted})
    from layerloom.data.stored import read_table  # polars, only where an uploaded set is read

    assert folder is not None  # find() found it there
    return read_table(dataset, folder / dataset_id, wanted, rows, offset)


def uploaded(folder: Path) -> list[str]:
    """Ids of the sets that lie in `folder`."""
    if not folder.is_dir():
        return []
    return sorted(
        path.name for path in folder.iterdir() if (path / METADATA_FILE).is_file() and path.name[0] != "."
    )


def remove_unfinished(dataset_id: str, folder: Path) -> None:
    """What an import that was ended in the middle has left. Its process may still be on its way out, so this looks
    again for a moment.
    """
    for _ in range(20):
        left = list(folder.glob(f".{dataset_id}.*.part"))
        for stage in left:
            shutil.rmtree(stage, ignore_errors=True)
        if not left:
            return
        time.sleep(0.05)


def id_of(sha256: str) -> str:
    """The id of an upload, by the content of its file: the same file is the same set however often it comes."""
    return f"upload-{sha256[:_HASH_CHARACTERS]}"


def is_built_in(dataset_id: str) -> bool:
    return dataset_id in _scan()


def unknown_dataset(dataset_id: str) -> Problem:
    known = ", ".join(f"`{item.id}`" for item in built_in())
    return Problem(
        code="dataset.unknown",
        message=f"There is no data set `{dataset_id[:100]}`; built in are {known}.",
        hint="Choose a data set in the training panel, or upload the file again.",
        field="training.data.dataset",
    )


def unknown_column(name: str, dataset: Dataset) -> Problem:
    from difflib import get_close_matches

    names = [column.name for column in dataset.columns]
    shown = ", ".join(f"`{item}`" for item in names[:20]) + (", …" if len(names) > 20 else "")
    near = get_close_matches(name, names, n=1, cutoff=0.5)
    return Problem(
        code="column.unknown",
        message=f"Data set `{dataset.name}` has no column `{name[:100]}`; its columns are {shown}.",
        hint=f"Did you mean `{near[0]}`?" if near else "Choose one of its columns.",
    )


__all__ = [
    "COLUMNS_FOLDER", "METADATA_FILE", "TABLE_FILE", "Column", "Dataset", "built_in", "find", "id_of",
    "is_built_in", "load", "remove_unfinished", "unknown_column", "unknown_dataset", "uploaded",
]  # fmt: skip
