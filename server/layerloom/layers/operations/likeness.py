"""The operation type `Likeness`."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from layerloom.layers.base import Example, Inputs, Outputs, Port, one, refuse
from layerloom.layers.operations.base import Movement, broadcast, operand, shown
from layerloom.layers.operations.literals import Operand, argument
from layerloom.tensors import DType, TensorSpec


class Likeness(Movement):
    """One number everywhere, in the shape of a tensor.

    `zeros_like`, `ones_like`, `full_like` with `fill_value`; of the tensor's shape and type. No gradient
    reaches the tensor.
    """

    function: Literal["zeros_like", "ones_like", "full_like"] = Field(
        default="zeros_like", description="Which function of `keras.ops`."
    )
    fill_value: Operand = Field(default=None, description="`full_like`: the number.")
    dtype: DType | None = Field(default=None, description="Type of the result. Empty: that of the tensor.")

    module: ClassVar[str] = "picking.Likeness"
    search_words: ClassVar[tuple[str, ...]] = (
        "ops",
        "zeros_like",
        "ones_like",
        "full_like",
        "constant",
        "全零",
    )
    input_ports: ClassVar[tuple[Port, ...]] = (
        Port("x", "Tensor whose shape is taken."),
        Port("fill_value", "`full_like`: the number, where the field holds none.", least=0),
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Zeros", {}, {"x": (TensorSpec((None, 6)),)}),
        Example(
            "Sevens",
            {"function": "full_like", "fill_value": 7, "dtype": "int32"},
            {"x": (TensorSpec((None, 3)),)},
        ),
    )

    def settings(self) -> Mapping[str, Any]:
        value = {"zeros_like": 0, "ones_like": 1}.get(self.function)
        if value is None and self.fill_value is not None:
            value = argument(self.fill_value)  # type: ignore[assignment]
        return {"value": value, "dtype": self.dtype}

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs, "x").without_mask()
        if self.function != "full_like" and inputs.get("fill_value"):
            raise refuse(
                "port.too_many",
                f"has a tensor at `fill_value`; `{self.function}` takes none there.",
                "Delete the edge, or choose `full_like`.",
                port="fill_value",
            )
        if self.function == "full_like":
            value = operand(inputs, "fill_value", self.fill_value)
            dtype = self.dtype or spec.dtype
            is_endless = isinstance(value, str) and "float" not in dtype
            stretched = isinstance(value, TensorSpec) and broadcast(spec, value)[0] != spec.shape
            if isinstance(value, dict | list) or is_endless or stretched:
                raise refuse(
                    "config.invalid",
                    f"got a `fill_value` of shape {shown(value)} for {spec} of {dtype}; expected one number that this "
                    "type holds.",
                    "Write a number into `fill_value`, or use Arithmetic.",
                    port="fill_value",
                )
        return {"output": TensorSpec(spec.shape, self.dtype or spec.dtype, spec.axes)}
