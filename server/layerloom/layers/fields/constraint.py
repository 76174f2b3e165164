"""Constraints as Keras names and sets them; `layers.modules.constraints` applies them after each step."""

from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from layerloom.layers.fields.choices import Choice, Choices, Settings


class _Norm(Settings):
    axis: int | list[int] = 0


class _MaxNorm(_Norm):
    max_value: float = Field(default=2.0, ge=0)


class _MinMaxNorm(_Norm):
    min_value: float = Field(default=0.0, ge=0)
    max_value: float = Field(default=1.0, ge=0)
    rate: float = Field(default=1.0, ge=0, le=1)


class _NonNeg(Settings):
    pass


CONSTRAINTS = Choices(
    "constraint", {"MaxNorm": _MaxNorm, "NonNeg": _NonNeg, "UnitNorm": _Norm, "MinMaxNorm": _MinMaxNorm}, {}
)

Constraint = Annotated[
    Choice | None,
    BeforeValidator(lambda value: None if value is None else CONSTRAINTS.read(value)),
    WithJsonSchema(CONSTRAINTS.schema(optional=True)),
]
