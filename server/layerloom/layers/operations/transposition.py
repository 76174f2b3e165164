"""The operation type `Transposition`."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from layerloom.layers.base import Example, Inputs, Outputs, one, refuse
from layerloom.layers.calls import Call
from layerloom.layers.fields.numbers import as_tuple
from layerloom.layers.operations.base import _AXIS, Axis, Movement, axes_of, axis_of
from layerloom.tensors import TensorSpec

_Several = Annotated[
    tuple[Axis, ...] | None,
    BeforeValidator(as_tuple),
    WithJsonSchema({"anyOf": [{"type": "array", "items": _AXIS}, {"type": "null"}]}),
]
_OneOrSeveral = Annotated[
    Axis | tuple[Axis, ...],
    BeforeValidator(as_tuple),
    WithJsonSchema({"anyOf": [_AXIS, {"type": "array", "items": _AXIS}]}),
]


class Transposition(Movement):
    """Axes in another order: transpose, swapaxes, moveaxis.

    `transpose`: the result's axes are `axes` of the tensor, the batch being 0 (empty: all turned round).
    `swapaxes`: two change places. `moveaxis`: `source` goes to `destination`. Numbers stay what they are.
    """

    function: Literal["transpose", "swapaxes", "moveaxis"] = Field(
        default="transpose", description="Which function of `keras.ops`."
    )
    axes: _Several = Field(default=None, description="`transpose`: the new order, such as `[0, 2, 1]`.")
    axis1: Axis = Field(default=-2, description="`swapaxes`: one axis.")
    axis2: Axis = Field(default=-1, description="`swapaxes`: the other.")
    source: _OneOrSeveral = Field(default=-1, description="`moveaxis`: the axis or axes that move.")
    destination: _OneOrSeveral = Field(default=1, description="`moveaxis`: where they go.")

    search_words: ClassVar[tuple[str, ...]] = ("ops", "transpose", "swapaxes", "moveaxis", "permute", "转置")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Time and features", {"axes": [0, 2, 1]}, {"x": (TensorSpec((None, 6, 4)),)}),
        Example("Swapped", {"function": "swapaxes"}, {"x": (TensorSpec((None, None, 4)),)}),
        Example("Channels first", {"function": "moveaxis"}, {"x": (TensorSpec((None, 8, 8, 3)),)}),
    )

    def torch_call(self, inputs: Inputs) -> Call:
        order = self._order(one(inputs, "x"))
        return Call("layerloom.layers.modules.operations.movement.Transposition", {"order": order})

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs, "x").without_mask()
        order = self._order(spec)
        shape = tuple(spec.shape[axis] for axis in order)
        return {"output": TensorSpec(shape, spec.dtype, tuple(spec.axes[axis] for axis in order))}

    def _order(self, spec: TensorSpec) -> tuple[int, ...]:
        if self.function == "transpose":
            order = (
                tuple(reversed(range(spec.rank)))
                if self.axes is None
                else axes_of(self.axes, spec, field="axes")
            )
            if len(order) != spec.rank:
                raise self._refused(spec, f"`axes` {self.axes} names {len(order)} axes", "axes")
            return order
        places: list[Any] = list(range(spec.rank))
        if self.function == "swapaxes":
            one_, other = axis_of(self.axis1, spec, field="axis1"), axis_of(self.axis2, spec, field="axis2")
            places[one_], places[other] = places[other], places[one_]
            return tuple(places)
        source = axes_of(self.source, spec, field="source")
        destination = axes_of(self.destination, spec, field="destination")
        if len(source) != len(destination):
            raise self._refused(
                spec, f"{len(source)} axes can't go to {len(destination)} places", "destination"
            )
        rest = iter(axis for axis in places if axis not in source)
        moved = dict(zip(destination, source, strict=True))
        return tuple(moved[place] if place in moved else next(rest) for place in places)

    def _refused(self, spec: TensorSpec, why: str, field: str) -> Exception:
        return refuse(
            "config.invalid",
            f"got shape {spec}; {why}.",
            f"Name each axis once, from 0 (the batch) to {spec.rank - 1}.",
            field=field,
        )
