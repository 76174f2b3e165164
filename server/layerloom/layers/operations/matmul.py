"""The operation type `Matmul`."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from layerloom.layers.base import Example, Inputs, Outputs, refuse
from layerloom.layers.fields.numbers import as_tuple
from layerloom.layers.operations.base import Axis, broadcast, product, shape_and_axes, shown
from layerloom.layers.operations.operands import TwoOperands, common_dtype
from layerloom.problems import ProblemError
from layerloom.tensors import Shape, TensorSpec


def _pairs(value: object) -> object:
    """JSON has lists only; one axis of each may be written without its list."""
    if not isinstance(value, list | tuple):
        return value
    return tuple((part,) if isinstance(part, int) else as_tuple(part) for part in value)


_Axes = Annotated[
    Annotated[int, Field(ge=0, le=64)] | tuple[tuple[Axis, ...], tuple[Axis, ...]],
    BeforeValidator(_pairs),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, {"type": "array"}]}),
]


class Matmul(TwoOperands):
    """Products of matrices and vectors: matmul, dot, outer.

    `matmul`: (…, n, k) · (…, k, m) → (…, n, m), axes in front stretched. `dot`: the last axis of x1 with the
    last but one of x2, all pairs. `inner`: last with last. `vdot`: all numbers in a row, one number.
    `outer`: every pair of numbers. `tensordot`: over `axes`. Either operand may stand in its field.
    """

    function: Literal["matmul", "dot", "vdot", "inner", "outer", "tensordot"] = Field(
        default="matmul", description="Which function of `keras.ops`."
    )
    axes: _Axes = Field(
        default=2,
        description="`tensordot`: how many axes meet, last of x1 with first of x2, or two lists of axes.",
    )

    module: ClassVar[str] = "products.Matmul"
    search_words: ClassVar[tuple[str, ...]] = (
        "ops", "matmul", "dot", "@", "inner", "outer", "tensordot", "product", "矩阵乘法",
    )  # fmt: skip
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "Every step with every step",
            {},
            {"x1": (TensorSpec((None, 5, 4)),), "x2": (TensorSpec((None, 4, 5)),)},
        ),
        Example(
            "A fixed matrix", {"x2": [[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]]}, {"x1": (TensorSpec((None, 3)),)}
        ),
    )

    def settings(self) -> Mapping[str, Any]:
        axes = {"axes": self.axes} if self.function == "tensordot" else {}
        return {"function": self.function, **self.literals(), **axes}

    def infer(self, inputs: Inputs) -> Outputs:
        values = self.operands(inputs)
        shape, _, axes = self._met(values)
        return {"output": TensorSpec(shape, common_dtype(*values), axes)}

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        _, met, _ = self._met(self.operands(inputs))
        return 2 * (outputs["output"].elements or 0) * (product(met) or 0)

    def _met(self, values: tuple[Any, Any]) -> tuple[Shape, Shape, tuple[str, ...]]:
        """The result's shape, the sizes that are summed over, and names of axes where they are known."""
        (first, names), (second, _) = map(shape_and_axes, values)
        if self.function == "outer":
            return (product(first), product(second)), (), ()
        if self.function == "vdot":
            self._same((product(first),), (product(second),), values)
            return (), (product(first),), ()
        if self.function == "matmul":
            return self._matmul(first, second, names, values)
        if not first or not second:
            return first or second, (), ()
        if self.function == "tensordot":
            left, right = self._tensordot_axes(first, second, values)
        else:
            left = [len(first) - 1]
            right = [len(second) - 1 if self.function == "inner" else max(len(second) - 2, 0)]
        met = tuple(first[axis] for axis in left)
        self._same(met, tuple(second[axis] for axis in right), values)
        kept = [size for axis, size in enumerate(first) if axis not in left]
        return (*kept, *(size for axis, size in enumerate(second) if axis not in right)), met, ()

    def _matmul(
        self, first: Shape, second: Shape, names: tuple[str, ...], values: tuple[Any, Any]
    ) -> tuple[Shape, Shape, tuple[str, ...]]:
        if not first or not second:
            raise self._mismatch(values, "`matmul` takes vectors and matrices")
        left = first if len(first) > 1 else (1, *first)
        right = second if len(second) > 1 else (*second, 1)
        self._same(left[-1:], right[-2:-1], values)
        front, _ = broadcast(TensorSpec(left[:-2]), TensorSpec(right[:-2]))
        rows = left[-2:-1] if len(first) > 1 else ()
        columns = right[-1:] if len(second) > 1 else ()
        shape = (*front, *rows, *columns)
        if not shape or len(shape) != len(names):
            return shape, left[-1:], ()
        return shape, left[-1:], names

    def _tensordot_axes(
        self, first: Shape, second: Shape, values: tuple[Any, Any]
    ) -> tuple[list[int], list[int]]:
        if isinstance(self.axes, int):
            if self.axes > min(len(first), len(second)):
                raise self._mismatch(values, f"{self.axes} axes of each are to meet")
            return list(range(len(first) - self.axes, len(first))), list(range(self.axes))
        found = []
        for axes, shape in zip(self.axes, (first, second), strict=True):
            if any(not -len(shape) <= axis < len(shape) for axis in axes):
                raise self._mismatch(values, f"`axes` {self.axes} are not all there")
            found.append([axis % len(shape) for axis in axes])
        if len(found[0]) != len(found[1]):
            raise self._mismatch(values, f"`axes` {self.axes} pair unequal numbers of axes")
        return found[0], found[1]

    def _same(self, first: Shape, second: Shape, values: tuple[Any, Any]) -> None:
        for one, other in zip(first, second, strict=True):
            if None not in (one, other) and one != other:
                raise self._mismatch(values, f"{one} and {other} numbers are to be multiplied in pairs")

    def _mismatch(self, values: tuple[Any, Any], why: str) -> ProblemError:
        return refuse(
            "shape.mismatch",
            f"got shapes {shown(values[0])} and {shown(values[1])} for `{self.function}`; {why}.",
            "Bring the axes that meet to one size: Transposition turns a matrix, Dense changes a size.",
            port="x2",
        )
