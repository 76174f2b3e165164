"""What worker processes do for calls: they import what reads files and what computes, so that this one need
not.
"""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel

from layerloom.data.dataset import Dataset
from layerloom.data.preview import Preview
from layerloom.data.statistics import Statistics
from layerloom.document import Document, Limits, Training
from layerloom.exchange.keras.limits import FileLimits
from layerloom.problems import Problem
from layerloom.runs.weights import KeptWeights
from layerloom.training.reports.report import Report

Split = Literal["train", "validation", "test", "all"]


def import_dataset(
    path: Path, name: str, folder: Path, most_bytes: int, most_rows: int, sha256: str
) -> Dataset:
    """The file becomes the original that the set keeps.

    Raises:
        ProblemError: `file.…`, with file, row and column; `store.full`.
    """
    from layerloom.data.upload import UploadLimits, import_file

    limits = UploadLimits(file_bytes=most_bytes, rows=most_rows)
    return import_file(path, name, folder, limits, sha256, may_move=True)


class ImportedModel(BaseModel):
    """What a file of a model gave; its weights are in the data folder."""

    document: dict[str, Any]  # Any: JSON
    problems: list[Problem]
    weights: KeptWeights | None


def import_model(
    file: Path, weights: Path | None, name: str | None, keep_in: Path, limits: Limits, file_limits: FileLimits
) -> ImportedModel:
    """
    Raises:
        ProblemError: `archive.…`, `h5.…`, `import.…`, `weights.…`, `document.…`: the file can't be read.
    """
    from layerloom.exchange.keras.loading import import_file, trained_model
    from layerloom.runs.weights import keep

    imported = import_file(file, weights, name=name, limits=limits, file_limits=file_limits)
    document, kept = imported.document, None
    if imported.weights:
        kept = keep(keep_in, imported.weights)
        training = document.training or Training(model=trained_model(document))
        training = Training.model_validate({**training.model_dump(), "weights": kept.id})
        document = document.model_copy(update={"training": training})
        document = Document.model_validate({**document.model_dump(), "training": training.model_dump()})
    return ImportedModel(
        document=document.model_dump(mode="json"), problems=list(imported.problems), weights=kept
    )


def keep_weights(file: Path, keep_in: Path, file_limits: FileLimits) -> KeptWeights:
    """
    Raises:
        ProblemError: `weights.broken`, `file.too_large`.
    """
    from layerloom.exchange.keras.loading import load_safetensors
    from layerloom.runs.weights import keep

    return keep(keep_in, load_safetensors(file, file_limits))


def first_rows(dataset: Dataset, folder: Path, limit: int, offset: int) -> Preview:
    """
    Raises:
        ProblemError: `dataset.unknown`.
    """
    from layerloom.data.preview import preview

    return preview(dataset, folder, limit, offset)


def media_cell(dataset: Dataset, folder: Path, column: str, row: int) -> bytes:
    """
    Raises:
        ProblemError: `column.unknown`, `cell.unknown`.
    """
    from layerloom.data.preview import cell

    return cell(dataset, folder, column, row)


def dataset_statistics(dataset: Dataset, folder: Path) -> Statistics:
    """
    Raises:
        ProblemError: `dataset.unknown`.
    """
    from layerloom.data.statistics import statistics

    return statistics(dataset, folder)


def remove_files(dataset_id: str, folder: Path) -> bool:
    """Whether there were any."""
    from layerloom.data.upload import remove

    return remove(dataset_id, folder)


def remove_leftovers(folder: Path, before: float) -> None:
    """What an import or a removal left behind when the server was killed before that time."""
    from layerloom.data.upload import sweep

    sweep(folder, before)


def evaluate_trained(
    artifacts: Path, datasets: Path, dataset: str | None, split: Split | None
) -> dict[str, float | None]:
    """
    Raises:
        ProblemError: the data set is not there or does not fit, or has no such part.
    """
    from layerloom.runs.evaluating import evaluate_run

    return evaluate_run(artifacts, datasets, dataset, split)


def report_trained(artifacts: Path, datasets: Path, dataset: str | None, split: Split | None) -> Report:
    """
    Raises:
        ProblemError: as `evaluate_trained`.
    """
    from layerloom.runs.evaluating import report_run

    return report_run(artifacts, datasets, dataset, split)


def predict_inputs(artifacts: Path, inputs: dict[str, list[Any]], nodes: list[str]) -> dict[str, Any]:
    """The answer as JSON. Any: numbers, or lists of them.

    Raises:
        ProblemError: `predict.input`, `node.unknown`.
    """
    from layerloom.runs import predicting

    return predicting.predict_inputs(artifacts, inputs, nodes)


def predict_raw(artifacts: Path, rows: list[dict[str, Any]], nodes: list[str]) -> dict[str, Any]:
    """The answer as JSON. Any: a cell of any kind.

    Raises:
        ProblemError: `predict.column`, `predict.value`, `label.unknown`, `node.unknown`.
    """
    from layerloom.runs import predicting

    return predicting.predict_raw(artifacts, rows, nodes)


def predict_dataset(
    artifacts: Path, datasets: Path, dataset: str, split: Split | None, limit: int, nodes: list[str]
) -> dict[str, Any]:
    """The answer as JSON. Any: numbers, or lists of them.

    Raises:
        ProblemError: the data set is not there, lacks a column, or has no such part; `node.unknown`.
    """
    from layerloom.runs import predicting

    return predicting.predict_dataset(artifacts, datasets, dataset, split, limit, nodes)


def predict_file(
    artifacts: Path,
    path: Path,
    name: str,
    scratch: Path,
    target: Path,
    form: Literal["csv", "json"],
    most_bytes: int,
    most_rows: int,
) -> int:
    """Writes `target`; gives the number of rows.

    Raises:
        ProblemError: `file.…` and what does not fit the run's columns, with row and column.
    """
    from layerloom.data.formats.source import UploadLimits
    from layerloom.runs import predicting_files

    limits = UploadLimits(file_bytes=most_bytes, rows=most_rows)
    return predicting_files.predict_file(artifacts, path, name, scratch, target, form, limits)
