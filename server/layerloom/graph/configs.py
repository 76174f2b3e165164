"""A layer's type and config, parsed: the same text is parsed once, and every wrong field is a problem of its own."""

import difflib
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import orjson
from pydantic import ValidationError

from layerloom.document import Layer
from layerloom.layers.base import LayerType
from layerloom.layers.catalogue import layer_types
from layerloom.problems import Problem, ProblemError


def parse_config(layer: Layer) -> tuple[LayerType | None, tuple[Problem, ...]]:
    """The layer's type with its config, or None and what is wrong with it (`layer.unknown`, `config.invalid`)."""
    return _parsed(layer.type, orjson.dumps(layer.config, option=orjson.OPT_SORT_KEYS))


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The word that was probably meant."""
    by_lower = {each.lower(): each for each in words}
    found = difflib.get_close_matches(word.lower(), list(by_lower), n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


@lru_cache(maxsize=20_000)
def _parsed(name: str, config: bytes) -> tuple[LayerType | None, tuple[Problem, ...]]:
    types = layer_types()
    layer_type = types.get(name)
    if layer_type is None:
        meant = nearest(name, types)
        problem = Problem(
            code="layer.unknown",
            message=f"There is no layer type `{name}`.",
            hint=f"Did you mean `{meant}`?" if meant else "The palette lists the types that there are.",
            field="type",
        )
        return None, (problem,)
    try:
        return layer_type.model_validate_json(config), ()
    except ValidationError as error:
        return None, tuple(_distinct(_problem(layer_type, item) for item in error.errors(include_url=False)))
    except ProblemError as error:
        return None, error.problems


def _distinct(problems: Iterable[Problem]) -> list[Problem]:
    """One problem a field: pydantic reports each alternative of a union."""
    found: dict[str, Problem] = {}
    for problem in problems:
        found.setdefault(problem.field or "", problem)
    return list(found.values())


def _problem(layer_type: type[LayerType], item: Any) -> Problem:  # Any: pydantic's ErrorDetails
    field = str(item["loc"][0]) if item["loc"] else None
    name = layer_type.__name__
    if item["type"] == "extra_forbidden":
        meant = nearest(field or "", layer_type.model_fields)
        hint = f"Did you mean `{meant}`?" if meant else f"Its fields: {', '.join(layer_type.model_fields)}."
        return Problem(
            code="config.unknown", message=f"{name} has no config field `{field}`.", hint=hint, field=field
        )
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
    return info.description or "" if info else ""
