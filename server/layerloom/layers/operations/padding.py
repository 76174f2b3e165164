"""The operation type `Padding`."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from layerloom.layers.base import Example, Inputs, Outputs, one, refuse
from layerloom.layers.operations.base import Movement
from layerloom.layers.operations.literals import WORDS
from layerloom.tensors import TensorSpec


def _read(value: object) -> object:
    """A number, a pair, or a list of pairs, as Keras saves them."""
    if isinstance(value, list | tuple):
        return tuple(tuple(part) if isinstance(part, list | tuple) else part for part in value)
    return value


_Cells = Annotated[int, Field(ge=0, le=2**31 - 1)]
_Widths = Annotated[
    _Cells | tuple[_Cells, _Cells] | Annotated[tuple[tuple[_Cells, _Cells], ...], Field(min_length=1)],
    BeforeValidator(_read),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, {"type": "array"}]}),
]


class Padding(Movement):
    """Puts cells before and after along axes: `ops.pad`.

    `pad_width` is a pair (before, after) for each axis, the batch first; one pair, or one number, is for all.
    `mode` says what stands in them: `constant` a number, `edge` the last cell, `reflect` and `symmetric`
    what is inside mirrored (without and with the last cell), `wrap` what is at the other end.
    """

    pad_width: _Widths = Field(description="Cells before and after, for each axis: `[[0, 0], [1, 1]]`.")
    mode: Literal["constant", "edge", "reflect", "symmetric", "wrap"] = Field(
        default="constant", description="What stands in the new cells."
    )
    constant_values: int | float | Literal["inf", "-inf", "nan"] | None = Field(
        default=None, description="`constant`: the number. Empty: 0."
    )

    module: ClassVar[str] = "movement.Padding"
    search_words: ClassVar[tuple[str, ...]] = ("ops", "pad", "padding", "reflect", "border", "填充")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "A frame of zeros",
            {"pad_width": [[0, 0], [1, 1], [1, 1], [0, 0]]},
            {"x": (TensorSpec((None, 4, 4, 3)),)},
        ),
        Example(
            "Mirrored", {"pad_width": [[0, 0], [2, 1]], "mode": "reflect"}, {"x": (TensorSpec((None, 6)),)}
        ),
    )

    def widths(self) -> tuple[tuple[int, int], ...]:
        """One pair for each axis, or one for all."""
        given: Any = self.pad_width
        if isinstance(given, int):
            return ((given, given),)
        return (given,) if isinstance(given[0], int) else given

    def settings(self) -> Mapping[str, Any]:
        value = self.constant_values
        number = WORDS[value] if isinstance(value, str) else value
        return {"pad_width": self.widths(), "mode": self.mode, "constant_values": number or 0}

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs, "x").without_mask()
        widths = self.widths()
        if len(widths) not in (1, spec.rank):
            raise refuse(
                "config.invalid",
                f"got shape {spec}, of {spec.rank} axes; `pad_width` has {len(widths)} pairs.",
                "Give one pair for each axis, [0, 0] for the batch.",
                field="pad_width",
            )
        shape: list[int | None] = []
        for size, (before, after) in zip(
            spec.shape, widths * (spec.rank if len(widths) == 1 else 1), strict=True
        ):
            shape.append(None if size is None else size + before + after)
        return {"output": TensorSpec(tuple(shape), spec.dtype, spec.axes)}
