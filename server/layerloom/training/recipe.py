"""The training section of a document with its names looked up, for the check and the loop. No torch."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from layerloom.document import Fit, OutputTraining, Training, Typed
from layerloom.problems import Problem, ProblemError
from layerloom.training.callbacks.base import Callback, create_callback
from layerloom.training.losses.base import Loss, create_loss
from layerloom.training.metrics.base import Metric, create_metric
from layerloom.training.optimizers.base import Optimizer, create_optimizer
from layerloom.training.optimizers.rmsprop import RMSprop

_MOST_PROBLEMS = 200
"""No person reads more; to look for what was meant by each takes time."""


@dataclass(frozen=True, slots=True)
class OutputRecipe:
    """How one output learns and what is looked at. Without a loss it only shows its metrics."""

    loss: Loss | None
    loss_weight: float
    metrics: Mapping[str, Metric]
    """By the name of the curve."""
    weighted: frozenset[str] = frozenset()
    """Those of the metrics that sample weights count in."""

    @property
    def several(self) -> tuple[str, ...]:
        """Curves that are a family: `precision` of several thresholds is `precision_0`, `precision_1`, …"""
        return tuple(name for name, metric in self.metrics.items() if metric.is_several)


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that a fit is told."""

    optimizer: Optimizer
    outputs: Mapping[str, OutputRecipe]
    """By Output id, sorted."""
    callbacks: tuple[Callback, ...]
    fit: Fit

    @property
    def trained(self) -> tuple[str, ...]:
        """Outputs with a loss, sorted."""
        return tuple(name for name, output in self.outputs.items() if output.loss is not None)

    def rising(self, reported: Iterable[str]) -> frozenset[str]:
        """Those of the reported keys of metrics that are better when they are higher, `val_` or not."""
        names = list(self.outputs)
        keys: set[str] = set()
        for output, recipe in self.outputs.items():
            for name, metric in recipe.metrics.items():
                if metric.better == "up":
                    key = name if len(names) == 1 else f"{output}_{name}"
                    keys |= {key, f"val_{key}"}
        return frozenset(key for key in reported if key in keys or key.rpartition("_")[0] in keys)


def read(training: Training) -> tuple[Recipe, list[Problem]]:
    """The recipe as far as it can be read, and everything in it that is wrong."""
    problems: list[Problem] = []
    optimizer: Optimizer = RMSprop()
    if training.optimizer is not None:
        chosen = training.optimizer
        with _collected(problems):
            optimizer = create_optimizer(chosen.type, chosen.config, "training.optimizer")
    outputs = {
        name: _read_output(name, training.outputs[name], problems)
        for name in sorted(training.outputs)
        if len(problems) < _MOST_PROBLEMS
    }
    callbacks: list[Callback] = []
    for index, callback in enumerate(training.fit.callbacks):
        with _collected(problems):
            callbacks.append(
                create_callback(callback.type, callback.config, f"training.fit.callbacks.{index}")
            )
    return Recipe(optimizer, outputs, tuple(callbacks), training.fit), problems


def recipe(training: Training) -> Recipe:
    """The recipe of a training that has been checked. Raises `ProblemError` if anything in it is wrong."""
    made, problems = read(training)
    if problems:
        raise ProblemError(*problems)
    return made


def type_and_config(choice: str | Typed) -> tuple[str, Mapping[str, Any]]:  # Any: JSON
    """`"mse"` and `{"type": "mse", "config": {…}}` alike."""
    return (choice, {}) if isinstance(choice, str) else (choice.type, choice.config)


def _read_output(node: str, output: OutputTraining, problems: list[Problem]) -> OutputRecipe:
    loss: Loss | None = None
    field = f"training.outputs.{node}"
    if output.loss is not None:
        with _collected(problems, node):
            loss = create_loss(*type_and_config(output.loss), f"{field}.loss")
    metrics: dict[str, Metric] = {}
    for index, choice in enumerate(output.metrics):
        with _collected(problems, node):
            metric = create_metric(*type_and_config(choice), f"{field}.metrics.{index}")
            shown = choice if isinstance(choice, str) else metric.name or metric.type_name
            metrics[_unused(shown, metrics)] = metric
    weighted = set()
    for index, choice in enumerate(output.weighted_metrics):
        with _collected(problems, node):
            metric = create_metric(*type_and_config(choice), f"{field}.weighted_metrics.{index}")
            shown = choice if isinstance(choice, str) else metric.name or metric.type_name
            name = shown if shown not in metrics else _unused(f"weighted_{shown}", metrics)
            metrics[name] = metric
            weighted.add(name)
    return OutputRecipe(loss, output.loss_weight, metrics, frozenset(weighted))


def _unused(name: str, taken: Mapping[str, Metric]) -> str:
    number, free = 1, name
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free


class _collected:  # noqa: N801  # a context manager that reads like one
    """Keeps the problems that its block raises, each on its node."""

    def __init__(self, problems: list[Problem], node: str | None = None) -> None:
        self._problems = problems
        self._node = node

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, ProblemError):
            self._problems.extend(problem.at(node=self._node) for problem in error.problems)
            return True
        return False
