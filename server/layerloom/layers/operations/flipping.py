"""The operation type `Flipping`."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from layerloom.layers.base import Example, Inputs, Outputs, one, refuse
from layerloom.layers.fields.numbers import as_tuple
from layerloom.layers.operations.base import _AXIS, Axes, Axis, Movement, WholeOrWholes, axes_of
from layerloom.tensors import TensorSpec

_Pair = Annotated[
    tuple[Axis, Axis],
    BeforeValidator(as_tuple),
    WithJsonSchema({"type": "array", "items": _AXIS, "minItems": 2, "maxItems": 2}),
]


class Flipping(Movement):
    """Turns a tensor round, or moves it on in a circle.

    `flip`: backwards along `axis` (empty: all). `fliplr`, `flipud`: along axis 1, 0. `roll`: moved on by
    `shift` places, what falls out at the end comes in at the front; without `axis`, all numbers in a row.
    `rot90`: turned `k` times by 90 degrees in the plane of `axes`.
    """

    function: Literal["flip", "fliplr", "flipud", "roll", "rot90"] = Field(
        default="flip", description="Which function of `keras.ops`."
    )
    axis: Axes = Field(default=None, description="`flip`, `roll`: which axis, the batch being 0. Empty: all.")
    shift: WholeOrWholes = Field(default=1, description="`roll`: by how many places.")
    k: Annotated[int, Field(ge=-100, le=100)] = Field(default=1, description="`rot90`: how many times.")
    axes: _Pair = Field(
        default=(0, 1), description="`rot90`: the plane; it turns from the first axis to the second."
    )

    module: ClassVar[str] = "movement.Flipping"
    search_words: ClassVar[tuple[str, ...]] = ("ops", "flip", "reverse", "roll", "shift", "rotate", "翻转")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Backwards in time", {"axis": 1}, {"x": (TensorSpec((None, 6, 4)),)}),
        Example("One step later", {"function": "roll", "axis": 1}, {"x": (TensorSpec((None, 6, 4)),)}),
        Example("Turned", {"function": "rot90", "axes": [1, 2]}, {"x": (TensorSpec((None, 4, 6, 3)),)}),
    )

    def settings(self) -> Mapping[str, Any]:
        if self.function == "roll":
            return {"function": "roll", "axis": self.axis, "shift": self.shift}
        if self.function == "rot90":
            return {"function": "rot90", "k": self.k, "axes": self.axes}
        return {"function": "flip", "axis": {"fliplr": 1, "flipud": 0}.get(self.function, self.axis)}

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs, "x").without_mask()
        shape = list(spec.shape)
        if self.function == "rot90":
            first, second = axes_of(self.axes, spec, field="axes")
            if self.k % 2:
                shape[first], shape[second] = shape[second], shape[first]
        elif self.function == "roll":
            axes, shift = (
                value if isinstance(value, tuple) else (value,) for value in (self.axis, self.shift)
            )
            if self.axis is not None:
                axes_of(self.axis, spec)
            if len(axes) != len(shift):
                raise refuse(
                    "config.invalid",
                    f"has {len(shift)} numbers in `shift` and {len(axes)} in `axis`; expected as many.",
                    "Give one `shift` for each `axis`.",
                    field="shift",
                )
        else:
            axes_of({"fliplr": 1, "flipud": 0}.get(self.function, self.axis), spec)
        return {"output": TensorSpec(tuple(shape), spec.dtype, spec.axes)}
