"""Activations by Keras' names, or as layers with settings; `layers.modules.activations` has their torch code."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from layerloom.layers.base import policy_name, refuse
from layerloom.layers.fields.axes import expect_axes
from layerloom.layers.fields.choices import Choice, Choices, Settings
from layerloom.tensors import TensorSpec

ACTIVATIONS: Mapping[str, str] = {
    "linear": "x",
    "relu": "max(x, 0)",
    "relu6": "min(max(x, 0), 6)",
    "leaky_relu": "x where positive, else 0.2 x",
    "elu": "x where positive, else eˣ − 1",
    "celu": "x where positive, else eˣ − 1",
    "selu": "1.0507 · elu(x, 1.6733)",
    "gelu": "x · Φ(x), with the normal distribution Φ",
    "silu": "x · sigmoid(x)",
    "swish": "x · sigmoid(x)",
    "mish": "x · tanh(softplus(x))",
    "sigmoid": "1 / (1 + e⁻ˣ)",
    "log_sigmoid": "log(sigmoid(x))",
    "hard_sigmoid": "relu6(x + 3) / 6",
    "sparse_sigmoid": "(x + 1) / 2, clipped to 0…1",
    "hard_silu": "x · hard_sigmoid(x)",
    "hard_swish": "x · hard_sigmoid(x)",
    "tanh": "hyperbolic tangent",
    "hard_tanh": "x clipped to −1…1",
    "tanh_shrink": "x − tanh(x)",
    "softmax": "eˣ / Σ eˣ over the last axis",
    "log_softmax": "log(softmax(x))",
    "sparsemax": "projection onto the simplex over the last axis",
    "softplus": "log(1 + eˣ)",
    "sparse_plus": "0, (x + 1)² / 4, x in three pieces",
    "squareplus": "(x + √(x² + 4)) / 2",
    "softsign": "x / (1 + |x|)",
    "soft_shrink": "x drawn by 0.5 towards 0",
    "hard_shrink": "x where |x| > 0.5, else 0",
    "exponential": "eˣ",
    "glu": "first half · sigmoid(second half) of the last axis",
}
"""Every activation of Keras 3 that can be chosen by name, with its formula."""


_OVER_LAST_AXIS = frozenset({"softmax", "log_softmax", "sparsemax", "glu"})


class _Layer(Settings):
    """What every layer's config has besides; it changes nothing here."""

    name: str | None = None
    trainable: bool = True
    dtype: Annotated[str | None, BeforeValidator(policy_name)] = None


class _ReLU(_Layer):
    max_value: float | None = Field(default=None, ge=0)
    negative_slope: float = Field(default=0.0, ge=0)
    threshold: float = Field(default=0.0, ge=0)


class _LeakyReLU(_Layer):
    negative_slope: float = Field(default=0.3, ge=0)


class _ELU(_Layer):
    alpha: float = 1.0


class _Softmax(_Layer):
    axis: int | list[int] = -1


class _Activation(_Layer):
    activation: Annotated[str, BeforeValidator(lambda value: _name(value))]


LAYERS = Choices(
    "layer that serves as an activation",
    {"ReLU": _ReLU, "LeakyReLU": _LeakyReLU, "ELU": _ELU, "Softmax": _Softmax, "Activation": _Activation},
    {},
)
"""Layers that Keras takes as an activation too, with their settings."""

_WITH_WEIGHTS = frozenset({"PReLU", "p_re_lu"})
_OF_EVERY_LAYER = {"name": None, "trainable": True, "dtype": None}

AnyActivation = str | Choice
"""A name, or a layer: `{"type": "LeakyReLU", "config": {"negative_slope": 0.1}}`."""


def read_activation(value: object) -> AnyActivation:
    """None is `linear`, and Keras' saved functions are read by their names, its saved layers as choices."""
    if value is None:
        return "linear"
    if isinstance(value, Mapping):
        kind = value.get("type", value.get("class_name"))
        if kind == "function":
            return _name(value.get("config"))
        if kind in _WITH_WEIGHTS:
            raise ValueError(f"{kind} has weights; add it as a layer of its own after this one")
        if isinstance(kind, str):
            choice = LAYERS.read(value)
            config = choice["config"].items()
            said = {key: each for key, each in config if each != _OF_EVERY_LAYER.get(key, ...)}
            return {"type": choice["type"], "config": said}
    return _name(value)


def _name(value: object) -> str:
    if isinstance(value, str) and value in ACTIVATIONS:
        return value
    near = get_close_matches(value, ACTIVATIONS, 1) if isinstance(value, str) else []
    raise ValueError(
        f"{value!r} is not an activation"
        + (f"; did you mean `{near[0]}`?" if near else f"; known: {', '.join(ACTIVATIONS)}")
    )


def _schema(names: Iterable[str]) -> dict[str, Any]:
    layer = {
        "type": "object",
        "properties": {
            "type": {"type": "string", "enum": sorted(LAYERS.types)},
            "config": {"type": "object"},
        },
        "required": ["type"],
    }
    return {"anyOf": [{"type": "string", "enum": list(names)}, layer]}


Activation = Annotated[AnyActivation, BeforeValidator(read_activation), WithJsonSchema(_schema(ACTIVATIONS))]


def _read_stepwise(value: object) -> AnyActivation:
    read = read_activation(value)
    if plain_name(read) == "glu":
        raise ValueError("`glu` halves its axis and can't be used within a recurrent step")
    return read


StepActivation = Annotated[
    AnyActivation,
    BeforeValidator(_read_stepwise),
    WithJsonSchema(_schema(name for name in ACTIVATIONS if name != "glu")),
]
"""An activation that keeps its input's shape."""


def plain_name(activation: AnyActivation) -> str | None:
    """The name of a function that has no settings; None for a layer that has."""
    if isinstance(activation, str):
        return activation
    name: str | None = activation["config"].get("activation")
    return name


def activation_field(default: str, description: str = "Function that the result goes through.") -> Any:
    """A field for an activation."""
    return Field(default=default, description=description)


def activated(spec: TensorSpec, activation: AnyActivation) -> TensorSpec:
    """The spec after an activation: only `glu` changes it.

    Raises:
        ProblemError: `shape.mismatch` where `glu` can't halve the last axis, or the last axis is the batch;
            `config.invalid` where a Softmax names an axis that is not there.
    """
    name = plain_name(activation)
    if isinstance(activation, Mapping) and activation["type"] == "Softmax":
        axis = activation["config"]["axis"]
        expect_axes(spec, axis if isinstance(axis, int) else tuple(axis), field="activation")
    if spec.rank < 2 and name in _OVER_LAST_AXIS:
        raise refuse(
            "shape.mismatch",
            f"`{name}` works over the last axis, and {spec} has none but the batch.",
            "Give the Input a `shape` of at least one number, or choose another activation.",
            field="activation",
        )
    if name != "glu" or spec.features is None:
        return spec
    if spec.features % 2:
        raise refuse(
            "shape.mismatch",
            f"`glu` halves the last axis, which has size {spec.features} in {spec}; expected an even size.",
            "Make the last axis even, or choose another activation.",
            field="activation",
        )
    return spec.with_shape((*spec.shape[:-1], spec.features // 2))
