"""Activations by Keras' names; `layers.modules.activations` has their torch code."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from layerloom.layers.base import refuse
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


def read_activation(value: object) -> str:
    """The name; None is `linear`, and Keras' saved functions are read by their names."""
    if value is None:
        return "linear"
    if isinstance(value, Mapping) and value.get("class_name") == "function":
        value = value.get("config")
    if isinstance(value, str) and value in ACTIVATIONS:
        return value
    near = get_close_matches(value, ACTIVATIONS, 1) if isinstance(value, str) else []
    raise ValueError(
        f"{value!r} is not an activation"
        + (f"; did you mean `{near[0]}`?" if near else f"; known: {', '.join(ACTIVATIONS)}")
    )


_SCHEMA: dict[str, Any] = {"type": "string", "enum": list(ACTIVATIONS)}

Activation = Annotated[str, BeforeValidator(read_activation), WithJsonSchema(_SCHEMA)]


def _read_stepwise(value: object) -> str:
    name = read_activation(value)
    if name == "glu":
        raise ValueError("`glu` halves its axis and can't be used within a recurrent step")
    return name


StepActivation = Annotated[
    str,
    BeforeValidator(_read_stepwise),
    WithJsonSchema({"type": "string", "enum": [name for name in ACTIVATIONS if name != "glu"]}),
]
"""An activation that keeps its input's shape."""


def activation_field(default: str, description: str = "Function that the result goes through.") -> Any:
    """A field for an activation."""
    return Field(default=default, description=description)


def activated(spec: TensorSpec, name: str) -> TensorSpec:
    """The spec after an activation: only `glu` changes it.

    Raises:
        ProblemError: `shape.mismatch` where `glu` can't halve the last axis, or the last axis is the batch.
    """
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
