"""What the operations share: no weights, no mask, and a field `function` that picks one of a family."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, WithJsonSchema

from layerloom.layers.base import Category, Inputs, LayerType, Port, refuse
from layerloom.layers.calls import Call
from layerloom.layers.fields.numbers import as_tuple
from layerloom.layers.operations.literals import Literal, shape_of
from layerloom.tensors import DType, Shape, TensorSpec

X = (Port("x", "Tensor that the operation is done on."),)

_MOST = 2**31 - 1
Whole = Annotated[int, Field(ge=-_MOST, le=_MOST)]
Axis = Annotated[int, Field(ge=-64, le=64)]
_AXIS = {"type": "integer", "minimum": -64, "maximum": 64}
OptionalAxis = Annotated[Axis | None, WithJsonSchema({"anyOf": [_AXIS, {"type": "null"}]})]
Axes = Annotated[
    Axis | tuple[Axis, ...] | None,
    BeforeValidator(as_tuple),
    WithJsonSchema({"anyOf": [_AXIS, {"type": "array", "items": _AXIS}, {"type": "null"}]}),
]
"""One axis, several, or all (null); the batch is 0."""
Wholes = Annotated[
    tuple[Whole, ...],
    BeforeValidator(as_tuple),
    Field(max_length=64),
    WithJsonSchema({"type": "array", "items": {"type": "integer"}}),
]
WholeOrWholes = Annotated[
    Whole | tuple[Whole, ...],
    BeforeValidator(as_tuple),
    WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}]}),
]


class Operation(LayerType):
    """An operation of `keras.ops`, as Keras saves it: a function with settings, without weights."""

    name: str | None = Field(
        default=None,
        max_length=200,
        description="Keras' name of the operation. The layer's id is what counts here.",
    )

    category: ClassVar[Category] = "operations"
    keras_name: ClassVar[str | None] = ""
    input_ports: ClassVar[tuple[Port, ...]] = X
    module: ClassVar[str]
    """The torch class, below `layers.modules.operations`."""

    def torch_call(self, inputs: Inputs) -> Call:
        return Call(f"layerloom.layers.modules.operations.{self.module}", self.settings())

    def settings(self) -> Mapping[str, Any]:  # Any: values of config
        """Arguments of the torch class: all fields but Keras' name."""
        return {name: getattr(self, name) for name in type(self).model_fields if name != "name"}


class Movement(Operation):
    """An operation that computes nothing: it moves numbers, or picks some of them."""

    def flops(self, inputs: Inputs, outputs: Mapping[str, TensorSpec]) -> int:
        return 0


def operand(inputs: Inputs, port: str, literal: Literal, *, is_needed: bool = True) -> TensorSpec | Literal:
    """What is connected to a port or, where nothing is, the number in the field of the same name.

    Raises:
        ProblemError: `port.missing`, `config.invalid` where both are given.
    """
    specs = inputs.get(port, ())
    if specs and literal is not None:
        raise refuse(
            "config.invalid",
            f"has a tensor at `{port}` and a number in its field `{port}`; expected one of the two.",
            f"Empty the field `{port}`, or delete the edge.",
            port=port,
            field=port,
        )
    if not specs and literal is None and is_needed:
        raise refuse(
            "port.missing",
            f"has nothing connected to `{port}`, and no number in its field `{port}`.",
            f"Connect a tensor to `{port}`, or write a number into the field.",
            port=port,
        )
    return specs[0] if specs else literal


def shape_and_axes(value: TensorSpec | Literal) -> tuple[Shape, tuple[str, ...]]:
    return (value.shape, value.axes) if isinstance(value, TensorSpec) else (shape_of(value), ())


def broadcast(*values: TensorSpec | Literal) -> tuple[Shape, tuple[str, ...]]:
    """numpy's rule: shapes are aligned at their ends, and 1 is stretched.

    Raises:
        ProblemError: `shape.mismatch`.
    """
    shapes = [shape_and_axes(value) for value in values]
    rank = max(len(shape) for shape, _ in shapes)
    axes = next(axes for shape, axes in shapes if len(shape) == rank)
    sizes: list[int | None] = []
    for place in range(rank):
        here = {shape[place - rank] for shape, _ in shapes if len(shape) >= rank - place} - {1}
        if len(here - {None}) > 1:
            listed = " and ".join(shown(value) for value in values)
            raise refuse(
                "shape.mismatch",
                f"got shapes {listed}; aligned at their ends, sizes must be equal or 1.",
                "Bring them to one shape with Reshaping (expand_dims or reshape), or use Matmul.",
            )
        sizes.append(next((size for size in here if size is not None), None) if here else 1)
    return tuple(sizes), axes


def shown(value: TensorSpec | Literal) -> str:
    if isinstance(value, TensorSpec):
        return str(value)
    shape = shape_of(value)
    return "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"


def axis_of(axis: int, spec: TensorSpec, *, field: str = "axis", more: int = 0, port: str = "x") -> int:
    """An axis counted from the front; `more` axes are about to be put in.

    Raises:
        ProblemError: `config.invalid`.
    """
    rank = spec.rank + more
    position = axis + rank if axis < 0 else axis
    if not 0 <= position < rank:
        raise refuse(
            "config.invalid",
            f"got shape {spec}; `{field}` is {axis}, expected a number from {-rank} to {rank - 1}.",
            f"Set `{field}` to one of these; 0 is the batch, -1 the last axis.",
            port=port,
            field=field,
        )
    return position


def axes_of(axes: int | tuple[int, ...] | None, spec: TensorSpec, *, field: str = "axis") -> tuple[int, ...]:
    """The axes meant, counted from the front; all of them for None.

    Raises:
        ProblemError: `config.invalid`.
    """
    if axes is None:
        return tuple(range(spec.rank))
    found = tuple(axis_of(axis, spec, field=field) for axis in ((axes,) if isinstance(axes, int) else axes))
    if len(set(found)) < len(found):
        raise refuse(
            "config.invalid",
            f"has one axis twice in `{field}`: {axes}.",
            "Name each axis once.",
            field=field,
        )
    return found


def without(spec: TensorSpec, gone: tuple[int, ...], dtype: DType, keepdims: bool = False) -> TensorSpec:
    """The spec after a reduction over some axes."""
    if keepdims:
        shape = tuple(1 if place in gone else size for place, size in enumerate(spec.shape))
        return TensorSpec(shape, dtype, spec.axes)
    kept = [place for place in range(spec.rank) if place not in gone]
    return TensorSpec(tuple(spec.shape[i] for i in kept), dtype, tuple(spec.axes[i] for i in kept))


def product(sizes: Shape) -> int | None:
    """How many numbers there are; None where a size is not known."""
    total = 1
    for size in sizes:
        if size is None:
            return None
        total *= size
    return total
