"""Cells before and after each axis, as Keras writes them for cropping and padding."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from layerloom.layers.fields.numbers import Count

_Ends = tuple[Count, Count]


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _ends(value: object) -> object:
    if _is_count(value):
        return (value, value)
    if isinstance(value, list | tuple) and len(value) == 2:
        return tuple(value)
    raise ValueError("expected a number, or two: before and after")


def _per_axis(count: int) -> Callable[[object], object]:
    def read(value: object) -> object:
        if _is_count(value):
            return ((value, value),) * count
        if isinstance(value, list | tuple) and len(value) == count:
            return tuple(map(_ends, value))
        raise ValueError(f"expected a number, or {count} entries, one for each axis: a number or two")

    return read


_NUMBER: dict[str, Any] = {"type": "integer", "minimum": 0}
_ENDS: dict[str, Any] = {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2}


def _schema(count: int) -> dict[str, Any]:  # Any: JSON Schema
    entry = {"anyOf": [_NUMBER, _ENDS]}
    return {"anyOf": [_NUMBER, {"type": "array", "items": entry, "minItems": count, "maxItems": count}]}


Ends = Annotated[_Ends, BeforeValidator(_ends), WithJsonSchema({"anyOf": [_NUMBER, _ENDS]})]
"""Before and after one axis: `1` or `[1, 2]`."""

EndsOfTwo = Annotated[tuple[_Ends, _Ends], BeforeValidator(_per_axis(2)), WithJsonSchema(_schema(2))]
"""Of height and width: `1`, `[1, 2]` or `[[1, 1], [2, 3]]`."""

EndsOfThree = Annotated[tuple[_Ends, _Ends, _Ends], BeforeValidator(_per_axis(3)), WithJsonSchema(_schema(3))]
"""Of depth, height and width: `1`, `[1, 2, 3]` or `[[1, 1], [2, 3], [0, 1]]`."""
