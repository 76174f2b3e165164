"""Initializers as Keras names and sets them; `layers.modules.initializers` draws the numbers."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from layerloom.layers.fields.choices import Choice, Choices, Settings


class _Seeded(Settings):
    seed: int | None = None


class _Fixed(Settings):
    pass


class _Constant(Settings):
    value: float = 0.0


class _Identity(Settings):
    gain: float = 1.0


class _RandomNormal(_Seeded):
    mean: float = 0.0
    stddev: float = Field(default=0.05, ge=0)


class _RandomUniform(_Seeded):
    minval: float = -0.05
    maxval: float = 0.05


class _Fans(_Seeded):
    input_axes: list[int] | None = None
    output_axes: list[int] | None = None


class _VarianceScaling(_Fans):
    scale: float = Field(default=1.0, gt=0)
    mode: Literal["fan_in", "fan_out", "fan_avg"] = "fan_in"
    distribution: Literal["normal", "uniform", "truncated_normal", "untruncated_normal"] = "truncated_normal"


class _Orthogonal(_Seeded):
    gain: float = 1.0


INITIALIZERS = Choices(
    "initializer",
    {
        "Zeros": _Fixed, "Ones": _Fixed, "Constant": _Constant, "Identity": _Identity,
        "RandomNormal": _RandomNormal, "RandomUniform": _RandomUniform, "TruncatedNormal": _RandomNormal,
        "VarianceScaling": _VarianceScaling, "GlorotUniform": _Fans, "GlorotNormal": _Fans,
        "HeUniform": _Fans, "HeNormal": _Fans, "LecunUniform": _Fans, "LecunNormal": _Fans,
        "Orthogonal": _Orthogonal,
    },
    {
        "uniform": "RandomUniform", "normal": "RandomNormal", "zero": "Zeros", "one": "Ones",
        "orthogonal_initializer": "Orthogonal", "identity_initializer": "Identity",
    },
)  # fmt: skip

Initializer = Annotated[
    Choice, BeforeValidator(INITIALIZERS.read), WithJsonSchema(INITIALIZERS.schema(optional=False))
]


def initializer(default: str, description: str) -> Any:  # Any: a field's default, as pydantic's Field
    """A field for an initializer: `kernel_initializer: Initializer = initializer("glorot_uniform", "…")`."""
    return Field(default=default, validate_default=True, description=description)
