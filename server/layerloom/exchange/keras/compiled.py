"""Keras' `compile_config` ↔ the training section: optimizer, and each output's loss, weight and metrics."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from layerloom.compilation import as_choice, spread
from layerloom.document import OutputTraining, Training, Typed
from layerloom.exchange.keras.configs import saved_object
from layerloom.exchange.keras.graph import Argument, Graph, leaves
from layerloom.exchange.keras.names import identifier, output_names
from layerloom.problems import Problem, ProblemError, Severity

if TYPE_CHECKING:
    from layerloom.exchange.keras.read_graph import ReadGraph

Json = Any

_SAID_ELSEWHERE = {
    "dtype": "float32",
    "reduction": "sum_over_batch_size",
    "weight_decay": None,
    "clipnorm": None,
    "global_clipnorm": None,
    "clipvalue": None,
    "use_ema": False,
    "ema_momentum": 0.99,
    "ema_overwrite_frequency": None,
    "loss_scale_factor": None,
    "gradient_accumulation_steps": None,
}
"""Settings at Keras' default, which a document leaves out."""


def read_compile(
    config: Mapping[str, Json], read: "ReadGraph"
) -> tuple[Training | None, tuple[Problem, ...]]:
    """The training section of a compiled model; what can't be taken over is a problem."""
    problems: list[Problem] = []
    fields: dict[str, Any] = {}
    optimizer = config.get("optimizer")
    if optimizer is not None:
        try:
            choice = as_choice(optimizer)
            fields["optimizer"] = Typed(type=choice) if isinstance(choice, str) else _small(choice)
        except (ProblemError, ValidationError) as error:
            problems.append(_unread("optimizer", error))
    names = {name: node for node, name in read.outputs}
    given = {
        key: _renamed(config.get(key), names)
        for key in ("loss", "loss_weights", "metrics", "weighted_metrics")
    }
    ids = [node for node, _ in read.outputs]
    for keys in (tuple(given), ("loss", "loss_weights"), ("loss",)):
        try:
            outputs = spread(ids, **{key: given[key] for key in keys}, structure=read.model.outputs)
        except (ProblemError, ValidationError, TypeError, ValueError) as error:
            problems.append(_unread("loss or metrics", error))
            continue
        fields["outputs"] = {
            name: each.model_copy(
                update={
                    key: _small_all(getattr(each, key)) for key in each.model_fields_set - {"loss_weight"}
                }
            )
            for name, each in outputs.items()
        }
        break
    return (Training(**fields) if fields else None), tuple(problems)


def _renamed(given: Json, names: Mapping[str, str]) -> Json:
    """Keras' names of outputs become ids."""
    if isinstance(given, Mapping) and "class_name" not in given:
        return {names.get(key, key): value for key, value in given.items()}
    return given


def _small_all(value: Any) -> Any:  # Any: a loss, or a list of metrics
    if isinstance(value, list | tuple):
        return [_small_all(each) for each in value]
    return _small(value) if isinstance(value, Typed) else value


def _small(choice: Typed) -> Typed:
    """Without Keras' names of objects, and what is at its default."""
    config = {
        key: _rounded(value)
        for key, value in choice.config.items()
        if key != "name" and not (key in _SAID_ELSEWHERE and _SAID_ELSEWHERE[key] == _policy(value))
    }
    return Typed(type=choice.type, **({"config": config} if config else {}))


def _policy(value: Json) -> Json:
    if isinstance(value, Mapping) and value.get("type") == "DTypePolicy":
        return (value.get("config") or {}).get("name")
    return value


def _rounded(value: Json) -> Json:
    """Keras keeps the learning rate in float32: 0.0010000000474974513 was written 0.001."""
    if isinstance(value, float):
        short = float(f"{value:.7g}")
        return short if abs(short - value) <= abs(value) * 1e-7 else value
    if isinstance(value, Mapping):
        return {
            key: _rounded(each)
            for key, each in value.items()
            if key != "name" or not isinstance(value.get("initial_learning_rate"), float)
        }
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    return value


def _unread(what: str, error: Exception) -> Problem:
    said = error.problems[0].message if isinstance(error, ProblemError) else str(error)[:200]
    return Problem(
        code="import.compile",
        severity=Severity.WARNING,
        message=f"The file's {what} can't be taken over: {said}",
        hint="Set it in the training panel.",
        field="training",
    )


def write_compile(training: Training, graph: Graph, outputs: Sequence[str]) -> dict[str, Json]:
    """Keras' `compile_config`: losses, weights and metrics nested as the model's outputs are."""
    if training.optimizer is None and not training.outputs:
        return {}
    ids = iter(_ids(graph, outputs))
    by_path = {path: next(ids) for path, _ in leaves(graph.outputs)}
    config: dict[str, Json] = {}
    if training.optimizer is not None:
        config["optimizer"] = _saved("keras.optimizers", training.optimizer)

    def each(value: Callable[[OutputTraining], Json]) -> Json:
        found = {path: value(training.outputs.get(node, OutputTraining())) for path, node in by_path.items()}
        return _nested(graph.outputs, found)

    config["loss"] = each(lambda one: _saved("keras.losses", one.loss))
    if any(one.loss_weight != 1.0 for one in training.outputs.values()):
        config["loss_weights"] = each(lambda one: one.loss_weight)
    for key in ("metrics", "weighted_metrics"):
        if any(getattr(one, key) for one in training.outputs.values()):
            config[key] = each(partial(_metrics, key))
    return config


def _metrics(key: str, output: OutputTraining) -> Json:
    return [_saved("keras.metrics", metric) for metric in getattr(output, key)] or None


def _ids(graph: Graph, outputs: Sequence[str]) -> Sequence[str]:
    said = graph.extras.get("outputs")
    if isinstance(said, list):
        return said
    names = [identifier(name) for name, _ in output_names(graph.outputs)]
    return names if set(names) == set(outputs) else outputs


def _nested(structure: Argument, values: Mapping[tuple[str | int, ...], Json]) -> Json:
    def filled(part: Argument, path: tuple[str | int, ...]) -> Json:
        if isinstance(part, dict):
            return {key: filled(inner, (*path, key)) for key, inner in part.items()}
        if isinstance(part, list):
            return [filled(inner, (*path, place)) for place, inner in enumerate(part)]
        return values[path]

    return filled(structure, ())


def _saved(module: str, choice: str | Typed | None) -> Json:
    if choice is None or isinstance(choice, str):
        return choice
    return saved_object(
        module, choice.type, {key: _saved_value(value) for key, value in choice.config.items()}
    )


def _saved_value(value: Json) -> Json:
    """A schedule within an optimizer."""
    if isinstance(value, Mapping) and isinstance(value.get("type"), str) and set(value) <= {"type", "config"}:
        inner = {key: _saved_value(each) for key, each in (value.get("config") or {}).items()}
        return saved_object("keras.optimizers.schedules", value["type"], inner)
    return value
