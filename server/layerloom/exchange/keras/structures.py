"""Ends in the structure in which Keras takes and gives them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from layerloom.document import Model, Structure, flattened
from layerloom.exchange.keras.graph import Argument, Tensor


def structured(structure: Structure | None, ends: Sequence[str], end: Callable[[str], Argument]) -> Argument:
    """Each end in its place; where the model has no structure that names them all, one alone or a list."""
    if structure is None or set(flattened(structure)) != set(ends):
        return end(ends[0]) if len(ends) == 1 else [end(each) for each in ends]

    def filled(part: Any) -> Argument:  # Any: a Structure
        if isinstance(part, str):
            return end(part)
        if isinstance(part, Mapping):
            return {key: filled(each) for key, each in part.items()}
        return [filled(each) for each in part]

    return filled(structure)


def said_structure(extras: Mapping[str, Any], key: str, otherwise: Structure | None) -> Structure | None:
    """What the document that was exported had, if it is one."""
    if key not in extras:
        return otherwise
    try:
        return Model(outputs=extras[key]).outputs
    except ValidationError:
        return otherwise


def structure_of(ends: Argument, ids: list[str]) -> Structure:
    """Keras' structure with our ids; flat where it holds keys that the document has no room for."""
    waiting = iter(ids)

    def named(part: Argument) -> Any:  # Any: a Structure
        if isinstance(part, dict):
            return {key: named(part[key]) for key in sorted(part)}
        if isinstance(part, list):
            return [named(each) for each in part]
        return next(waiting)

    found: Structure = named(ends)
    keys = [key for part in _dicts(found) for key in part]
    return found if all(1 <= len(key) <= 200 for key in keys) else list(ids)


def _dicts(part: Any) -> list[dict[str, Any]]:  # Any: a Structure
    found, waiting = [], [part]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            found.append(each)
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
    return found


def shape_of(ends: Argument, ids: Iterator[str]) -> Structure | None:
    """The structure of ids that a reader gives these ends; None for one alone."""

    def filled(part: Argument) -> Any:  # Any: a Structure
        if isinstance(part, dict):
            return {key: filled(part[key]) for key in sorted(part)}
        return [filled(each) for each in part] if isinstance(part, list) else next(ids)

    return None if isinstance(ends, Tensor) else filled(ends)
