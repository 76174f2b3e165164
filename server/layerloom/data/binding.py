"""A document's data binding: checked against a description of the data, and bound to its rows.

`check` needs no rows and runs anywhere; `bind` needs the rows and runs in a worker. No torch.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from pydantic import JsonValue

from layerloom.data.arrangement import Arrangement, arrange
from layerloom.data.assembling import assembled
from layerloom.data.bound import BoundData
from layerloom.data.choice import Choice, parse
from layerloom.data.dataset import Dataset
from layerloom.data.datasets import unknown_column, unknown_dataset
from layerloom.data.encoders.window import Window
from layerloom.data.encoding import EncoderState, fit
from layerloom.data.end import End
from layerloom.data.filling import Stream, chunks_of_rows, fill
from layerloom.data.losses import family
from layerloom.data.reuse import encode_inputs
from layerloom.data.source import Held, Source
from layerloom.data.split import check_split, divide, split, split_columns
from layerloom.data.streams import stream_of, weight_streams
from layerloom.data.table import Array, Table
from layerloom.data.weights import check_weights, weight_columns
from layerloom.document import DataBinding, Fit
from layerloom.problems import Problem, ProblemError, errors
from layerloom.tensors import TensorSpec

Specs = Mapping[str, TensorSpec]
GENERATED = "generated"


def check(
    binding: DataBinding | None,
    dataset: Dataset | None,
    inputs: Specs,
    outputs: Specs,
    losses: Mapping[str, str],
    settings: Fit | None = None,
) -> list[Problem]:
    """Everything that the description of the data tells is wrong. `losses`: loss type by Output id.

    Codes: `data.missing`, `data.unbound`, `data.invalid`, `dataset.unknown`, `column.unknown`,
    `column.shape`, `column.kind`, `column.missing_values`, `label.outside`, `label.not_binary`,
    `label.fraction`, `encoder.invalid`, `split.empty`, `split.column`, `weight.output`, `weight.column`.
    """
    if binding is None or not binding.dataset:
        return [
            Problem(
                code="data.missing",
                message="No data set is chosen.",
                hint="Choose one in the training panel; `Made to measure` fits any model.",
                field="training.data.dataset",
            )
        ]
    if dataset is None:
        return [unknown_dataset(binding.dataset)]
    if dataset.id == GENERATED:
        return (
            []
            if settings is None
            else check_split(binding.model_copy(update={"split": None}), dataset, settings)
        )
    problems = [] if settings is None else check_split(binding, dataset, settings)
    windows: dict[End, Window] = {}
    for end in _ends(binding, inputs, outputs, losses):
        arranged = _arranged(binding, dataset, end)
        if not isinstance(arranged, Arrangement):
            problems += arranged
            continue
        problems += arranged.problems
        if arranged.encoders and isinstance(arranged.encoders[0], Window):
            windows[end] = arranged.encoders[0]
    problems += _window_problems(binding, windows)
    return problems + check_weights(binding, dataset, outputs)


def columns_of(binding: DataBinding, inputs: Specs, outputs: Specs) -> list[str]:
    """Names of the columns that these inputs and outputs need; what is not needed is not read."""
    names: list[str] = []
    for end in _ends(binding, inputs, outputs, {}):
        choice = parse(_value(binding, end), end.field)
        names += choice.columns if isinstance(choice, Choice) else ()
    names += weight_columns(binding, outputs)
    names += split_columns(binding)
    return list(dict.fromkeys(names))


def bind(
    binding: DataBinding,
    dataset: Dataset,
    rows: Table | Source,
    inputs: Specs,
    outputs: Specs,
    losses: Mapping[str, str],
    settings: Fit,
    scratch: Path | None = None,
) -> BoundData:
    """Arrays for training: encoded, checked row by row, and divided into training, validation and test.

    Inputs have the dtype of their spec. Targets are float32 of the output's rank, a scalar column `(rows,
    1)`; for sparse cross-entropy int64 without the last axis, `(rows,)` for an output `(batch, classes)`.
    Encoders are fitted on the training rows. Encoded rows beyond 256 MiB lie in nameless files below `scratch`.

    Raises:
        ProblemError: all that `check` finds, and values that no description tells, such as `label.range`.
    """
    source = Held(rows) if isinstance(rows, Table) else rows
    problems = check(binding, dataset, inputs, outputs, losses, settings)
    if errors(problems):
        raise ProblemError(*problems)
    parts = divide(binding, dataset, source, settings)
    states: dict[str, EncoderState] = {}
    streams: list[Stream] = []
    for end in _ends(binding, inputs, outputs, losses):
        arranged = _arranged(binding, dataset, end)
        assert isinstance(arranged, Arrangement)  # check() found no problem
        state = fit(
            arranged.columns,
            arranged.encoders,
            lambda column: chunks_of_rows(source, parts.training, column),
            end,
            arranged.is_list,
        )
        states[end.id] = state
        streams.append(stream_of(end, state))
    streams += weight_streams(binding, outputs)
    return assembled(fill(source, parts, streams, scratch), parts, states)


def divided(data: BoundData, training_rows: int) -> BoundData:
    """The first rows for training and the others, if any, for validation."""
    if training_rows >= data.rows:
        return data
    first, others = slice(training_rows), slice(training_rows, None)
    return replace(
        data,
        inputs=_rows(data.inputs, first),
        targets=_rows(data.targets, first),
        validation=BoundData(
            _rows(data.inputs, others),
            _rows(data.targets, others),
            numbers=np.arange(training_rows, data.rows),
        ),
        numbers=np.arange(training_rows),
    )


def _rows(arrays: Mapping[str, Array], rows: slice) -> dict[str, Array]:
    return {name: array[rows] for name, array in arrays.items()}


def _ends(binding: DataBinding, inputs: Specs, outputs: Specs, losses: Mapping[str, str]) -> Iterator[End]:
    """An output without a loss is only watched: it needs no target, but gets one that is bound."""
    for name, spec in inputs.items():
        yield End(name, spec, "input")
    for name, spec in outputs.items():
        if losses.get(name) or binding.targets.get(name):
            yield End(name, spec, "target", family(losses.get(name)))


def _value(binding: DataBinding, end: End) -> JsonValue:
    return (binding.inputs if end.role == "input" else binding.targets).get(end.id, "")


def _arranged(binding: DataBinding, dataset: Dataset, end: End) -> Arrangement | list[Problem]:
    choice = parse(_value(binding, end), end.field)
    if isinstance(choice, Problem):
        return [choice.at(node=end.id)]
    columns = []
    unknown: list[Problem] = []
    for name in choice.columns:
        column = dataset.column(name)
        if column is None:
            place = {"field": end.field, "node": end.id}
            unknown.append(unknown_column(name, dataset).model_copy(update=place))
        else:
            columns.append(column)
    return unknown or arrange(choice, columns, end)


def _window_problems(binding: DataBinding, windows: Mapping[End, Window]) -> Iterator[Problem]:
    """Windows that do not go together, or that have no order of time to stand in."""
    if not windows:
        return
    chosen = binding.split
    if chosen is not None and chosen.by not in ("order", "time"):
        yield Problem(
            code="encoder.invalid",
            message=f"Time windows need rows that follow each other; the split draws them by {chosen.by}.",
            hint="Split by order or by time.",
            field="training.data.split.by",
        )
    (first_end, first), *others = windows.items()
    for end, window in others:
        if (window.horizon, window.stride) != (first.horizon, first.stride):
            yield end.problem(
                "encoder.invalid",
                f"{end.title} has windows with horizon {window.horizon} and stride {window.stride}, {first_end.title} "
                f"with {first.horizon} and {first.stride}; they need the same ones.",
                "Only `length` may differ between the Inputs of a model.",
            )


__all__ = [
    "GENERATED", "bind", "check", "columns_of", "divided", "encode_inputs", "split",
]  # fmt: skip
