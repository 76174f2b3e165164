"""What a run's model says of rows: raw ones, encoded ones, or those of a data set. With torch, so in a child."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from layerloom.data.dataset import Dataset
from layerloom.data.datasets import find as find_dataset
from layerloom.data.datasets import load, unknown_dataset
from layerloom.data.raw import Row
from layerloom.data.reuse import columns_of_ends, encode_inputs, encode_rows
from layerloom.data.table import Array, Table
from layerloom.graph.inner import compute, places
from layerloom.problems import Problem, ProblemError
from layerloom.runs.choosing_rows import Split, choose
from layerloom.runs.given_rows import given_arrays
from layerloom.runs.trained import Trained, open_trained
from layerloom.training.batches import Batches, input_tensors
from layerloom.training.lasting import refuse_other_batches
from layerloom.training.reports.listed import listed

Rows = list[Any]  # Any: numbers, or lists of them to any depth


@dataclass(frozen=True)
class Predicted:
    """Arrays by Output id and by name of an inner node; `milliseconds` from encoded or raw rows to these."""

    outputs: dict[str, Array]
    nodes: dict[str, Array]
    milliseconds: float


def predict_inputs(artifacts: Path, inputs: dict[str, Rows], nodes: list[str]) -> dict[str, Any]:
    """The answer of the API for rows by input, as they go into the model. Any: JSON.

    Raises:
        ProblemError: `predict.input`, for rows that an input can't take; `node.unknown`.
    """
    trained = open_trained(artifacts)
    began = time.perf_counter()
    arrays = given_arrays(trained.plan.inputs, inputs)
    return answer(trained, predict_arrays(trained, arrays, nodes, began))


def predict_raw(artifacts: Path, rows: list[dict[str, Any]], nodes: list[str]) -> dict[str, Any]:
    """The answer for raw values by column. Any: JSON.

    Raises:
        ProblemError: `predict.column`, `predict.value`, `label.unknown`, with row and column; `node.unknown`.
    """
    trained = open_trained(artifacts)
    began = time.perf_counter()
    return answer(trained, predict_arrays(trained, encoded(trained, rows), nodes, began))


def predict_dataset(
    artifacts: Path, datasets: Path, dataset: str, split: Split | None, limit: int, nodes: list[str]
) -> dict[str, Any]:
    """The answer for the first rows of a data set, or of a part of it. Any: JSON.

    Raises:
        ProblemError: the data set is not there, lacks a column, or has no such part; `node.unknown`.
    """
    trained = open_trained(artifacts)
    if trained.encoders and split in (None, "all"):
        arrays = inputs_of(trained, datasets, dataset, limit)
    else:
        arrays = choose(trained, datasets, dataset, split or "all").data.inputs
    few = {name: array[:limit] for name, array in arrays.items()}
    return answer(trained, predict_arrays(trained, few, nodes, time.perf_counter()))


def inputs_of(trained: Trained, datasets: Path, dataset: str, limit: int | None) -> dict[str, Array]:
    """The first rows of a data set by input, encoded as in training; it needs no columns of targets.

    Raises:
        ProblemError: as `predict_dataset`.
    """
    described = find_dataset(dataset, datasets)
    if described is None:
        raise ProblemError(unknown_dataset(dataset))
    return encoded_table(trained, load(dataset, datasets, input_columns(trained), limit), described)


def encoded(trained: Trained, rows: Sequence[Row]) -> dict[str, Array]:
    """Raw rows by input, encoded as in training.

    Raises:
        ProblemError: as `predict_raw`; `predict.rows` where the run's rows were generated and have no columns.
    """
    input_columns(trained)
    return encode_rows(trained.encoders, rows, trained.plan.inputs)


def encoded_table(trained: Trained, table: Table, dataset: Dataset, first: int = 0) -> dict[str, Array]:
    """Rows of a data set by input, encoded as in training. `first`: the number of the table's first row.

    Raises:
        ProblemError: a column is of another kind, or has a value that can't be encoded.
    """
    return encode_inputs(trained.encoders, table, trained.plan.inputs, dataset, first)


def input_columns(trained: Trained) -> list[str]:
    """Names of the columns that the inputs need.

    Raises:
        ProblemError: `predict.rows`, where the run's rows were generated and have no columns.
    """
    missing = [name for name in trained.plan.inputs if name not in trained.encoders]
    if missing:
        raise ProblemError(
            Problem(
                code="predict.rows",
                message=f"Input `{missing[0]}` was not bound to columns, so raw rows can't be encoded for it.",
                hint='Give rows by input: `{"inputs": {"' + missing[0] + '": [[…]]}}`.',
                field="rows",
            )
        )
    return columns_of_ends(trained.encoders, tuple(trained.plan.inputs))


def predict_arrays(
    trained: Trained, arrays: Mapping[str, Array], nodes: Sequence[str], began: float
) -> Predicted:
    """In batches of the run's size, in inference mode.

    Raises:
        ProblemError: `node.unknown`.
    """
    model = trained.model
    wanted = places(trained.plan, nodes)
    batches = Batches(input_tensors(model.input_names, arrays))
    size = trained.training.fit.batch_size
    refuse_other_batches(model, batches.rows, size)
    outputs: list[tuple[torch.Tensor, ...]] = []
    inner: list[dict[str, torch.Tensor]] = []
    with torch.inference_mode():
        for batch in batches.epoch(size):
            if wanted:
                given, seen = compute(model, wanted, batch.inputs)
                inner.append(seen)
            else:
                given = model.forward(*batch.inputs)
            outputs.append(given)
    joined = [_numbers(parts) for parts in zip(*outputs, strict=True)]
    seen_arrays = {name: _numbers([part[name] for part in inner]) for name in wanted}
    milliseconds = (time.perf_counter() - began) * 1000
    return Predicted(dict(zip(model.output_names, joined, strict=True)), seen_arrays, milliseconds)


def answer(trained: Trained, predicted: Predicted) -> dict[str, Any]:
    """As the API gives it. Any: JSON."""
    meanings = {name: trained.meanings[name] for name in predicted.outputs}
    return {
        "outputs": {name: listed(array) for name, array in predicted.outputs.items()},
        "labels": {name: meant.labels for name, meant in meanings.items() if meant.labels is not None},
        "decoded": {
            name: meant.decoded(predicted.outputs[name])
            for name, meant in meanings.items()
            if meant.kind != "other" and meant.encoder is not None
        },
        "nodes": {name: listed(array) for name, array in predicted.nodes.items()},
        "milliseconds": round(predicted.milliseconds, 3),
    }


def _numbers(parts: Sequence[torch.Tensor]) -> Array:
    """In float32 what has half its precision, for numpy knows no bfloat16."""
    whole = torch.cat(list(parts))
    return (whole.float() if whole.is_floating_point() else whole).numpy()
