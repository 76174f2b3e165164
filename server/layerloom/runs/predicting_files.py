"""A file of rows in, a file of predictions out. Reads what a stranger gave, so in a child, with torch."""

import csv
import errno
import shutil
import time
from pathlib import Path
from typing import Literal

import orjson

from layerloom.data.dataset import Dataset
from layerloom.data.datasets import load
from layerloom.data.formats.source import UploadLimits
from layerloom.data.upload import disk_full, import_file
from layerloom.problems import Problem, ProblemError
from layerloom.runs import prediction_table
from layerloom.runs.predicting import answer, encoded_table, input_columns, predict_arrays
from layerloom.runs.trained import Trained, open_trained

FileForm = Literal["csv", "json"]
CHUNK_ROWS = 16_384
MOST_JSON_ROWS = 100_000
"""JSON is put together in memory; CSV is written as it comes."""


def predict_file(
    artifacts: Path, path: Path, name: str, scratch: Path, target: Path, form: FileForm, limits: UploadLimits
) -> int:
    """Predicts each row of the file at `path`, which its owner calls `name`, and writes `target`; the rows' number.

    The file is read as an upload is, below `scratch`, and nothing of it stays there.

    Raises:
        ProblemError: `file.…`, with row and column; what does not fit the run's columns; `file.too_many_rows`;
            `store.full`.
    """
    trained = open_trained(artifacts)
    columns = input_columns(trained)
    folder = scratch / "read"
    try:
        dataset = import_file(path, name, folder, limits)
        rows = dataset.rows or 0
        if form == "csv":
            _write_csv(trained, dataset, folder, columns, target)
        elif rows > MOST_JSON_ROWS:
            raise ProblemError(
                Problem(
                    code="file.too_many_rows",
                    message=f"`{name}` has {rows:,} rows; at most {MOST_JSON_ROWS:,} are answered as JSON.",
                    hint="Ask for CSV (leave the header `Accept` away), or send a part of it.",
                )
            )
        else:
            _write_json(trained, dataset, folder, columns, target)
        return rows
    except ProblemError as error:
        raise ProblemError(*(_of_file(problem, name) for problem in error.problems)) from None
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        raise disk_full(name) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _of_file(problem: Problem, name: str) -> Problem:
    """Names the file, where the problem does not."""
    if f"`{name}`" in problem.message:
        return problem
    return problem.model_copy(update={"message": f"`{name}`: {problem.message}"})


def _write_csv(trained: Trained, dataset: Dataset, folder: Path, columns: list[str], target: Path) -> None:
    rows = dataset.rows or 0
    step = rows if trained.gathers_rows else CHUNK_ROWS
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for start in range(0, rows, max(1, step)):
            arrays = encoded_table(trained, load(dataset.id, folder, columns, step, start), dataset, start)
            predicted = predict_arrays(trained, arrays, (), time.perf_counter())
            found = prediction_table.columns(predicted.outputs, trained.meanings)
            if start == 0:
                writer.writerow(found)
            writer.writerows(prediction_table.lines(found))


def _write_json(trained: Trained, dataset: Dataset, folder: Path, columns: list[str], target: Path) -> None:
    began = time.perf_counter()
    arrays = encoded_table(trained, load(dataset.id, folder, columns), dataset)
    target.write_bytes(orjson.dumps(answer(trained, predict_arrays(trained, arrays, (), began))))
