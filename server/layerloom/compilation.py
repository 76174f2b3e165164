"""Keras' `compile` arguments, spread over named outputs: one value, a list, a dict, nested as the outputs are.

Also read as Keras saves them: `{"module": …, "class_name": "Adam", "config": {…}}`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from layerloom.document import OutputTraining, Structure, Typed, flattened
from layerloom.problems import Problem, ProblemError

Given = Any
"""What people hand to `compile`: names, dicts, objects with `get_config`, and lists or dicts of these."""


def spread(
    outputs: Sequence[str],
    loss: Given = None,
    loss_weights: Given = None,
    metrics: Given = None,
    weighted_metrics: Given = None,
    structure: Structure | None = None,
) -> dict[str, OutputTraining]:
    """How each output learns, by its name; outputs with neither loss nor metrics are left out.

    `structure` is that of the model's outputs; lists and dicts that are nested like it are understood too. A single
    loss, or a single weight, counts for every output, whatever form the others have.

    >>> spread(["main", "aux"], "binary_crossentropy", [1.0, 0.2])["aux"].loss_weight
    0.2

    Raises:
        ProblemError: `compile.…`, with what was received and which outputs there are.
    """
    ends = _Ends(tuple(outputs), structure)
    losses = ends.spread("loss", loss, _is_choice)
    weights = ends.spread("loss_weights", loss_weights, _is_number)
    watched = ends.lists("metrics", metrics)
    weighted = ends.lists("weighted_metrics", weighted_metrics)
    result = {}
    for name in outputs:
        fields: dict[str, Any] = {}
        if losses.get(name) is not None:
            fields["loss"] = as_choice(losses[name])
        if weights.get(name) is not None:
            fields["loss_weight"] = float(weights[name])
        if watched.get(name):
            fields["metrics"] = [as_choice(each) for each in watched[name]]
        if weighted.get(name):
            fields["weighted_metrics"] = [as_choice(each) for each in weighted[name]]
        if fields.keys() - {"loss_weight"}:
            result[name] = OutputTraining.model_validate(fields)
    return result


def as_choice(value: Given) -> str | Typed:
    """A loss, metric, optimizer or callback as the document has it.

    Raises:
        ProblemError: `compile.value`.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, Typed):
        return value
    if isinstance(value, Mapping):
        kind, config = value.get("type", value.get("class_name")), value.get("config")
        if kind == "function" and isinstance(config, str):
            return config
        if isinstance(kind, str) and (config is None or isinstance(config, Mapping)):
            return Typed(type=kind, config=_plain(config or {}))
    elif hasattr(value, "get_config"):
        return Typed(type=type(value).__name__, config=_plain(value.get_config()))
    elif callable(value) and hasattr(value, "__name__"):
        return str(value.__name__)
    raise ProblemError(
        Problem(
            code="compile.value",
            message=f"Expected a name or {{'type': …, 'config': …}}; received {_short(value)}.",
            hint="Losses, metrics and optimizers go by the names that Keras gives them.",
        )
    )


def _plain(value: Any) -> Any:
    """Nested objects of Keras, such as a schedule in an optimizer's config, as the document has them."""
    if isinstance(value, Mapping):
        if "class_name" in value:
            choice = as_choice(value)
            return choice if isinstance(choice, str) else choice.model_dump(mode="json")
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:
        return value.item()
    return value


class _Ends:
    """The outputs of a model, and what is said of each."""

    def __init__(self, names: tuple[str, ...], structure: Structure | None) -> None:
        self.names = names
        nested = structure is not None and set(flattened(structure)) == set(names)
        self.structure = structure if nested else None

    def spread(self, noun: str, given: Given, is_one: Callable[[Given], bool]) -> dict[str, Any]:
        if given is None:
            return {}
        if is_one(given):
            return dict.fromkeys(self.names, given)
        if isinstance(given, Mapping):
            return self._by_name(noun, given, is_one)
        if isinstance(given, list | tuple):
            if self.structure is not None and isinstance(self.structure, list):
                return self._like(noun, self.structure, given, is_one)
            if len(given) != len(self.names):
                raise self._wrong(
                    noun,
                    f"has {len(given)} entries; the model has {len(self.names)} outputs ({self._listed()})",
                    "Give one entry for each output, in this order (`None` for none), or a dict by output name.",
                )
            return dict(zip(self.names, given, strict=True))
        raise self._wrong(noun, f"is {_short(given)}", "Give one value, a list, or a dict by output name.")

    def lists(self, noun: str, given: Given) -> dict[str, list[Any]]:
        """Metrics: with one output a list is all of its own, with several it has an entry for each output."""
        if given is None:
            return {}
        if _is_choice(given):
            return {name: [given] for name in self.names}
        if isinstance(given, list | tuple):
            is_flat = all(_is_choice(each) for each in given)
            if is_flat and (len(self.names) == 1 or len(given) != len(self.names)):
                return {name: list(given) for name in self.names}

        def is_one(value: Given) -> bool:
            return _is_choice(value) or (
                isinstance(value, list | tuple) and all(_is_choice(each) for each in value)
            )

        found = self.spread(noun, list(given) if isinstance(given, list | tuple) else given, _is_choice)
        nested = {name: value for name, value in found.items() if value is not None}
        for name, value in nested.items():
            if not is_one(value):
                raise self._wrong(noun, f"has {_short(value)} for `{name}`", "Give a list of metrics.")
        return {name: [value] if _is_choice(value) else list(value) for name, value in nested.items()}

    def _by_name(
        self, noun: str, given: Mapping[str, Any], is_one: Callable[[Given], bool]
    ) -> dict[str, Any]:
        if isinstance(self.structure, Mapping) and not set(given) <= set(self.names):
            return self._like(noun, self.structure, given, is_one)
        unknown = [str(name) for name in given if name not in self.names]
        if unknown:
            raise self._wrong(
                noun,
                f"names `{unknown[0]}`; the model's outputs are {self._listed()}",
                "Name an output of the model, or leave the entry out.",
            )
        return dict(given)

    def _like(
        self, noun: str, structure: Any, given: Given, is_one: Callable[[Given], bool]
    ) -> dict[str, Any]:
        """Values that are nested as the outputs are."""
        if isinstance(structure, str):
            return {structure: given}
        if given is None:
            return {}
        if is_one(given):
            return dict.fromkeys(flattened(structure), given)
        if isinstance(structure, Mapping) and isinstance(given, Mapping):
            unknown = [str(key) for key in given if key not in structure]
            if not unknown:
                parts = (self._like(noun, structure[key], value, is_one) for key, value in given.items())
                return {name: value for part in parts for name, value in part.items()}
            shown = ", ".join(f"`{key}`" for key in structure)
            raise self._wrong(
                noun, f"names `{unknown[0]}`; the outputs are named {shown}", "Name one of the outputs."
            )
        if isinstance(given, list | tuple) and not isinstance(structure, Mapping):
            if len(given) == len(structure):
                parts = (self._like(noun, *pair, is_one) for pair in zip(structure, given, strict=True))
                return {name: value for part in parts for name, value in part.items()}
            if len(given) == len(flattened(structure)):
                return dict(zip(flattened(structure), given, strict=True))
            raise self._wrong(
                noun,
                f"has {len(given)} entries where the model has {len(structure)} outputs ({self._listed()})",
                "Give one entry for each output, in this order (`None` for none), or a dict by output name.",
            )
        if isinstance(given, Mapping):
            return (
                self._by_name(noun, given, is_one)
                if set(given) <= set(self.names)
                else self._refuse(noun, given)
            )
        return self._refuse(noun, given)

    def _refuse(self, noun: str, given: Given) -> dict[str, Any]:
        raise self._wrong(
            noun,
            f"is {_short(given)}, which is not nested as the outputs are ({self._listed()})",
            "Give one value, a list, or a dict by output name.",
        )

    def _listed(self) -> str:
        return ", ".join(f"`{name}`" for name in self.names)

    def _wrong(self, noun: str, said: str, hint: str) -> ProblemError:
        return ProblemError(
            Problem(code=f"compile.{noun}", message=f"`{noun}` {said}.", hint=hint, field="training.outputs")
        )


def _is_choice(value: Given) -> bool:
    """One loss or metric, not several."""
    if isinstance(value, Mapping):
        return "class_name" in value or (set(value) <= {"type", "config"} and "type" in value)
    return isinstance(value, str | Typed) or hasattr(value, "get_config") or callable(value)


def _is_number(value: Given) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
