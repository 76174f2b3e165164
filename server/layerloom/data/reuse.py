"""New rows for a trained model: encoded with what was fitted when it was trained, never fitted anew."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from layerloom.data.assembling import assembled
from layerloom.data.bound import BoundData
from layerloom.data.dataset import Dataset
from layerloom.data.encoding import EncoderState
from layerloom.data.end import End, Sizes, matches, shown
from layerloom.data.filling import fill
from layerloom.data.losses import family
from layerloom.data.raw import table_of
from layerloom.data.samples import windowing
from layerloom.data.source import Source
from layerloom.data.split import Parts
from layerloom.data.streams import stream_of
from layerloom.data.table import Array, Table
from layerloom.data.values import as_input
from layerloom.problems import Problem, ProblemError
from layerloom.tensors import TensorSpec

Specs = Mapping[str, TensorSpec]


def encode_inputs(
    encoders: Mapping[str, EncoderState],
    table: Table,
    inputs: Specs,
    dataset: Dataset | None = None,
    first: int = 0,
) -> dict[str, Array]:
    """Rows of a table for `predict`. Of time windows there is one for each row that ends one.

    `dataset` describes the table where it is another data set than the model was trained on, `first` is the number
    of the table's first row in it.

    Raises:
        ProblemError: `label.unknown`, `column.missing_values`, `column.kind`, … with row, column and Input.
    """
    arrays: dict[str, Array] = {}
    problems: list[Problem] = []
    for name, spec in inputs.items():
        end = End(name, spec, "input")
        try:
            encoded = encoders[name].encode(table, first, dataset)
            wanted = end.wanted[1:] if encoders[name].window else end.wanted
            if matches(encoded.shape[1:], wanted):
                arrays[name] = as_input(encoded, end)
            else:
                problems.append(_other_shape(encoders[name], encoded.shape[1:], wanted, end))
        except ProblemError as error:
            problems += [problem.at(node=name) for problem in error.problems]
    if problems:
        raise ProblemError(*problems)
    how = windowing({name: encoders[name] for name in inputs})
    if how is None:
        return arrays
    if table.rows < how.length:
        raise ProblemError(
            Problem(
                code="predict.rows",
                message=f"There are {table.rows} rows; a window needs {how.length}.",
                hint="Give as many rows as a window has, the oldest first.",
                field="rows",
            )
        )
    return how.inputs(arrays)


def _other_shape(state: EncoderState, shape: Sizes, wanted: Sizes, end: End) -> Problem:
    names = ", ".join(f"`{item.column}`" for item in state.columns[:6])
    return Problem(
        code="predict.value",
        message=f"Column {names} gives {shown(shape)} a row; {end.title} takes {shown(wanted)}.",
        hint="Give values of the shape that the model was trained on.",
        node=end.id,
        field=f"rows.0.{state.columns[0].column}",
    )


def encode_rows(
    encoders: Mapping[str, EncoderState], rows: Sequence[Mapping[str, Any]], inputs: Specs
) -> dict[str, Array]:
    """Raw rows, `[{"age": 41, "city": "Oslo"}]`, for `predict`. Any: JSON values; images and sound may be bytes.

    Raises:
        ProblemError: `predict.column`, `predict.value`, `label.unknown`, `column.missing_values`, each naming row
            and column.
    """
    needed = {item.column: item for name in inputs for item in encoders[name].columns}
    return encode_inputs(encoders, table_of(list(needed.values()), rows), inputs)


def columns_of_ends(encoders: Mapping[str, EncoderState], names: Sequence[str]) -> list[str]:
    """Names of the columns that these Inputs and Outputs need, each once."""
    return list(dict.fromkeys(item.column for name in names for item in encoders[name].columns))


def encode_dataset(
    encoders: Mapping[str, EncoderState],
    dataset: Dataset,
    source: Source,
    inputs: Specs,
    outputs: Specs,
    losses: Mapping[str, str],
    parts: Parts | None = None,
    scratch: Path | None = None,
) -> BoundData:
    """Inputs and targets of another data set, for `evaluate`: targets of the outputs that have an encoder.

    Without `parts` all rows are in the training part.

    Raises:
        ProblemError: a column is missing or of another kind; all that is wrong with the rows.
    """
    ends = [End(name, spec, "input") for name, spec in inputs.items()]
    ends += [
        End(name, spec, "target", family(losses.get(name)))
        for name, spec in outputs.items()
        if name in encoders
    ]
    parts = parts or Parts(slice(0, source.rows), slice(0, 0), slice(0, 0))
    streams = [stream_of(end, encoders[end.id], dataset) for end in ends]
    return assembled(fill(source, parts, streams, scratch), parts, encoders)
