"""One axis or several, as a field."""

from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from layerloom.layers.base import expect_axis, refuse
from layerloom.layers.fields.numbers import as_tuple
from layerloom.tensors import TensorSpec

_SCHEMA = {"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}, "minItems": 1}]}

Axes = Annotated[
    int | Annotated[tuple[int, ...], Field(min_length=1)],
    BeforeValidator(as_tuple),
    WithJsonSchema(_SCHEMA),
]
"""Written `-1` or `[1, 2]`."""


def expect_axes(spec: TensorSpec, axes: int | tuple[int, ...], *, field: str = "axis") -> tuple[int, ...]:
    """The axes counted from the front, in the order given; the batch is 0.

    Raises:
        ProblemError: `config.invalid` where the tensor has no such axis, it is the batch, or one is named
            twice.
    """
    given = (axes,) if isinstance(axes, int) else axes
    found = tuple(expect_axis(spec, axis, field=field) for axis in given)
    if len(set(found)) < len(found):
        raise refuse(
            "config.invalid",
            f"got shape {spec}; `{field}` {list(given)} names one axis twice.",
            "Name each axis once; -1 is the last.",
            field=field,
        )
    return found
