"""Rows of raw values for the model of a run: `[{"age": 41, "city": "Oslo"}]`, encoded as the run has learned to."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

from layerloom.data.encoding import EncoderState
from layerloom.data.end import End
from layerloom.data.losses import family
from layerloom.data.raw import Row, table_of
from layerloom.data.reuse import encode_rows
from layerloom.data.samples import windowing
from layerloom.data.values import as_target
from layerloom.document import Training
from layerloom.library.arrays import Array
from layerloom.problems import Problem, ProblemError
from layerloom.runs.meaning import meaning
from layerloom.runs.preparation import losses_of
from layerloom.tensors import TensorSpec
from layerloom.training.recipe import recipe

Encoders = Mapping[str, EncoderState]
Specs = Mapping[str, TensorSpec]


def are_raw(given: Any) -> TypeGuard[Sequence[Row]]:  # Any: whatever `predict` is given
    """Whether this is a list of dicts by column."""
    return isinstance(given, list | tuple) and bool(given) and isinstance(given[0], Mapping)


def inputs_of(encoders: Encoders, rows: Sequence[Row], specs: Specs) -> dict[str, Array]:
    """By input name.

    Raises:
        ProblemError: `data.no_encoders`; `predict.…`, `label.unknown`, `column.missing_values` with row and column.
    """
    _refuse_without(encoders, specs, "input")
    return encode_rows(encoders, rows, specs)


def targets_of(encoders: Encoders, rows: Sequence[Row], specs: Specs, training: Training) -> dict[str, Array]:
    """By name of the outputs that have a loss, from the columns that they were trained on.

    Raises:
        ProblemError: as `inputs_of`.
    """
    losses = losses_of(training)
    wanted = {name: spec for name, spec in specs.items() if name in losses}
    _refuse_without(encoders, wanted, "output")
    if windowing(encoders) is not None:
        raise ProblemError(
            Problem(
                code="data.windows",
                message="The targets of time windows lie in later rows; raw rows do not tell which.",
                hint="Evaluate the run on a data set, with `layerloom evaluate` or on a server.",
            )
        )
    items = {item.column: item for name in wanted for item in encoders[name].columns}
    table = table_of(list(items.values()), rows)
    return {
        name: as_target(encoders[name].encode(table), End(name, spec, "target", family(losses[name])))
        for name, spec in wanted.items()
    }


def decoded(
    encoders: Encoders, outputs: Mapping[str, Array], specs: Specs, training: Training
) -> dict[str, list[Any]]:  # Any: labels or numbers
    """Names of classes, and numbers in the unit of their column; as they are where nothing is known of an output."""
    recipes = recipe(training).outputs
    return {
        name: meaning(
            specs[name], recipes[name].loss if name in recipes else None, encoders.get(name)
        ).decoded(array)
        for name, array in outputs.items()
    }


def _refuse_without(encoders: Encoders, specs: Specs, noun: str) -> None:
    missing = [name for name in specs if name not in encoders]
    if missing:
        raise ProblemError(
            Problem(
                code="data.no_encoders",
                message=f"It is not known how columns become the {noun} `{missing[0]}`: no run bound any to it.",
                hint="Give arrays by name, or load the folder of a run.",
                node=missing[0],
            )
        )
