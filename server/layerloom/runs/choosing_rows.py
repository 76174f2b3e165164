"""Which rows an evaluation, a report or a prediction is made on: a part of the run's data set, or of another."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from layerloom.data.bound import BoundData
from layerloom.data.datasets import find as find_dataset
from layerloom.data.datasets import unknown_dataset
from layerloom.data.loading import bind_dataset
from layerloom.data.reuse import columns_of_ends, encode_dataset
from layerloom.data.source import open_source
from layerloom.data.split import check_split, divide, split_columns
from layerloom.data.table import Array
from layerloom.document import DataBinding
from layerloom.problems import ProblemError, errors
from layerloom.runs.preparation import losses_of
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
    binding, training = trained.training.data, trained.training
    split = split or (None if dataset is None else "all")
    if dataset is None or binding is None or dataset == binding.dataset or not trained.encoders:
        planned = trained.plan
        bound = bind_dataset(
            binding, datasets, planned.inputs, planned.outputs, losses_of(training), training.fit, datasets
        )
        split = split or ("all" if bound.validation is None else "validation")
    else:
        bound = _encoded(trained, datasets, binding.model_copy(update={"dataset": dataset}), split or "all")
    part = bound.rows_of(split or "all")
    return ChosenRows(part, np.arange(part.rows) if part.numbers is None else part.numbers)


def _encoded(trained: Trained, datasets: Path, binding: DataBinding, split: Split) -> BoundData:
    """The rows of another data set with the encoders of the run: its own would be fitted to the wrong rows."""
    described = find_dataset(binding.dataset, datasets)
    if described is None:
        raise ProblemError(unknown_dataset(binding.dataset))
    planned, fit = trained.plan, trained.training.fit
    columns = columns_of_ends(trained.encoders, tuple(trained.encoders))
    parts = None
    if split != "all":
        if problems := errors(check_split(binding, described, fit)):
            raise ProblemError(*problems)
        columns = list(dict.fromkeys([*columns, *split_columns(binding)]))
    source = open_source(described, datasets, columns)
    if split != "all":
        parts = divide(binding, described, source, fit)
    losses = losses_of(trained.training)
    return encode_dataset(
        trained.encoders, described, source, planned.inputs, planned.outputs, losses, parts, datasets
    )
