"""The operation type `Tiling`."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from layerloom.layers.base import Example, Inputs, Outputs, one, refuse
from layerloom.layers.operations.base import Movement, OptionalAxis, WholeOrWholes, Wholes, axis_of, product
from layerloom.tensors import Shape, TensorSpec


class Tiling(Movement):
    """The same numbers several times: repeat, tile, broadcast_to.

    `repeat`: each place `repeats` times along `axis` (a a b b); empty: all numbers in a row. `tile`: the whole
    `repeats` times (a b a b), one number for each axis, the batch first. `broadcast_to`: sizes of 1 stretched
    to `shape`, the batch included.
    """

    function: Literal["repeat", "tile", "broadcast_to"] = Field(
        default="repeat", description="Which function of `keras.ops`."
    )
    repeats: WholeOrWholes = Field(default=1, description="`repeat`, `tile`: how many times.")
    axis: OptionalAxis = Field(default=None, description="`repeat`: along which axis, the batch being 0.")
    shape: Wholes = Field(default=(), description="`broadcast_to`: the shape, the batch first.")

    module: ClassVar[str] = "movement.Tiling"
    search_words: ClassVar[tuple[str, ...]] = ("ops", "repeat", "tile", "broadcast", "expand", "重复")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Each step twice", {"repeats": 2, "axis": 1}, {"x": (TensorSpec((None, 3, 4)),)}),
        Example(
            "Three times in a row", {"function": "tile", "repeats": [1, 3]}, {"x": (TensorSpec((None, 4)),)}
        ),
    )

    @model_validator(mode="after")
    def _nothing_negative(self) -> "Tiling":
        times = self.repeats if isinstance(self.repeats, tuple) else (self.repeats,)
        if self.function == "repeat" and not times:
            raise ValueError("`repeats` holds at least one number")
        if min((*times, *self.shape), default=1) < 1:
            raise ValueError("`repeats` and `shape` hold numbers from 1 on")
        return self

    def settings(self) -> Mapping[str, Any]:
        used = {"repeat": ("repeats", "axis"), "tile": ("repeats",), "broadcast_to": ("shape",)}
        return {"function": self.function, **{name: getattr(self, name) for name in used[self.function]}}

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs, "x").without_mask()
        if self.function == "repeat":
            return {"output": self._repeated(spec)}
        if self.function == "broadcast_to":
            return {"output": TensorSpec(self._stretched(spec), spec.dtype)}
        times = self.repeats if isinstance(self.repeats, tuple) else (self.repeats,)
        rank = max(len(times), spec.rank)
        sizes: Shape = (1,) * (rank - spec.rank) + spec.shape
        times = (1,) * (rank - len(times)) + times
        shape = tuple(
            None if size is None else size * count for size, count in zip(sizes, times, strict=True)
        )
        return {"output": TensorSpec(shape, spec.dtype, spec.axes if rank == spec.rank else ())}

    def _repeated(self, spec: TensorSpec) -> TensorSpec:
        shape: Shape = (product(spec.shape),) if self.axis is None else spec.shape
        axis = 0 if self.axis is None else axis_of(self.axis, spec)
        size = shape[axis]
        if isinstance(self.repeats, tuple) and len(self.repeats) > 1:
            if size is not None and size != len(self.repeats):
                raise refuse(
                    "config.invalid",
                    f"got shape {spec}, of size {size} along `axis`; `repeats` holds {len(self.repeats)} numbers.",
                    "Give one number, or one for each place of the axis.",
                    field="repeats",
                )
            new = None if size is None else sum(self.repeats)
        else:
            times = self.repeats if isinstance(self.repeats, int) else self.repeats[0]
            new = None if size is None else size * times
        return TensorSpec(
            (*shape[:axis], new, *shape[axis + 1 :]), spec.dtype, () if self.axis is None else spec.axes
        )

    def _stretched(self, spec: TensorSpec) -> Shape:
        sizes = (1,) * (len(self.shape) - spec.rank) + spec.shape
        if len(sizes) != len(self.shape) or any(
            size not in (None, 1, wanted) for size, wanted in zip(sizes, self.shape, strict=True)
        ):
            raise refuse(
                "shape.mismatch",
                f"got shape {spec}; it can't be stretched to {list(self.shape)}: sizes must be equal or 1.",
                "Put axes of size 1 in with Reshaping first.",
                port="x",
                field="shape",
            )
        return self.shape
