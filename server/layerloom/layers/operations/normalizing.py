"""The operation type `Normalizing`."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from layerloom.layers.base import Example, Inputs, Outputs, Port, one, refuse
from layerloom.layers.operations.base import Axes, Operation, axes_of, broadcast
from layerloom.layers.operations.dtypes import as_float
from layerloom.tensors import TensorSpec


class Normalizing(Operation):
    """Brings numbers to one length, or to mean 0 and variance 1.

    `normalize`: x / max(norm, epsilon), the norm of order `order` along `axis`. `layer_normalization`:
    (x − mean) / √(variance + epsilon) over `axis`, times scale, plus offset. `rms_normalization`:
    x / √(mean of squares + epsilon), times scale. Scale and offset are tensors; they may be left out.
    """

    function: Literal["normalize", "layer_normalization", "rms_normalization"] = Field(
        default="normalize", description="Which function of `keras.ops`."
    )
    axis: Axes = Field(default=-1, description="Axis or axes, the batch being 0.")
    epsilon: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = Field(
        default=None, description="Keeps from dividing by zero. Empty: 1e-7."
    )
    order: Annotated[int, Field(ge=1, le=100)] = Field(
        default=2, description="`normalize`: 2 for the usual length, 1 for the sum of sizes."
    )
    rms_scaling: bool = Field(
        default=False, description="`layer_normalization`: divides only; neither mean nor offset."
    )

    module: ClassVar[str] = "picking.Normalizing"
    search_words: ClassVar[tuple[str, ...]] = (
        "ops", "normalize", "unit length", "l2", "layer_normalization", "rms_normalization", "归一化",
    )  # fmt: skip
    input_ports: ClassVar[tuple[Port, ...]] = (
        Port("x", "Tensor that is normalized."),
        Port("scale", "Factors over the normalized axes.", least=0),
        Port("offset", "Numbers that are added, over the normalized axes.", least=0),
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example("To length 1", {}, {"x": (TensorSpec((None, 8)),)}),
        Example(
            "Layer normalization", {"function": "layer_normalization"}, {"x": (TensorSpec((None, 6, 4)),)}
        ),
    )

    def settings(self) -> Mapping[str, Any]:
        found: dict[str, Any] = {
            "function": self.function,
            "axis": self.axis,
            "epsilon": 1e-7 if self.epsilon is None else self.epsilon,
        }
        if self.function == "normalize":
            found["order"] = self.order
        return found | ({"rms_scaling": True} if self.rms_scaling else {})

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs, "x").without_mask()
        if self.axis is None or (self.axis == () and spec.rank):
            raise refuse("config.invalid", "has no `axis`.", "Set `axis`; -1 is the last.", field="axis")
        axes = axes_of(self.axis, spec)
        allowed = {"normalize": (), "rms_normalization": ("scale",)}.get(self.function, ("scale", "offset"))
        for port in ("scale", "offset"):
            for weight in inputs.get(port, ()):
                if port not in allowed:
                    raise refuse(
                        "port.too_many",
                        f"has a tensor at `{port}`; `{self.function}` takes none there.",
                        "Delete the edge, or choose another function.",
                        port=port,
                    )
                wanted = tuple(spec.shape[axis] for axis in sorted(axes))
                is_whole = weight.rank == spec.rank and broadcast(spec, weight)[0] == spec.shape
                if not is_whole and not _fits(weight.shape, wanted):
                    raise refuse(
                        "shape.mismatch",
                        f"got shape {weight} at `{port}` for {spec}; expected one number for each place of `axis`.",
                        "Bring it to the sizes of the normalized axes.",
                        port=port,
                    )
        if self.function == "normalize" and len(axes) > 2 and self.order != 2:
            raise refuse("config.invalid", "has three axes for a norm.", "Name one or two.", field="axis")
        dtype = as_float(spec.dtype) if self.function == "normalize" else spec.dtype
        return {"output": TensorSpec(spec.shape, dtype, spec.axes)}


def _fits(shape: tuple[int | None, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(shape) == len(wanted) and all(
        None in (have, want) or have == want for have, want in zip(shape, wanted, strict=True)
    )
