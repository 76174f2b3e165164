"""The operation type `Reshaping`."""

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from layerloom.layers.base import Example, Inputs, Outputs, one, refuse
from layerloom.layers.calls import Call
from layerloom.layers.operations.base import Axes, Movement, axes_of, axis_of, product
from layerloom.tensors import Shape, TensorSpec


def _read_shape(value: object) -> object:
    return (value,) if isinstance(value, int) else tuple(value) if isinstance(value, list) else value


_NewShape = Annotated[
    tuple[Annotated[int, Field(ge=-1, le=2**31 - 1)] | None, ...],
    BeforeValidator(_read_shape),
    Field(max_length=64),
    WithJsonSchema(
        {"type": "array", "items": {"anyOf": [{"type": "integer", "minimum": -1}, {"type": "null"}]}}
    ),
]


class Reshaping(Movement):
    """The same numbers in another shape, the batch included.

    `reshape`: to `newshape`, whose first number is the batch; one may be -1 and follows from the others:
    (batch, 4, 6) → `[-1, 24]` → (batch, 24). `expand_dims`: a new axis of size 1 at `axis` of the result.
    `squeeze`: takes axes of size 1 away (empty: all of them). `ravel`: all numbers in a row.
    """

    function: Literal["reshape", "expand_dims", "squeeze", "ravel"] = Field(
        default="reshape", description="Which function of `keras.ops`."
    )
    newshape: _NewShape = Field(
        default=(-1,), description="`reshape`: the new shape, the batch first; -1 once."
    )
    axis: Axes = Field(default=None, description="`expand_dims`, `squeeze`: which axis, the batch being 0.")

    search_words: ClassVar[tuple[str, ...]] = (
        "ops", "reshape", "expand_dims", "squeeze", "ravel", "flatten", "newaxis", "view", "重塑",
    )  # fmt: skip
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Flat", {"newshape": [-1, 24]}, {"x": (TensorSpec((None, 4, 6)),)}),
        Example("A channel", {"function": "expand_dims", "axis": -1}, {"x": (TensorSpec((None, 8, 8)),)}),
        Example("No channel", {"function": "squeeze", "axis": -1}, {"x": (TensorSpec((None, 8, 1)),)}),
        Example("All in a row", {"function": "ravel"}, {"x": (TensorSpec((None, 3)),)}),
    )

    @model_validator(mode="after")
    def _one_open_size(self) -> "Reshaping":
        if self.function == "reshape" and sum(size in (-1, None) for size in self.newshape) > 1:
            raise ValueError("`newshape` may hold -1 only once")
        if self.function == "expand_dims" and self.axis is None:
            raise ValueError("`expand_dims` needs an `axis`")
        return self

    def torch_call(self, inputs: Inputs) -> Call:
        module = "layerloom.layers.modules.operations.movement"
        spec = one(inputs, "x")
        if self.function == "expand_dims":
            return Call(f"{module}.ExpandDims", {"axes": self._new_axes(spec)})
        if self.function == "squeeze":
            return Call(f"{module}.Squeeze", {"axes": self._gone(spec)})
        newshape = (-1,) if self.function == "ravel" else self.newshape
        return Call(
            f"{module}.Reshaping", {"newshape": tuple(-1 if size is None else size for size in newshape)}
        )

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs, "x").without_mask()
        if self.function == "reshape":
            return {"output": TensorSpec(self._reshaped(spec), spec.dtype)}
        if self.function == "ravel":
            return {"output": TensorSpec((product(spec.shape),), spec.dtype)}
        if self.function == "squeeze":
            gone = self._gone(spec)
            kept = [axis for axis in range(spec.rank) if axis not in gone]
            names = tuple(spec.axes[axis] for axis in kept)
            return {"output": TensorSpec(tuple(spec.shape[axis] for axis in kept), spec.dtype, names)}
        shape, names_ = list(spec.shape), list(spec.axes)
        for axis in self._new_axes(spec):
            shape.insert(axis, 1)
            names_.insert(axis, "new")
        names = tuple(names_) if len(set(names_)) == len(names_) else ()
        return {"output": TensorSpec(tuple(shape), spec.dtype, names)}

    def _new_axes(self, spec: TensorSpec) -> tuple[int, ...]:
        axes = self.axis if isinstance(self.axis, tuple) else (self.axis or 0,)
        found = tuple(sorted(axis_of(axis, spec, more=len(axes)) for axis in axes))
        if len(set(found)) < len(found):
            raise refuse(
                "config.invalid", f"has one axis twice in `axis` {axes}.", "Name each once.", field="axis"
            )
        return found

    def _gone(self, spec: TensorSpec) -> tuple[int, ...]:
        if self.axis is None:
            return tuple(axis for axis, size in enumerate(spec.shape) if size == 1)
        gone = axes_of(self.axis, spec)
        for axis in gone:
            if spec.shape[axis] != 1:
                raise refuse(
                    "shape.mismatch",
                    f"got shape {spec}; `axis` {axis} has size {spec.shape[axis] or 'unknown'}, expected 1.",
                    "Choose an axis of size 1, or Slicing to pick one place.",
                    port="x",
                    field="axis",
                )
        return gone

    def _reshaped(self, spec: TensorSpec) -> Shape:
        wanted: list[int | None] = [None if size == -1 else size for size in self.newshape]
        have = product(spec.shape)
        given = product(tuple(1 if size is None else size for size in wanted)) or 0
        if have is None:
            return tuple(wanted)
        fits = given > 0 and have % given == 0 if None in wanted else given == have
        if not fits:
            raise refuse(
                "shape.mismatch",
                f"got shape {spec}, {have} numbers; `newshape` {list(self.newshape)} holds {given}"
                f"{' or a multiple' if None in wanted else ''}.",
                "Make the product of `newshape` equal; the batch is its first number, -1 stands for any.",
                port="x",
                field="newshape",
            )
        return tuple(have // given if size is None else size for size in wanted)
