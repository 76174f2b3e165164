"""A layer's type and config, parsed: the same text is parsed once, and every wrong field is a problem of its own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import orjson
from pydantic import ValidationError

from layerloom.document import Layer
from layerloom.graph.findings import Report
from layerloom.layers.base import KerasLayer, LayerType, Port
from layerloom.layers.binding import BindingLayer
from layerloom.layers.catalogue import layer_types
from layerloom.layers.unsupported import UNSUPPORTED
from layerloom.problems import Problem, ProblemError

_MOST_WRONG_FIELDS = 50
_NOTHING: Mapping[str, Port] = MappingProxyType({})
_NO_LAYERS: Mapping[str, tuple[str, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Ports:
    """The ports of a layer under its config, by name and in order."""

    inputs: Mapping[str, Port] = field(default_factory=lambda: _NOTHING)
    outputs: Mapping[str, Port] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True, eq=False)
class ParsedLayer:
    """A type with its config. Layers of equal type and config have the same one, so it can be a key.

    `wraps` is the layer that a wrapper names, `model` the definition that a Model layer names; `binds` are the layers
    whose configs it copies, by field (see `graph.binding`).
    """

    type: str
    config: LayerType | None
    problems: tuple[Problem, ...] = ()
    ports: Ports = field(default_factory=Ports)
    wraps: str | None = None
    model: str | None = None
    is_trainable: bool = True
    binds: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NO_LAYERS)


def parse_layer(layer: Layer, precision: str | None = None) -> ParsedLayer:
    """The layer's type with its config; without a config, with what is wrong with it, where something is.

    `precision` is the dtype policy of a layer that names none (`fit.precision`).
    """
    config = layer.config
    if precision not in (None, "float32") and config.get("dtype") is None and _has_policy(layer.type):
        config = {**config, "dtype": precision}
    return _parsed(layer.type, orjson.dumps(config, option=orjson.OPT_SORT_KEYS))


def _has_policy(name: str) -> bool:
    kind = layer_types().get(name)
    return kind is not None and issubclass(kind, KerasLayer)


@lru_cache(maxsize=20_000)
def _parsed(name: str, text: bytes) -> ParsedLayer:
    layer_type = layer_types().get(name)
    if layer_type is None:
        problem = _unknown(name)
        return ParsedLayer(name, None, (problem,))
    try:
        config = layer_type.model_validate_json(text)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False)[:_MOST_WRONG_FIELDS]
        return ParsedLayer(name, None, tuple(_distinct(_problem(layer_type, item) for item in found)))
    except ProblemError as error:
        return ParsedLayer(name, None, error.problems)
    ports = ports_of(config)
    if isinstance(config, BindingLayer):
        return ParsedLayer(name, config, (), ports, is_trainable=config.trainable, binds=config.named())
    wraps = getattr(config, "layer", None)
    model = getattr(config, "model", None)
    return ParsedLayer(name, config, (), ports, wraps, model, getattr(config, "trainable", True))


def ports_of(config: LayerType) -> Ports:
    """The ports that a layer has under its config."""
    return Ports(
        {port.name: port for port in config.input_ports}, {port.name: port for port in config.outputs()}
    )


def hint_for(problem: Problem, type_name: str, report: Report) -> str:
    """The hint of a config's problem; what was meant is looked for only now, for that takes time."""
    if problem.code == "layer.unknown":
        return report.meant(type_name, layer_types(), "The palette lists the types that there are.")
    if problem.code == "config.unknown":
        fields = layer_types()[type_name].model_fields
        otherwise = f"Its fields: {', '.join(fields)}." if fields else "It has no fields: take it out."
        return report.meant(problem.field or "", fields, otherwise)
    return problem.hint


def _unknown(name: str) -> Problem:
    reason = UNSUPPORTED.get(name)
    said = f"`{name}` is not supported: {reason}" if reason else f"There is no layer type `{name}`"
    return Problem(code="layer.unknown", message=f"{said}.", field="type")


def _distinct(problems: Iterable[Problem]) -> list[Problem]:
    """One problem a field: pydantic reports each alternative of a union."""
    found: dict[str, Problem] = {}
    for problem in problems:
        found.setdefault(problem.field or "", problem)
    return list(found.values())


def _problem(layer_type: type[LayerType], item: Any) -> Problem:  # Any: pydantic's ErrorDetails
    field = str(item["loc"][0]) if item["loc"] else None
    shown = field if field is None or len(field) <= 64 else field[:61] + "..."
    name = layer_type.__name__
    if item["type"] == "extra_forbidden":
        return Problem(code="config.unknown", message=f"{name} has no config field `{shown}`.", field=shown)
    if item["type"] == "missing":
        return Problem(
            code="config.missing",
            message=f"{name} needs the config field `{field}`; it is not set.",
            hint=_description(layer_type, field),
            field=field,
        )
    received = repr(item.get("input"))
    received = received if len(received) <= 60 else received[:57] + "..."
    said = item["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return Problem(
        code="config.invalid",
        message=f"`{field}` of {name} is {received}: {said}." if field else f"{name}: {said}.",
        hint=_description(layer_type, field),
        field=field,
    )


def _description(layer_type: type[LayerType], field: str | None) -> str:
    info = layer_type.model_fields.get(field or "")
    described = info.description if info else None
    return described or f"The inspector of a {layer_type.__name__} shows what its fields may be."
