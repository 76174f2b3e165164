"""The operation type `Nonlinearity`."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from layerloom.layers.base import Example, Inputs, Outputs, one, refuse
from layerloom.layers.operations.base import Axes, Operation, axes_of, axis_of
from layerloom.layers.operations.dtypes import as_float
from layerloom.tensors import TensorSpec

Function = Literal[
    "relu", "relu6", "leaky_relu", "re_lu", "elu", "celu", "selu", "gelu", "silu", "sigmoid", "log_sigmoid",
    "hard_sigmoid", "hard_silu", "hard_tanh", "softplus", "softsign", "squareplus", "sparse_plus",
    "sparse_sigmoid", "tanh_shrink", "soft_shrink", "hard_shrink", "threshold", "softmax", "log_softmax",
    "sparsemax", "glu",
]  # fmt: skip

DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "leaky_relu": {"negative_slope": 0.2},
    "re_lu": {"negative_slope": 0.0, "max_value": None, "threshold": 0.0},
    "elu": {"alpha": 1.0},
    "celu": {"alpha": 1.0},
    "gelu": {"approximate": True},
    "squareplus": {"b": 4},
    "soft_shrink": {"threshold": 0.5},
    "hard_shrink": {"threshold": 0.5},
    "threshold": {"threshold": 0.0, "default_value": 0.0},
    "softmax": {"axis": -1},
    "log_softmax": {"axis": -1},
    "sparsemax": {"axis": -1},
    "glu": {"axis": -1},
}
"""What Keras takes where a setting is left out; functions that are not here have none."""

_Number = int | Annotated[float, Field(allow_inf_nan=False)] | None


class Nonlinearity(Operation):
    """relu, sigmoid, gelu, softmax: an activation as an operation.

    Functions are those of `keras.ops` of the same name; `re_lu` is what `keras.activations.relu` records.
    Settings that the function does not have are not looked at; empty ones are Keras' own. The shape stays,
    but `glu` halves its axis: first half · sigmoid(second half).
    """

    function: Function = Field(default="relu", description="Which function of `keras.ops`.")
    axis: Axes = Field(
        default=-1, description="`softmax`, `log_softmax`, `sparsemax`, `glu`: over which axis."
    )
    approximate: bool = Field(default=True, description="`gelu`: by tanh instead of the error function.")
    negative_slope: _Number = Field(
        default=None, description="`leaky_relu` (0.2), `re_lu` (0): slope below zero."
    )
    max_value: _Number = Field(default=None, description="`re_lu`: upper bound.")
    threshold: _Number = Field(
        default=None,
        description="`soft_shrink`, `hard_shrink` (0.5), `threshold`, `re_lu` (0): where it begins.",
    )
    default_value: _Number = Field(default=None, description="`threshold`: what stands below it.")
    alpha: _Number = Field(default=None, description="`elu`, `celu` (1): how deep it goes.")
    b: _Number = Field(default=None, description="`squareplus` (4): how round the corner is.")

    module: ClassVar[str] = "nonlinearity.Nonlinearity"
    search_words: ClassVar[tuple[str, ...]] = (
        "ops", "relu", "sigmoid", "gelu", "silu", "softmax", "log_softmax", "leaky_relu", "activation", "激活",
    )  # fmt: skip
    examples: ClassVar[tuple[Example, ...]] = (
        Example("relu", {}, {"x": (TensorSpec((None, 8)),)}),
        Example("Shares over time", {"function": "softmax", "axis": 1}, {"x": (TensorSpec((None, 6, 4)),)}),
        Example("Leaky", {"function": "leaky_relu", "negative_slope": 0.1}, {"x": (TensorSpec((None, 5)),)}),
        Example("Gated", {"function": "glu"}, {"x": (TensorSpec((None, None, 8)),)}),
    )

    def settings(self) -> Mapping[str, Any]:
        return {"function": self.function, **self.keras_settings()}

    def keras_settings(self) -> dict[str, Any]:
        """What the function takes, as Keras' config has it."""
        found = {}
        for name, default in DEFAULTS.get(self.function, {}).items():
            value = getattr(self, name)
            found[name] = default if value is None and name != "axis" else value
        return found

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs, "x").without_mask()
        dtype = spec.dtype if self.function == "relu" else as_float(spec.dtype)
        if spec.dtype == "bool" and self.function == "relu":
            raise refuse("config.invalid", "got booleans; `relu` takes numbers.", "Put Casting before it.")
        shape = spec.shape
        if "axis" in DEFAULTS.get(self.function, {}):
            if self.function in ("glu", "sparsemax") and not isinstance(self.axis, int):
                raise refuse(
                    "config.invalid",
                    f"has `axis` {self.axis}; `{self.function}` works over one axis.",
                    "Set `axis` to one number, such as -1.",
                    field="axis",
                )
            axes_of(self.axis, spec)
        if self.function == "glu" and isinstance(self.axis, int):
            axis = axis_of(self.axis, spec)
            size = shape[axis]
            if size is not None and size % 2:
                raise refuse(
                    "shape.mismatch",
                    f"`glu` halves axis {self.axis}, which has size {size} in {spec}; expected an even size.",
                    "Make that axis even, or choose another function.",
                    port="x",
                )
            shape = tuple(half // 2 if place == axis and half else half for place, half in enumerate(shape))
        return {"output": TensorSpec(shape, dtype, spec.axes)}
