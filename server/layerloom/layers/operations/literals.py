"""A number or an array written into a config instead of a tensor: `x * 2`, `x + np.ones(6)`."""

import math
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from layerloom.layers.operations.dtypes import DTYPES
from layerloom.tensors import Shape

Literal = Any  # a bool, int, float, one of the three texts, an array as Keras saves it, or None
WORDS = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}
"""JSON has no such numbers, so documents hold them as texts."""
_ARRAYS = ("__numpy__", "__tensor__")
_MOST = 2**31 - 1
_MOST_NUMBERS = 1_000_000


def _read(value: object) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if abs(value) > _MOST:
            raise ValueError(f"whole numbers go up to {_MOST:,}; write a point for larger ones: 3e9")
        return value
    if isinstance(value, float):
        return _word(value)
    if isinstance(value, str) and value in WORDS:
        return value
    if isinstance(value, list | tuple):
        return array(value, "__numpy__", None)["config"]["value"]
    if isinstance(value, Mapping) and value.get("class_name") in _ARRAYS:
        config = value.get("config")
        if isinstance(config, Mapping) and config.get("dtype") in DTYPES:
            return array(config.get("value"), str(value["class_name"]), str(config["dtype"]))
        raise ValueError(f"an array's dtype must be one of {', '.join(DTYPES)}")
    raise ValueError("expected a number, `inf`, `-inf`, `nan`, or a nested list of numbers")


Operand = Annotated[
    Literal,
    BeforeValidator(_read),
    WithJsonSchema(
        {"anyOf": [{"type": t} for t in ("number", "boolean", "string", "array", "object", "null")]}
    ),
]
"""A literal in a config: a number, or a nested list of numbers."""


def array(value: object, kind: str, dtype: str | None) -> dict[str, Any]:
    """An array as Keras saves it: `{"class_name": "__numpy__", "config": {"value": …, "dtype": …}}`.

    Raises:
        ValueError: It is ragged, too large, or holds something that is no number.
    """
    numbers: list[object] = []
    _shape(value, numbers)
    if dtype is None:
        kinds = {type(number) for number in numbers}
        dtype = "float32" if float in kinds or str in kinds else "int32" if int in kinds else "bool"
    return {"class_name": kind, "config": {"value": _clean(value), "dtype": dtype}}


def _shape(value: object, numbers: list[object]) -> tuple[int, ...]:
    if isinstance(value, list | tuple):
        shapes = {_shape(item, numbers) for item in value}
        if len(shapes) > 1:
            raise ValueError("the lists in a list must have one length")
        return (len(value), *next(iter(shapes), ()))
    if not (isinstance(value, bool | int | float) or (isinstance(value, str) and value in WORDS)):
        raise ValueError(f"an array holds numbers only; received {type(value).__name__}")
    if type(value) is int and abs(value) > 2**63 - 1:
        raise ValueError("an array holds whole numbers up to 2⁶³ − 1")
    numbers.append(value)
    if len(numbers) > _MOST_NUMBERS:
        raise ValueError(f"an array in a config holds at most {_MOST_NUMBERS:,} numbers")
    return ()


def _clean(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return _word(value) if isinstance(value, float) else value


def _word(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"


def number(value: object) -> object:
    """The numbers meant, for torch: texts become infinities."""
    if isinstance(value, list):
        return [number(item) for item in value]
    return WORDS[value] if isinstance(value, str) else value


def as_array(literal: Literal) -> Literal:
    """A list as the array that it stands for; anything else as it is."""
    return array(literal, "__numpy__", None) if isinstance(literal, list) else literal


def argument(literal: Literal) -> object:
    """A literal as a torch class takes it: a number, or `(nested list, dtype)`."""
    literal = as_array(literal)
    if isinstance(literal, Mapping):
        return number(literal["config"]["value"]), literal["config"]["dtype"]
    return number(literal)


def dtype_of(literal: Literal) -> str:
    """`int` and `float` for plain numbers: they take the other operand's type where they can."""
    literal = as_array(literal)
    if isinstance(literal, Mapping):
        return str(literal["config"]["dtype"])
    if isinstance(literal, bool):
        return "bool"
    return "int" if isinstance(literal, int) else "float"


def shape_of(literal: Literal) -> Shape:
    literal = as_array(literal)
    return _shape(literal["config"]["value"], []) if isinstance(literal, Mapping) else ()
