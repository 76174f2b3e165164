"""What a run has learned, used: losses and metrics on a data set, outputs for rows. Called in a child, with
torch.

A run's artifacts are all that is needed: its document, its weights, and how its columns were encoded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from safetensors.numpy import load_file

from layerloom.data.binding import encode_inputs
from layerloom.data.bound import BoundData
from layerloom.data.datasets import find as find_dataset
from layerloom.data.datasets import load, unknown_dataset
from layerloom.data.encoding import EncoderState
from layerloom.data.end import End
from layerloom.data.loading import bind_dataset
from layerloom.data.losses import family
from layerloom.data.table import Array
from layerloom.data.values import as_target
from layerloom.document import Limits, Training
from layerloom.graph.build import BuiltModel, build
from layerloom.graph.infer import infer
from layerloom.graph.plan import Plan, plan
from layerloom.graph.resolve import resolve
from layerloom.problems import Problem, ProblemError
from layerloom.runs.preparation import losses_of
from layerloom.tensors import TensorSpec
from layerloom.training.evaluation import evaluate, predict
from layerloom.versions import load_document

Rows = list[Any]  # Any: numbers, or lists of them to any depth

_NO_LIMITS = Limits(
    document_bytes=2**40,
    nodes=2**31,
    edges=2**31,
    models=2**31,
    model_depth=64,
    expanded_nodes=2**31,
    weights=2**60,
)
"""What has trained has passed the limits that the server had then."""


@dataclass(frozen=True)
class Trained:
    """A run's model with its weights, and what is needed to feed it."""

    training: Training
    plan: Plan
    model: BuiltModel
    encoders: Mapping[str, EncoderState]


def evaluate_run(artifacts: Path, datasets: Path, dataset: str | None) -> dict[str, float | None]:
    """Losses and metrics under Keras' keys. Without a data set: on the rows that the run kept for validation,
    or on all of its own where it kept none.

    Raises:
        ProblemError: the data set is not there, or does not fit.
    """
    trained = open_trained(artifacts)
    return evaluate(trained.model, _evaluated_rows(trained, datasets, dataset), trained.training)


def predict_rows(artifacts: Path, inputs: dict[str, Rows]) -> dict[str, Rows]:
    """Outputs by name for rows by input, as they go into the model.

    Raises:
        ProblemError: `predict.input`, for rows that an input can't take.
    """
    trained = open_trained(artifacts)
    specs = trained.plan.inputs
    problems = [
        Problem(
            code="predict.input",
            message=f"There is no input `{name[:64]}`; the inputs are {', '.join(specs)}.",
            hint="Leave it out.",
            field=f"inputs.{name[:64]}",
        )
        for name in inputs
        if name not in specs
    ]
    arrays: dict[str, Array] = {}
    for name, spec in specs.items():
        read = _array(name, spec, inputs.get(name))
        if isinstance(read, Problem):
            problems.append(read)
        else:
            arrays[name] = read
    counts = {name: len(array) for name, array in arrays.items()}
    if not problems and len(set(counts.values())) > 1:
        shown = ", ".join(f"{name}: {count}" for name, count in counts.items())
        problems.append(
            Problem(
                code="predict.input",
                message=f"The inputs have different numbers of rows: {shown}.",
                hint="Give each input a row for each row of the others.",
                field="inputs",
            )
        )
    if problems:
        raise ProblemError(*problems)
    return _predicted(trained, arrays)


def predict_dataset(artifacts: Path, datasets: Path, dataset: str, limit: int) -> dict[str, Rows]:
    """Outputs by name for the first rows of a data set, encoded as when the model was trained.

    Raises:
        ProblemError: the data set is not there, or lacks a column.
    """
    trained = open_trained(artifacts)
    if not trained.encoders:
        data = _own_rows(trained, datasets)
        return _predicted(trained, {name: array[:limit] for name, array in data.inputs.items()})
    if find_dataset(dataset, datasets) is None:
        raise ProblemError(unknown_dataset(dataset))
    table = load(dataset, datasets, _columns(trained, tuple(trained.plan.inputs))).slice(0, limit)
    return _predicted(trained, encode_inputs(trained.encoders, table, trained.plan.inputs))


def open_trained(artifacts: Path) -> Trained:
    """The model as the run left it."""
    document = load_document((artifacts / "document.json").read_bytes(), _NO_LIMITS)
    training = document.training
    assert training is not None, "a run's document says how it trains"
    planned = plan(
        infer(resolve(document, _NO_LIMITS)), training.model, training.inputs, sorted(training.outputs)
    )
    model = build(planned, seed=0)
    model.set_weights(load_file(artifacts / "weights.safetensors"))
    states = orjson.loads((artifacts / "encoders.json").read_bytes())
    encoders = {name: EncoderState.model_validate(state) for name, state in states.items()}
    return Trained(training, planned, model, encoders)


def _evaluated_rows(trained: Trained, datasets: Path, dataset: str | None) -> BoundData:
    binding = trained.training.data
    if dataset is None or binding is None or not trained.encoders:
        data = _own_rows(trained, datasets)
        return data.validation if data.validation is not None else data
    planned, losses = trained.plan, losses_of(trained.training)
    other = binding.model_copy(update={"dataset": dataset})
    # Finds everything that does not fit; its own encoders would be fitted to the wrong rows.
    bind_dataset(other, datasets, planned.inputs, planned.outputs, losses, trained.training.fit)
    table = load(dataset, datasets, _columns(trained, tuple(trained.encoders)))
    targets = {
        name: as_target(
            trained.encoders[name].encode(table), End(name, spec, "target", family(losses.get(name)))
        )
        for name, spec in planned.outputs.items()
        if name in trained.encoders
    }
    return BoundData(encode_inputs(trained.encoders, table, planned.inputs), targets)


def _own_rows(trained: Trained, datasets: Path) -> BoundData:
    planned, training = trained.plan, trained.training
    return bind_dataset(
        training.data, datasets, planned.inputs, planned.outputs, losses_of(training), training.fit
    )


def _columns(trained: Trained, names: tuple[str, ...]) -> list[str]:
    columns = [item.column for name in names for item in trained.encoders[name].columns]
    return list(dict.fromkeys(columns))


def _predicted(trained: Trained, arrays: Mapping[str, Array]) -> dict[str, Rows]:
    found = predict(trained.model, dict(arrays), trained.training.fit.batch_size)
    return {name: _listed(array) for name, array in found.items()}


def _listed(array: Array) -> Rows:
    """JSON has no NaN: what is not finite is null."""
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        shown = array.astype(object)
        shown[~np.isfinite(array)] = None
        array = shown
    rows: Rows = array.tolist()
    return rows


def _array(name: str, spec: TensorSpec, rows: Rows | None) -> Array | Problem:
    wanted = f"rows of shape {_row_shape(spec)} with numbers ({spec.dtype})"
    if not rows:
        return _wrong_rows(name, f"Input `{name}` got no rows; expected {wanted}.")
    try:
        array = np.asarray(rows, dtype=np.float64)
    except (TypeError, ValueError):
        return _wrong_rows(
            name, f"Input `{name}` got rows that differ in shape, or no numbers; expected {wanted}."
        )
    fits = array.ndim == spec.rank and all(
        size is None or size == have for size, have in zip(spec.shape[1:], array.shape[1:], strict=True)
    )
    if not fits or not np.isfinite(array).all():
        got = "numbers that are not finite" if fits else f"rows of shape {tuple(array.shape[1:])}"
        return _wrong_rows(name, f"Input `{name}` got {got}; expected {wanted}.")
    dtype = np.int64 if spec.dtype.startswith(("int", "uint")) else np.float32
    return array.astype(np.bool_ if spec.dtype == "bool" else dtype)


def _row_shape(spec: TensorSpec) -> str:
    return "(" + ", ".join("any" if size is None else str(size) for size in spec.shape[1:]) + ")"


def _wrong_rows(name: str, message: str) -> Problem:
    return Problem(
        code="predict.input",
        message=message,
        hint="A row is what the input takes of one sample, without the batch.",
        node=name,
        field=f"inputs.{name}",
    )
