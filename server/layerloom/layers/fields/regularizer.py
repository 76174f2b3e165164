"""Regularizers as Keras names and sets them; `layers.modules.regularizers` computes the penalty."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from layerloom.layers.fields.choices import Choice, Choices, Settings


class _L1(Settings):
    l1: float = Field(default=0.01, ge=0)


class _L2(Settings):
    l2: float = Field(default=0.01, ge=0)


class _L1L2(Settings):
    l1: float = Field(default=0.0, ge=0)
    l2: float = Field(default=0.0, ge=0)


class _Orthogonal(Settings):
    factor: float = Field(default=0.01, ge=0)
    mode: Literal["rows", "columns"] = "rows"


REGULARIZERS = Choices(
    "regularizer", {"L1": _L1, "L2": _L2, "L1L2": _L1L2, "OrthogonalRegularizer": _Orthogonal}, {}
)


def _read(value: object) -> Choice | None:
    if value is None:
        return None
    if isinstance(value, str) and value.replace("_", "").lower() == "l1l2":
        return {
            "type": "L1L2",
            "config": {"l1": 0.01, "l2": 0.01},
        }  # as Keras' documentation of the text "l1_l2"
    return REGULARIZERS.read(value)


Regularizer = Annotated[
    Choice | None, BeforeValidator(_read), WithJsonSchema(REGULARIZERS.schema(optional=True))
]
