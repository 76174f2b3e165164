"""What the merges share: their port, Keras' broadcasting, and what they say when shapes do not fit."""

from collections.abc import Sequence
from typing import ClassVar

from layerloom.layers.base import Category, Inputs, KerasLayer, Outputs, Port, refuse
from layerloom.layers.calls import Call
from layerloom.tensors import DType, Shape, TensorSpec

TENSORS = (Port("inputs", "Tensors to merge, in this order.", least=1, most=None),)
TWO_TENSORS = (Port("inputs", "Two tensors, in this order.", least=2, most=2),)


class ElementwiseMerge(KerasLayer):
    """Merges entry by entry; sizes of 1 are stretched, and lower ranks get axes after the batch."""

    category: ClassVar[Category] = "merging"
    input_ports: ClassVar[tuple[Port, ...]] = TENSORS
    mask_out: ClassVar = "own"
    divides: ClassVar[bool] = False

    def infer(self, inputs: Inputs) -> Outputs:
        specs = inputs["inputs"]
        shape, axes = broadcast(specs)
        dtype = promoted(specs)
        if self.divides and "float" not in dtype:
            dtype = "float32"
        mask_shape = merged_mask(specs)
        return {"output": TensorSpec(shape, dtype, axes, bool(mask_shape), mask_shape)}

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        return len(inputs["inputs"]) * (outputs["output"].elements or 0)

    def torch_call(self, inputs: Inputs) -> Call:
        return Call(f"layerloom.layers.modules.merging.{type(self).__name__}")


def broadcast(specs: Sequence[TensorSpec]) -> tuple[Shape, tuple[str, ...]]:
    """The common shape and its axes.

    Raises:
        ProblemError: `shape.mismatch`.
    """
    rank = max(spec.rank for spec in specs)
    shapes = [(*spec.shape[:1], *(1 for _ in range(rank - spec.rank)), *spec.shape[1:]) for spec in specs]
    shape: list[int | None] = []
    for sizes in zip(*shapes, strict=True):
        wide = {size for size in sizes if size != 1}
        if len(wide - {None}) > 1:
            message = f"got shapes {listed(specs)}; they must be equal, or 1 where they differ."
            raise refuse("shape.mismatch", message, _hint(specs), port="inputs")
        shape.append(next((size for size in wide if size is not None), None) if wide else 1)
    widest = next(spec for spec in specs if spec.rank == rank)
    return tuple(shape), widest.axes


def listed(specs: Sequence[TensorSpec]) -> str:
    """`(batch, 7, 8) and (batch, 5, 8)`"""
    *most, last = map(str, specs)
    return f"{', '.join(most)} and {last}" if most else last


def promoted(specs: Sequence[TensorSpec]) -> DType:
    """The type that holds all: a decimal point wins, then the larger whole number."""
    order: tuple[DType, ...] = (
        "bool",
        "uint8",
        "int32",
        "int64",
        "float16",
        "bfloat16",
        "float32",
        "float64",
    )
    return max((spec.dtype for spec in specs), key=order.index)


def merged_mask(specs: Sequence[TensorSpec]) -> Shape:
    """Shape of the mask that is left where every tensor has one; empty where one has none."""
    if not all(spec.masked for spec in specs):
        return ()
    rank = max(spec.rank for spec in specs)
    shapes = [
        (*spec.mask_shape[:1], *(1 for _ in range(rank - spec.rank)), *spec.mask_shape[1:]) for spec in specs
    ]
    most = max(map(len, shapes))
    shape = shapes[0] + (1,) * (most - len(shapes[0]))
    for other in shapes[1:]:
        padded = other + (1,) * (most - len(other))
        shape = tuple(theirs if size == 1 else size for size, theirs in zip(shape, padded, strict=True))
    return shape


def _hint(specs: Sequence[TensorSpec]) -> str:
    if len({spec.rank for spec in specs}) > 1:
        return "Lower ranks get axes after the batch; use Reshape or Flatten to say what goes with what."
    if len({spec.shape[:-1] for spec in specs}) == 1:
        sizes = ", ".join(str(spec.features) for spec in specs)
        return f"Give them the same number of features ({sizes}), with a Dense before, or use Concatenate."
    return "Bring them to one shape first, or use Concatenate."


def contracted_axes(axes: int | tuple[int, int], specs: Sequence[TensorSpec]) -> tuple[int, int]:
    """The axis of each of two tensors that is summed over, counted from the front.

    Raises:
        ProblemError: `shape.mismatch`, `config.invalid`.
    """
    first, second = specs
    pair = (axes, axes) if isinstance(axes, int) else axes
    found = []
    for spec, axis in zip(specs, pair, strict=True):
        position = axis + spec.rank if axis < 0 else axis
        if not 0 < position < spec.rank:
            raise refuse(
                "config.invalid",
                f"got shapes {listed(specs)}; `axes` {list(pair)} names axis {axis}, which {spec} does not "
                "have after its batch.",
                "Count from 1, the batch being 0; -1 is the last axis.",
                field="axes",
            )
        found.append(position)
    sizes = first.shape[found[0]], second.shape[found[1]]
    if None not in sizes and sizes[0] != sizes[1]:
        raise refuse(
            "shape.mismatch",
            f"got shapes {listed(specs)}; axis {pair[0]} of the first has size {sizes[0]}, axis {pair[1]} "
            f"of the second {sizes[1]}; they must be equal.",
            _axes_hint(specs),
            port="inputs",
        )
    return found[0], found[1]


def _axes_hint(specs: Sequence[TensorSpec]) -> str:
    first, second = specs
    for one in range(first.rank - 1, 0, -1):
        for two in range(second.rank - 1, 0, -1):
            if first.shape[one] is not None and first.shape[one] == second.shape[two]:
                return f"Set `axes` to [{one}, {two}]."
    return "Bring one axis of each to the same size, with a Dense for instance."


def contraction(specs: Sequence[TensorSpec], axes: tuple[int, int]) -> TensorSpec:
    """What is left of the first tensor, then of the second; at least (batch, 1)."""
    first, second = specs
    left = [axis for axis in range(1, first.rank) if axis != axes[0]]
    right = [axis for axis in range(1, second.rank) if axis != axes[1]]
    shape = (*(first.shape[axis] for axis in left), *(second.shape[axis] for axis in right))
    if not shape:
        return TensorSpec((first.shape[0], 1), axes=("batch", "features"))
    names = [first.axes[axis] for axis in left]
    names += [
        f"other_{second.axes[axis]}" if second.axes[axis] in names else second.axes[axis] for axis in right
    ]
    return TensorSpec((first.shape[0], *shape), axes=("batch", *names))
