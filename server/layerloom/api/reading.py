"""What worker processes do for calls: they import what reads files and what computes, so that this one need
not.
"""

from pathlib import Path
from typing import Any

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


def evaluate_trained(artifacts: Path, datasets: Path, dataset: str | None) -> dict[str, float | None]:
    """
    Raises:
        ProblemError: the data set is not there, or does not fit.
    """
    from layerloom.runs.trained import evaluate_run

    return evaluate_run(artifacts, datasets, dataset)


def predict_given_rows(artifacts: Path, inputs: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Any: numbers, or lists of them.

    Raises:
        ProblemError: `predict.input`.
    """
    from layerloom.runs.trained import predict_rows

    return predict_rows(artifacts, inputs)


def predict_rows_of_dataset(
    artifacts: Path, datasets: Path, dataset: str, limit: int
) -> dict[str, list[Any]]:
    """Any: numbers, or lists of them.

    Raises:
        ProblemError: the data set is not there, or lacks a column.
    """
    from layerloom.runs.trained import predict_dataset

    return predict_dataset(artifacts, datasets, dataset, limit)
