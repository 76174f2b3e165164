"""What worker processes do for data set calls: they import what reads files, so that this one need not."""

from pathlib import Path

from layerloom.data.dataset import Dataset
from layerloom.data.preview import Preview


def import_csv(path: Path, name: str, folder: Path, most_bytes: int) -> Dataset:
    """
    Raises:
        ProblemError: `file.…`, with file, row and column.
    """
    from layerloom.data.csv_file import UploadLimits
    from layerloom.data.upload import read_csv

    return read_csv(path, name, folder, UploadLimits(file_bytes=most_bytes))


def first_rows(dataset: Dataset, folder: Path, limit: int) -> Preview:
    """
    Raises:
        ProblemError: `dataset.unknown`.
    """
    from layerloom.data.preview import preview

    return preview(dataset, folder, limit)


def remove_files(dataset_id: str, folder: Path) -> bool:
    """Whether there were any."""
    from layerloom.data.upload import remove

    return remove(dataset_id, folder)


def remove_leftovers(folder: Path) -> None:
    """What an import or a removal left behind when the server was killed."""
    from layerloom.data.upload import sweep

    sweep(folder)
