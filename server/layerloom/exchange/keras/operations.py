"""Operation nodes of Keras' JSON (`x * 2`, `x[:, 0]`, `ops.mean(x)`) to layers of ours and back.

Nothing is imported by name from a file: `operation_table` says what each class is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from layerloom.exchange.keras.operation_table import BY_FUNCTION, OPS, REASONS, TABLE, Argument, Entry
from layerloom.layers.base import LayerType
from layerloom.layers.catalogue import layer_types
from layerloom.layers.operations.literals import as_array, number
from layerloom.layers.operations.nonlinearity import Nonlinearity

Json = Any  # JSON, and Python's infinities
_KEEPS_LITERALS = ("__numpy__", "__tensor__")


class UnsupportedOperation(Exception):
    """Its text says why, ready for a problem's message."""


@dataclass(frozen=True, slots=True)
class ReadOperation:
    """A layer of ours, and the tensors of the call by input port, in order, as Keras' JSON has them."""

    type: str
    config: dict[str, Json]
    inputs: dict[str, list[Json]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WrittenOperation:
    """An operation as Keras saves it."""

    module: str
    class_name: str
    config: dict[str, Json]
    args: list[Json]
    kwargs: dict[str, Json]


def is_operation(module: str | None) -> bool:
    """Whether an entry of Keras' `layers` is an operation: dispatch on it, for class names clash with layers."""
    return module is not None and (module.startswith(OPS) or module == "keras.src.activations.activations")


def read_operation(
    module: str, class_name: str, config: Mapping[str, Json], args: Sequence[Json], kwargs: Mapping[str, Json]
) -> ReadOperation:
    """What an operation node is here.

    Raises:
        UnsupportedOperation: There is nothing of the kind, or the call has something that is not known.
    """
    entry = TABLE.get((module, class_name))
    if entry is None:
        reason = REASONS.get(class_name, "it is not known")
        raise UnsupportedOperation(f"The operation `{class_name}` is not supported: {reason}.")
    ours = _read_config(entry, config)
    inputs: dict[str, list[Json]] = {}
    for argument, value in _bound(entry, args, kwargs):
        _read_argument(entry, argument, value, ours, inputs)
    _fill_parts(entry, ours, inputs)
    try:
        layer_types()[entry.type].model_validate(ours)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"][:1]) or "settings"
        raise UnsupportedOperation(
            f"The operation `{class_name}` is not supported with this `{place}`: {first['msg']}."
        ) from None
    return ReadOperation(entry.type, ours, inputs)


def write_operation(layer: LayerType, inputs: Mapping[str, Sequence[Json]]) -> WrittenOperation:
    """A layer of the category `operations` as Keras saves it, called on these tensors (Keras' JSON) by port."""
    function = getattr(layer, "function", None)
    entry = BY_FUNCTION[type(layer).__name__, function]
    config: dict[str, Json] = {}
    if (name := getattr(layer, "name", None)) is not None:
        config["name"] = name
    settings = layer.keras_settings() if isinstance(layer, Nonlinearity) else {}
    for key in entry.config:
        config[key] = _plain(settings.get(key, getattr(layer, key)))
    args: list[Json] = []
    kwargs: dict[str, Json] = {}
    for argument in entry.arguments:
        value = _written(layer, argument, list(inputs.get(argument.port or "", ())))
        if argument.kind == "spread":
            args += value
        elif argument.is_keyword:
            kwargs[argument.name] = value
        else:
            args.append(value)
    return WrittenOperation(entry.module, entry.class_name, config, args, kwargs)


def _read_config(entry: Entry, config: Mapping[str, Json]) -> dict[str, Json]:
    ours: dict[str, Json] = {} if entry.function is None else {"function": entry.function}
    for key, value in config.items():
        if key in entry.config or key == "name":
            ours[key] = _worded(value)
        elif value is not None:
            raise UnsupportedOperation(
                f"The operation `{entry.class_name}` has a setting `{key}` that is not known: {str(value)[:80]}."
            )
    return ours


def _bound(entry: Entry, args: Sequence[Json], kwargs: Mapping[str, Json]) -> list[tuple[Argument, Json]]:
    """Arguments with their values, by place, then by name; those that are left out are None."""
    if entry.arguments[0].kind == "spread":
        return [(entry.arguments[0], list(args))]
    unknown = set(kwargs) - {argument.name for argument in entry.arguments}
    if len(args) > len(entry.arguments) or any(kwargs[name] is not None for name in unknown):
        raise UnsupportedOperation(
            f"The operation `{entry.class_name}` is called with arguments that are not known: "
            f"{', '.join(sorted(unknown)) or len(args)}."
        )
    given = {argument.name: value for argument, value in zip(entry.arguments, args, strict=False)}
    given |= kwargs
    return [(argument, given.get(argument.name)) for argument in entry.arguments]


def _read_argument(
    entry: Entry, argument: Argument, value: Json, ours: dict[str, Json], inputs: dict[str, list[Json]]
) -> None:
    if argument.kind in ("list", "spread"):
        if not isinstance(value, list) or not all(map(is_tensor, value)):
            raise UnsupportedOperation(
                f"The operation `{entry.class_name}` is called on something that is no tensor; arrays in its list "
                "of tensors are not supported."
            )
        inputs[argument.port or ""] = list(value)
    elif is_tensor(value) and argument.port is not None:
        inputs.setdefault(argument.port, []).append(value)
    elif argument.literal is not None and not _holds_tensor(value):
        if value is not None or argument.port is None:
            ours[argument.literal] = _worded(value)
    elif value is not None:
        expected = "a tensor" if argument.literal is None else "a number"
        raise UnsupportedOperation(
            f"The operation `{entry.class_name}` is called with an `{argument.name}` that is not supported: "
            f"expected {expected}."
        )


def _fill_parts(entry: Entry, ours: dict[str, Json], inputs: Mapping[str, list[Json]]) -> None:
    """Keras' `unstack` knows its outputs by the tensor's shape; ours must say how many there are."""
    if entry.function == "unstack" and ours.get("num") is None:
        shape = inputs["x"][0]["config"].get("shape") or []
        axis = ours.get("axis", 0)
        if isinstance(axis, int) and -len(shape) <= axis < len(shape):
            ours["parts"] = shape[axis]


def _written(layer: LayerType, argument: Argument, tensors: list[Json]) -> Json:
    if argument.kind in ("list", "spread"):
        return tensors
    if argument.kind == "item":
        return tensors[argument.item]
    if tensors:
        return tensors[0]
    if argument.literal is None:
        return None
    value = getattr(layer, argument.literal)
    if argument.literal == "key":
        return [_key_item(item) for item in value] if isinstance(value, tuple) else _key_item(value)
    # Keras computes with arrays, and takes a bare list for indices only.
    return _plain(value if argument.literal == "indices" else as_array(value))


def _key_item(item: int | str | None) -> Json:
    """An item of `x[key]` as Keras saves it."""
    if item == "...":
        return {"class_name": "__ellipsis__", "config": {}}
    if isinstance(item, str):
        parts = [int(part) if part else None for part in item.split(":")]
        names = zip(("start", "stop", "step"), [*parts, None], strict=False)
        return {"class_name": "__slice__", "config": dict(names)}
    return item


def is_tensor(value: Json) -> bool:
    """Whether it is a tensor of the graph."""
    return isinstance(value, Mapping) and value.get("class_name") == "__keras_tensor__"


def _holds_tensor(value: Json) -> bool:
    if isinstance(value, list):
        return any(map(_holds_tensor, value))
    return is_tensor(value)


def _worded(value: Json) -> Json:
    """Infinities as texts, for JSON has none."""
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return "nan" if value != value else "inf" if value > 0 else "-inf"
    if isinstance(value, list):
        return [_worded(item) for item in value]
    return value


def _plain(value: Json) -> Json:
    """Lists for tuples, and numbers for the texts that stand for them."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping) and value.get("class_name") in _KEEPS_LITERALS:
        config = value["config"]
        return {**value, "config": {**config, "value": number(config["value"])}}
    return number(value) if value in ("inf", "-inf", "nan") else value
