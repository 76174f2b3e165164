"""The operation type `Stacking`."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field

from layerloom.layers.base import Example, Inputs, Outputs, Port, refuse
from layerloom.layers.operations.base import Movement, OptionalAxis, axis_of, product
from layerloom.layers.operations.dtypes import promoted
from layerloom.tensors import TensorSpec


class Stacking(Movement):
    """Joins tensors: concatenate, stack, hstack, vstack.

    `concatenate`: along `axis`, the batch being 0; the other sizes are equal. `stack`: along a new axis.
    `hstack`, `vstack`, `dstack`: along axis 1, 0, 2, as in numpy. `append`: two tensors along `axis`, or
    (empty) all their numbers in a row. Types are brought to the one that holds all.
    """

    function: Literal["concatenate", "stack", "hstack", "vstack", "dstack", "append"] = Field(
        default="concatenate", description="Which function of `keras.ops`."
    )
    axis: OptionalAxis = Field(
        default=0, description="`concatenate`, `stack`, `append`: which axis, 0 the batch."
    )

    module: ClassVar[str] = "stacking.Stacking"
    search_words: ClassVar[tuple[str, ...]] = (
        "ops",
        "concatenate",
        "concat",
        "stack",
        "hstack",
        "vstack",
        "拼接",
    )
    input_ports: ClassVar[tuple[Port, ...]] = (Port("xs", "Tensors, in order.", least=1, most=None),)
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "Features side by side",
            {"axis": -1},
            {"xs": (TensorSpec((None, 6, 4)), TensorSpec((None, 6, 3)))},
        ),
        Example(
            "Pair", {"function": "stack", "axis": 1}, {"xs": (TensorSpec((None, 8)), TensorSpec((None, 8)))}
        ),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        specs = tuple(inputs["xs"])
        dtype = promoted(*(spec.dtype for spec in specs))
        if self.function == "append" and len(specs) != 2:
            raise refuse(
                "port.too_many" if len(specs) > 2 else "port.missing",
                f"got {len(specs)} tensors; `append` takes two.",
                "Choose `concatenate` for another number.",
                port="xs",
            )
        if self.axis is None and self.function in ("concatenate", "stack"):
            raise refuse("config.invalid", "has no `axis`.", "Set `axis`; -1 is the last.", field="axis")
        if self.function == "append" and self.axis is None:
            sizes = [product(spec.shape) for spec in specs]
            total = None if None in sizes else sum(size or 0 for size in sizes)
            return {"output": TensorSpec((total,), dtype)}
        if self.function == "stack":
            axis = axis_of(self.axis or 0, specs[0], more=1, port="xs")
            shape = list(self._alike(specs, None))
            shape.insert(axis, len(specs))
            return {"output": TensorSpec(tuple(shape), dtype)}
        if self.function == "dstack":
            specs = tuple(_with_depth(spec) for spec in specs)
        elif self.function == "vstack" and specs[0].rank < 2:
            specs = tuple(TensorSpec((1, *(spec.shape or (1,)))) for spec in specs)
        elif self.function == "hstack":
            specs = tuple(spec if spec.rank else TensorSpec((1,)) for spec in specs)
        fixed = {"hstack": min(specs[0].rank - 1, 1), "vstack": 0, "dstack": 2}
        axis = axis_of(fixed.get(self.function, self.axis or 0), specs[0], port="xs")
        shape = list(self._alike(specs, axis))
        sizes = [spec.shape[axis] for spec in specs]
        shape[axis] = None if None in sizes else sum(size or 0 for size in sizes)
        return {"output": TensorSpec(tuple(shape), dtype, specs[0].axes)}

    def _alike(self, specs: Sequence[TensorSpec], but: int | None) -> tuple[int | None, ...]:
        """The common shape, but for one axis."""
        shape = list(specs[0].shape)
        for spec in specs[1:]:
            sizes = zip(shape, spec.shape, strict=False)
            apart = [
                axis for axis, (a, b) in enumerate(sizes) if axis != but and None not in (a, b) and a != b
            ]
            if spec.rank != specs[0].rank or apart:
                listed = " and ".join(str(each) for each in specs)
                where = f" except along axis {but}" if but is not None else ""
                raise refuse(
                    "shape.mismatch",
                    f"got shapes {listed}; they must be equal{where}.",
                    "Bring them to one shape first, or set `axis` to the axis in which they differ.",
                    port="xs",
                )
            shape = [b if a is None else a for a, b in zip(shape, spec.shape, strict=True)]
        return tuple(shape)


def _with_depth(spec: TensorSpec) -> TensorSpec:
    shape = spec.shape
    if len(shape) < 2:
        shape = (1, *(shape or (1,)))
    return TensorSpec((*shape, 1) if len(shape) == 2 else shape, spec.dtype)
