"""Keras' arguments of `compile`, spread over the outputs of a model. Plain data, on a floor that all can reach.

spread(["main", "aux"], loss="binary_crossentropy", loss_weights=[1.0, 0.2])
"""

import difflib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from layerloom.document import OutputTraining, Structure, Typed, flattened, from_keras
from layerloom.problems import Problem, ProblemError

Given = Any
"""What a person may give: a name, a config, lists and dicts of them to any depth, or Keras' own objects."""

_ARGUMENTS = ("loss", "loss_weights", "metrics", "weighted_metrics")
_ELSEWHERE = ("optimizer", "run_eagerly", "steps_per_execution", "jit_compile", "auto_scale_loss")
"""Arguments of `compile` that are not about outputs."""

T = TypeVar("T")


def spread(
    outputs: Sequence[str],
    loss: Given = None,
    loss_weights: Given = None,
    metrics: Given = None,
    weighted_metrics: Given = None,
    structure: Structure | None = None,
    **others: Given,
) -> dict[str, OutputTraining]:
    """How each output learns, by its name; those of which nothing is said are left out.

    `loss`: one for all outputs, a list with one for each, or a dict by output. `loss_weights`: a number, a
    list or a dict, whatever the form of `loss`: a single loss is spread over all outputs, as the guide of
    Keras 1 writes it; what is not named weighs 1. `metrics` and `weighted_metrics`: a list with an entry for
    each output, a dict, or one list for all outputs where it can't be an entry for each. `structure` is that of
    the model's outputs: what is nested alike is understood too. Anything may be in Keras' saved form
    (`{"class_name": …, "config": …}`).

    Raises:
        ProblemError: with everything that is wrong: `compile.unknown_argument`, `compile.unknown_output`,
            `compile.count`, `compile.invalid`.
    """
    reader = _Reader(tuple(outputs))
    if structure is not None and set(flattened(structure)) == set(outputs):
        loss, loss_weights, metrics, weighted_metrics = (
            reader.named(given, structure) for given in (loss, loss_weights, metrics, weighted_metrics)
        )
    reader.look_for_misspelt(others)
    losses = reader.losses(loss)
    weights = reader.weights(loss_weights)
    plain = reader.metrics("metrics", metrics)
    weighted = reader.metrics("weighted_metrics", weighted_metrics)
    if reader.problems:
        raise ProblemError(*reader.problems)
    made = {}
    for name in outputs:
        settings: dict[str, Any] = {}
        if losses.get(name) is not None:
            settings["loss"] = losses[name]
        if name in weights:
            settings["loss_weight"] = weights[name]
        if plain.get(name):
            settings["metrics"] = plain[name]
        if weighted.get(name):
            settings["weighted_metrics"] = weighted[name]
        if settings.keys() - {"loss_weight"}:
            made[name] = OutputTraining(**settings)
    return made


def as_choice(given: Given) -> str | Typed:
    """One loss, metric, optimizer or callback as the document has it: from a name, Keras' object, or a saved form.

    Raises:
        ProblemError: `compile.invalid`.
    """
    reader = _Reader(())
    chosen = reader.choice(given, "compile")
    if chosen is None:
        raise ProblemError(*reader.problems)
    return chosen


class _Reader:
    def __init__(self, outputs: tuple[str, ...]) -> None:
        self.outputs = outputs
        self.problems: list[Problem] = []

    def look_for_misspelt(self, others: Mapping[str, Given]) -> None:
        for name in others:
            if name in _ELSEWHERE:
                continue
            near = difflib.get_close_matches(name, _ARGUMENTS, n=1)
            self.report(
                "unknown_argument",
                f"`compile` has no argument `{name}`; it has {_listed(_ARGUMENTS)}.",
                f"Did you mean `{near[0]}`?" if near else f"Remove `{name}`.",
                name,
            )

    def named(self, given: Given, structure: Structure) -> Given:
        """What is nested as the outputs are, by their names; all else as it is."""
        given = _plain(given)
        is_alike = isinstance(given, Mapping) and not self.is_choice(given) and isinstance(structure, Mapping)
        if not is_alike or set(given) <= set(self.outputs) or not set(given) <= set(structure):
            return given
        found: dict[str, Given] = {}
        for key, entry in given.items():
            part = structure[key]
            names, inner = flattened(part), _plain(self.named(entry, part))
            if isinstance(inner, Mapping) and set(inner) <= set(self.outputs):
                found |= inner
            elif isinstance(inner, list) and len(inner) == len(names) > 1:
                found |= dict(zip(names, inner, strict=True))
            else:
                found |= dict.fromkeys(names, inner)
        return found

    def losses(self, given: Given) -> dict[str, str | Typed | None]:
        if given is None:
            return {}
        if self.is_choice(given):
            return {name: self.choice(given, "loss") for name in self.outputs}

        def read(item: Given) -> str | Typed | None:
            return self.choice(item, "loss")

        return self.by_output("loss", given, read)

    def weights(self, given: Given) -> dict[str, float]:
        if given is None:
            return {}
        if isinstance(given, int | float) and not isinstance(given, bool):
            return dict.fromkeys(self.outputs, self.number(given))
        found = self.by_output("loss_weights", given, self.number)
        return {name: weight for name, weight in found.items() if weight is not None}

    def metrics(self, argument: str, given: Given) -> dict[str, list[str | Typed]]:
        if given is None:
            return {}
        given = _plain(given)
        if self.is_choice(given):
            given = [given]
        count = len(self.outputs)
        if isinstance(given, Mapping):
            return self.named_metrics(argument, given)
        if not isinstance(given, list):
            self.invalid(argument, given, "a list or a dict of metrics")
            return {}
        if count > 1 and len(given) == count:
            return {name: self.some(argument, entry) for name, entry in zip(self.outputs, given, strict=True)}
        if count == 1 or all(self.is_choice(entry) for entry in given):
            several = self.some(argument, given)
            return dict.fromkeys(self.outputs, several)
        self.miscounted(argument, len(given))
        return {}

    def named_metrics(self, argument: str, given: Mapping[str, Given]) -> dict[str, list[str | Typed]]:
        found = {}
        for name, entry in given.items():
            if self.is_output(argument, name):
                found[name] = self.some(argument, entry)
        return found

    def some(self, argument: str, given: Given) -> list[str | Typed]:
        """One metric, or a list of them to any depth."""
        given = _plain(given)
        if given is None:
            return []
        if self.is_choice(given):
            chosen = self.choice(given, argument)
            return [] if chosen is None else [chosen]
        if isinstance(given, list):
            return [metric for entry in given for metric in self.some(argument, entry)]
        if isinstance(given, Mapping):
            return [metric for entry in given.values() for metric in self.some(argument, entry)]
        self.invalid(argument, given, "a metric's name or config")
        return []

    # What losses and their weights have in common

    def by_output(self, argument: str, given: Given, read: Callable[[Given], T]) -> dict[str, T | None]:
        """The entry for each output: by name wherever a dict names outputs, else in the outputs' order."""
        given = _plain(given)
        found: dict[str, T | None] = {}
        if not isinstance(given, list | Mapping):
            expected = (
                "a number, a list or a dict" if argument == "loss_weights" else "a name, a list or a dict"
            )
            self.invalid(argument, given, expected)
            return found
        if self.names_outputs(given):
            self.walk(argument, given, read, found)
            return found
        entries = list(self.leaves(given))
        if len(entries) != len(self.outputs):
            self.miscounted(argument, len(entries))
            return found
        for name, entry in zip(self.outputs, entries, strict=True):
            found[name] = None if entry is None else read(entry)
        return found

    def names_outputs(self, given: Given) -> bool:
        """Whether names, not the order, tell which entry is for which output."""
        if isinstance(given, list):
            return any(self.names_outputs(entry) for entry in given)
        return isinstance(given, Mapping) and not self.is_choice(given)

    def walk(
        self, argument: str, given: Given, read: Callable[[Given], T], found: dict[str, T | None]
    ) -> None:
        if isinstance(given, list):
            for entry in given:
                if self.names_outputs(entry):
                    self.walk(argument, entry, read, found)
                elif entry is not None:
                    self.invalid(argument, entry, "a dict by output, as beside it")
            return
        for name, entry in given.items():
            entry = _plain(entry)
            if name in self.outputs:
                if isinstance(entry, list) and len(entry) == 1:
                    entry = entry[0]
                found[name] = None if entry is None else read(entry)
            elif self.names_outputs(entry):
                self.walk(argument, entry, read, found)
            else:
                self.is_output(argument, name)

    def leaves(self, given: Given) -> Iterator[Given]:
        given = _plain(given)
        if isinstance(given, list):
            for entry in given:
                yield from self.leaves(entry)
        else:
            yield given

    # One entry

    def is_choice(self, given: Given) -> bool:
        """Whether this is one loss or metric, and no dict by output."""
        if isinstance(given, Mapping):
            if given and set(given) <= set(self.outputs):
                return False
            return isinstance(given.get("class_name", given.get("type")), str)
        return isinstance(given, str | Typed) or hasattr(given, "get_config") or callable(given)

    def choice(self, given: Given, argument: str) -> str | Typed | None:
        if isinstance(given, str | Typed):
            return given
        if hasattr(given, "get_config"):  # an object of Keras
            given = {
                "module": type(given).__module__,
                "class_name": type(given).__name__,
                "config": given.get_config(),
            }
        elif callable(given) and hasattr(given, "__name__"):
            return str(given.__name__)
        if not isinstance(given, Mapping) or not self.is_choice(given):
            self.invalid(argument, given, "a name or a config")
            return None
        return _typed(given)

    def number(self, given: Given) -> float:
        is_number = isinstance(given, int | float) and not isinstance(given, bool)
        if not is_number or not math.isfinite(given):
            self.invalid("loss_weights", given, "a number for each output")
            return 1.0
        return float(given)

    # What is wrong

    def is_output(self, argument: str, name: str) -> bool:
        if name in self.outputs:
            return True
        near = difflib.get_close_matches(str(name), self.outputs, n=1)
        self.report(
            "unknown_output",
            f"`{argument}` names `{name}`, which is no output; the outputs are {_listed(self.outputs)}.",
            f"Did you mean `{near[0]}`?" if near else f"Remove `{name}`, or name one of the outputs.",
            argument,
        )
        return False

    def miscounted(self, argument: str, received: int) -> None:
        count = len(self.outputs)
        self.report(
            "count",
            f"`{argument}` is a list with {received} entr{'y' if received == 1 else 'ies'}; the model has {count} "
            f"output{'' if count == 1 else 's'}: {_listed(self.outputs)}.",
            f"Give a list with {count} entr{'y' if count == 1 else 'ies'}, in that order, or a dict by output.",
            argument,
        )

    def invalid(self, argument: str, given: Given, expected: str) -> None:
        shown = repr(given)
        shown = shown if len(shown) <= 60 else shown[:57] + "..."
        self.report(
            "invalid",
            f"`{argument}` got {shown}, where {expected} was expected.",
            f"The outputs are {_listed(self.outputs)}.",
            argument,
        )

    def report(self, code: str, message: str, hint: str, field: str) -> None:
        self.problems.append(Problem(code=f"compile.{code}", message=message, hint=hint, field=field))


def _plain(given: Given) -> Given:
    """Tuples, in Keras' saved form too, as lists."""
    if isinstance(given, tuple):
        return list(given)
    if isinstance(given, Mapping) and given.get("class_name") == "__tuple__":
        return list(given.get("items") or given.get("config") or ())
    return given


def _typed(given: Mapping[str, Given]) -> str | Typed:
    """Keras' saved form as a document writes it. A wrapped function is the loss or metric of its name."""
    config = given.get("config")
    if isinstance(config, Mapping) and isinstance(config.get("fn"), Mapping | str):
        function = config["fn"]
        name = function if isinstance(function, str) else str(from_keras(function)["type"])
        rest = {key: value for key, value in config.items() if key != "fn"}
        return Typed(type=name, config=rest)
    plain = from_keras(given)
    if plain["type"] == "Accuracy" and "metrics" in str(given.get("module")):
        plain = {**plain, "type": "exact_accuracy"}  # the word means the accuracy that fits the shapes
    if given.get("class_name") == "function":
        return str(plain["type"])
    return Typed.model_validate(plain)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"
