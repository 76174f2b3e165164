"""The operation type `Splitting`."""

import itertools
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from layerloom.layers.base import Example, Inputs, Outputs, Port, one, refuse
from layerloom.layers.operations.base import Axis, Movement, WholeOrWholes, axis_of
from layerloom.tensors import TensorSpec

_MOST_PARTS = 256
_Parts = Annotated[int, Field(ge=1, le=_MOST_PARTS)] | None
_FIXED = {"hsplit": 1, "vsplit": 0, "dsplit": 2}


class Splitting(Movement):
    """Takes a tensor apart: several outputs.

    `split`: along `axis` into that many equal parts, or at the places given (`[1, 3]`: up to 1, up to 3, the
    rest). `array_split`: parts may differ by one. `hsplit`, `vsplit`, `dsplit`: along axis 1, 0, 2.
    `unstack`: one output for each place of the axis, which goes.
    """

    function: Literal["split", "array_split", "hsplit", "vsplit", "dsplit", "unstack"] = Field(
        default="split", description="Which function of `keras.ops`."
    )
    indices_or_sections: WholeOrWholes = Field(
        default=2, description="Number of parts, or the places where it is cut."
    )
    axis: Axis = Field(default=0, description="Along which axis, the batch being 0.")
    num: _Parts = Field(default=None, description="`unstack`: size of the axis. Empty: `parts` says it.")
    parts: _Parts = Field(
        default=None, description="`unstack`: how many outputs there are, where `num` is empty."
    )

    module: ClassVar[str] = "stacking.Splitting"
    search_words: ClassVar[tuple[str, ...]] = ("ops", "split", "unstack", "chunk", "unbind", "拆分")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Two halves", {"axis": -1}, {"x": (TensorSpec((None, 8)),)}),
        Example("In three", {"indices_or_sections": [1, 3], "axis": 1}, {"x": (TensorSpec((None, 6, 4)),)}),
        Example(
            "Each step", {"function": "unstack", "axis": 1, "num": 3}, {"x": (TensorSpec((None, 3, 4)),)}
        ),
    )

    @model_validator(mode="after")
    def _enough_is_known(self) -> "Splitting":
        cuts = self.indices_or_sections
        if self.function == "unstack":
            if self.num is None and self.parts is None:
                raise ValueError("`unstack` needs `num` or `parts`: how many outputs there are")
            if None not in (self.num, self.parts) and self.num != self.parts:
                raise ValueError("`num` and `parts` say different numbers of outputs")
        elif not 1 <= (cuts if isinstance(cuts, int) else len(cuts) + 1) <= _MOST_PARTS:
            raise ValueError(f"`indices_or_sections` must give 1 to {_MOST_PARTS} parts")
        return self

    def outputs(self) -> tuple[Port, ...]:
        if self.count() == 1:
            return (Port("output", "The only part."),)
        return tuple(Port(f"output_{index}", f"Part {index}, from 0.") for index in range(self.count()))

    def count(self) -> int:
        """How many parts there are."""
        if self.function == "unstack":
            return self.num or self.parts or 1
        cuts = self.indices_or_sections
        return cuts if isinstance(cuts, int) else len(cuts) + 1

    def settings(self) -> Mapping[str, Any]:
        parts = self.count() if self.function == "unstack" else self.indices_or_sections
        return {"function": self.function, "parts": parts, "axis": _FIXED.get(self.function, self.axis)}

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs, "x").without_mask()
        axis = axis_of(_FIXED.get(self.function, self.axis), spec)
        size = spec.shape[axis]
        names = [port.name for port in self.outputs()]
        if self.function == "unstack":
            if size is not None and size != len(names):
                raise self._refused(spec, axis, f"`unstack` has {len(names)} outputs", "num")
            shape = spec.shape[:axis] + spec.shape[axis + 1 :]
            axes = spec.axes[:axis] + spec.axes[axis + 1 :]
            return {name: TensorSpec(shape, spec.dtype, axes) for name in names}
        sizes = self._sizes(spec, axis, size)
        return {
            name: TensorSpec((*spec.shape[:axis], part, *spec.shape[axis + 1 :]), spec.dtype, spec.axes)
            for name, part in zip(names, sizes, strict=True)
        }

    def _sizes(self, spec: TensorSpec, axis: int, size: int | None) -> list[int | None]:
        cuts = self.indices_or_sections
        if size is None:
            if isinstance(cuts, int) or min(cuts, default=0) < 0:
                return [None] * self.count()
            parts = [after - before for before, after in itertools.pairwise([0, *cuts])]
            if min(parts, default=1) < 1:
                raise self._refused(
                    spec, axis, f"cut at {list(cuts)}, a part is empty", "indices_or_sections"
                )
            return [*parts, None]
        if isinstance(cuts, int):
            least, more = divmod(size, cuts)
            if least == 0 or (more and self.function != "array_split"):
                raise self._refused(
                    spec, axis, f"it can't be cut in {cuts} equal parts", "indices_or_sections"
                )
            return [least + 1 if index < more else least for index in range(cuts)]
        ends = [0, *(max(0, min(size, cut + size if cut < 0 else cut)) for cut in cuts), size]
        sizes: list[int | None] = [end - start for start, end in itertools.pairwise(ends)]
        if any(part is not None and part < 1 for part in sizes):
            raise self._refused(spec, axis, f"cut at {list(cuts)}, a part is empty", "indices_or_sections")
        return sizes

    def _refused(self, spec: TensorSpec, axis: int, why: str, field: str) -> Exception:
        return refuse(
            "shape.mismatch",
            f"got shape {spec}, of size {spec.shape[axis] or 'unknown'} along axis {axis}; {why}.",
            "Choose a number that divides the size, or places within it.",
            port="x",
            field=field,
        )
