"""A document's data binding: checked against a description of the data, and bound to its rows.

`check` needs no rows and runs anywhere; `bind` needs the table and runs in a worker. No torch.
"""

from collections.abc import Mapping

from pydantic import JsonValue

from layerloom.data.arrangement import Arrangement, arrange
from layerloom.data.bound import BoundData
from layerloom.data.choice import Choice, parse
from layerloom.data.dataset import Dataset
from layerloom.data.datasets import unknown_column, unknown_dataset
from layerloom.data.encoding import EncoderState, fit
from layerloom.data.end import End
from layerloom.data.losses import family
from layerloom.data.table import Array, Table
from layerloom.data.values import as_input, as_target, value_problems
from layerloom.data.weights import bind_weights, check_weights, weight_columns
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
    `label.fraction`, `encoder.invalid`, `split.empty`, `weight.output`, `weight.column`.
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
    problems = [] if settings is None or dataset.rows is None else _split_problems(dataset.rows, settings)
    if dataset.id == GENERATED:
        return problems
    for end in _ends(binding, inputs, outputs, losses):
        arranged = _arranged(binding, dataset, end)
        problems += arranged.problems if isinstance(arranged, Arrangement) else arranged
    return problems + check_weights(binding, dataset, outputs)


def columns_of(binding: DataBinding, inputs: Specs, outputs: Specs) -> list[str]:
    """Names of the columns that these inputs and outputs need; what is not needed is not read."""
    names: list[str] = []
    for end in _ends(binding, inputs, outputs, {}):
        choice = parse(_value(binding, end), end.field)
        names += choice.columns if isinstance(choice, Choice) else ()
    names += weight_columns(binding, outputs)
    return list(dict.fromkeys(names))


def bind(
    binding: DataBinding,
    dataset: Dataset,
    table: Table,
    inputs: Specs,
    outputs: Specs,
    losses: Mapping[str, str],
    settings: Fit,
) -> BoundData:
    """Arrays for training: encoded, checked row by row, the last rows split off for validation (as Keras
    does).

    Inputs have the dtype of their spec. Targets are float32 of the output's rank, a scalar column `(rows,
    1)`; for sparse cross-entropy int64 without the last axis, `(rows,)` for an output `(batch, classes)`.

    Raises:
        ProblemError: all that `check` finds, and values that no description tells, such as `label.range`.
    """
    problems = check(binding, dataset, inputs, outputs, losses, settings)
    problems = problems or _split_problems(table.rows, settings)
    if errors(problems):
        raise ProblemError(*problems)
    training_rows = split(table.rows, settings)
    training = table.slice(0, training_rows)
    arrays: dict[str, Array] = {}
    targets: dict[str, Array] = {}
    encoders: dict[str, EncoderState] = {}
    for end in _ends(binding, inputs, outputs, losses):
        arranged = _arranged(binding, dataset, end)
        assert isinstance(arranged, Arrangement)  # check() found no problem
        state = fit(arranged.columns, arranged.forms, training, arranged.is_list)
        encoded = state.encode(table)
        problems += value_problems(encoded, end, arranged)
        encoders[end.id] = state
        if end.role == "input":
            arrays[end.id] = as_input(encoded, end)
        else:
            targets[end.id] = as_target(encoded, end)
    weights, unfit = bind_weights(binding, table, outputs)
    problems += unfit
    if errors(problems):
        raise ProblemError(*problems)
    return divided(BoundData(arrays, targets, sample_weight=weights, encoders=encoders), training_rows)


def split(rows: int, settings: Fit) -> int:
    """Rows to train with; those after them validate. Rounds down, as Keras does."""
    return int(rows * (1.0 - settings.validation_split))


def divided(data: BoundData, training_rows: int) -> BoundData:
    """The first rows for training and the others, if any, for validation."""
    if training_rows >= data.rows:
        return data
    return BoundData(
        inputs=_rows(data.inputs, slice(training_rows)),
        targets=_rows(data.targets, slice(training_rows)),
        validation=BoundData(
            inputs=_rows(data.inputs, slice(training_rows, None)),
            targets=_rows(data.targets, slice(training_rows, None)),
            sample_weight=data.sample_weight and _rows(data.sample_weight, slice(training_rows, None)),
        ),
        sample_weight=data.sample_weight and _rows(data.sample_weight, slice(training_rows)),
        encoders=data.encoders,
    )


def _rows(arrays: Mapping[str, Array], rows: slice) -> dict[str, Array]:
    return {name: array[rows] for name, array in arrays.items()}


def encode_inputs(encoders: Mapping[str, EncoderState], table: Table, inputs: Specs) -> dict[str, Array]:
    """Rows of a data set for `predict`, encoded with what was fitted when the model was trained."""
    return {
        name: as_input(encoders[name].encode(table), End(name, spec, "input"))
        for name, spec in inputs.items()
    }


def _split_problems(rows: int, settings: Fit) -> list[Problem]:
    training = split(rows, settings)
    if rows and training > 0 and (training < rows or settings.validation_split == 0):
        return []
    which = "no row to train with" if training == 0 else "no row to validate with"
    return [
        Problem(
            code="split.empty",
            message=f"A validation split of {settings.validation_split:g} of {rows} "
            f"row{'s' if rows != 1 else ''} leaves {which}.",
            hint="Change the validation split, or choose a larger data set.",
            field="training.fit.validation_split",
        )
    ]


def _ends(binding: DataBinding, inputs: Specs, outputs: Specs, losses: Mapping[str, str]) -> list[End]:
    """An output without a loss is only watched: it needs no target, but gets one that is bound."""
    taken = [End(name, spec, "input") for name, spec in inputs.items()]
    given = [
        End(name, spec, "target", family(losses.get(name)))
        for name, spec in outputs.items()
        if losses.get(name) or binding.targets.get(name)
    ]
    return taken + given


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
