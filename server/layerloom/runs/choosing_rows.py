"""Which rows an evaluation, a report or a prediction is made on: a part of the run's data set, or of another."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from layerloom.data.binding import encode_inputs
from layerloom.data.bound import BoundData
from layerloom.data.datasets import find as find_dataset
from layerloom.data.datasets import load, unknown_dataset
from layerloom.data.end import End
from layerloom.data.loading import bind_dataset
from layerloom.data.losses import family
from layerloom.data.table import Array
from layerloom.data.values import as_target
from layerloom.problems import Problem, ProblemError
from layerloom.runs.preparation import losses_of
from layerloom.runs.raw_rows import columns_of, translated
from layerloom.runs.trained import Trained

Split = Literal["train", "validation", "test", "all"]


@dataclass(frozen=True)
class ChosenRows:
    """Encoded rows, and the number in the data set of each, from 0."""

    data: BoundData
    rows: Array


def choose(trained: Trained, datasets: Path, dataset: str | None, split: Split | None) -> ChosenRows:
    """The rows of a part. By default all of a data set that is named; of the run's own, where none is, those that it
    kept for validation, or all where it kept none.

    Raises:
        ProblemError: the data set is not there or does not fit; `split.empty`, where there is no such part.
    """
    binding = trained.training.data
    split = split or (None if dataset is None else "all")
    is_own = dataset is None or binding is None or dataset == binding.dataset or not trained.encoders
    if is_own:
        return _part(_bound(trained, datasets, None), split, or_all=split is None)
    assert dataset is not None
    encoded = _encoded(trained, datasets, dataset)
    if split == "all":
        return ChosenRows(encoded, np.arange(encoded.rows))
    chosen = _part(_bound(trained, datasets, dataset), split, or_all=False)
    return ChosenRows(_taken(encoded, chosen.rows), chosen.rows)


def _bound(trained: Trained, datasets: Path, dataset: str | None) -> BoundData:
    planned, training = trained.plan, trained.training
    binding = training.data
    if dataset is not None and binding is not None:
        binding = binding.model_copy(update={"dataset": dataset})
    return bind_dataset(binding, datasets, planned.inputs, planned.outputs, losses_of(training), training.fit)


def _part(bound: BoundData, split: Split | None, *, or_all: bool) -> ChosenRows:
    first = bound.rows
    parts: dict[str, tuple[BoundData, Array]] = {"train": (bound, np.arange(first))}
    if bound.validation is not None:
        parts["validation"] = (bound.validation, first + np.arange(bound.validation.rows))
    wanted = split or "validation"
    if wanted == "all" or (or_all and wanted not in parts):
        found = list(parts.values())
        return ChosenRows(_joined([data for data, _ in found]), np.concatenate([rows for _, rows in found]))
    if wanted not in parts:
        raise ProblemError(
            Problem(
                code="split.empty",
                message=f"The data set has no rows for `{wanted}`; it has some for {', '.join(parts)}.",
                hint="Choose another part, or split the data set in the training panel before training.",
                field="split",
            )
        )
    return ChosenRows(*parts[wanted])


def _encoded(trained: Trained, datasets: Path, dataset: str) -> BoundData:
    """All rows, with the encoders of the run: those of the other set would be fitted to the wrong rows."""
    planned, losses = trained.plan, losses_of(trained.training)
    described = find_dataset(dataset, datasets)
    if described is None:
        raise ProblemError(unknown_dataset(dataset))
    columns = columns_of(trained.encoders, tuple(trained.encoders))
    table = translated(load(dataset, datasets, list(columns)), described, columns)
    targets = {
        name: as_target(
            trained.encoders[name].encode(table), End(name, spec, "target", family(losses.get(name)))
        )
        for name, spec in planned.outputs.items()
        if name in trained.encoders
    }
    return BoundData(encode_inputs(trained.encoders, table, planned.inputs), targets)


def _joined(parts: list[BoundData]) -> BoundData:
    if len(parts) == 1:
        return parts[0]
    weights = [part.sample_weight for part in parts]
    return BoundData(
        {name: np.concatenate([part.inputs[name] for part in parts]) for name in parts[0].inputs},
        {name: np.concatenate([part.targets[name] for part in parts]) for name in parts[0].targets},
        sample_weight=None
        if weights[0] is None
        else {
            name: np.concatenate([each[name] for each in weights if each is not None]) for name in weights[0]
        },
    )


def _taken(data: BoundData, rows: Array) -> BoundData:
    return BoundData(
        {name: array[rows] for name, array in data.inputs.items()},
        {name: array[rows] for name, array in data.targets.items()},
    )
