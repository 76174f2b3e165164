"""Sizes, rates and windows."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

Size = Annotated[int, Field(ge=1, le=2**31 - 1)]
"""A number of units, filters, rows."""

Rate = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
"""A share from 0 to 1."""

Seed = Annotated[int, Field(ge=0, le=2**63 - 1)]

Padding = Literal["valid", "same"]
DataFormat = Literal["channels_last", "channels_first"]

SEED = "Kept for Keras' files; one seed for the whole run is set in the training's `seed`."
DATA_FORMAT = "Where the channels are. Empty means last."


def _window(count: int) -> Callable[[object], object]:
    def read(value: object) -> object:
        if isinstance(value, int) and not isinstance(value, bool):
            return (value,) * count
        if isinstance(value, list | tuple) and len(value) == count:
            return tuple(value)
        raise ValueError(f"expected a number or {count} numbers")

    return read


def _schema(count: int, least: int = 1) -> dict[str, Any]:  # Any: JSON Schema
    number = {"type": "integer", "minimum": least}
    return {"anyOf": [number, {"type": "array", "items": number, "minItems": count, "maxItems": count}]}


Single = Annotated[tuple[Size], BeforeValidator(_window(1)), WithJsonSchema(_schema(1))]
"""One length, written `3` or `[3]`."""

Pair = Annotated[tuple[Size, Size], BeforeValidator(_window(2)), WithJsonSchema(_schema(2))]
"""Height and width, written `3` or `[3, 3]`."""

Triple = Annotated[tuple[Size, Size, Size], BeforeValidator(_window(3)), WithJsonSchema(_schema(3))]
"""Depth, height and width, written `3` or `[3, 3, 3]`."""

Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
"""A number of cells, which may be none."""

SingleCount = Annotated[tuple[Count], BeforeValidator(_window(1)), WithJsonSchema(_schema(1, 0))]
PairCount = Annotated[tuple[Count, Count], BeforeValidator(_window(2)), WithJsonSchema(_schema(2, 0))]
TripleCount = Annotated[
    tuple[Count, Count, Count], BeforeValidator(_window(3)), WithJsonSchema(_schema(3, 0))
]


def as_tuple(value: object) -> object:
    """JSON has lists only."""
    return tuple(value) if isinstance(value, list) else value
