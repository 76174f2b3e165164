"""The layer type `Concatenate`."""

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import (
    Category,
    Example,
    Inputs,
    KerasLayer,
    Outputs,
    Port,
    expect_axis,
    refuse,
)
from layerloom.layers.calls import Call
from layerloom.layers.merging.elementwise import TENSORS, listed, promoted
from layerloom.tensors import TensorSpec


class Concatenate(KerasLayer):
    """Puts tensors side by side along one axis.

    The mode `concat` of Keras 1. Shapes may differ only along `axis`, whose sizes add up: (batch, 32) and
    (batch, 5) → (batch, 37). Where one input is masked and another is not, the unmasked one counts as valid
    everywhere.
    """

    axis: int = Field(
        default=-1, description="Axis that the tensors are joined along; the batch counts as 0."
    )

    category: ClassVar[Category] = "merging"
    search_words: ClassVar[tuple[str, ...]] = (
        "concat",
        "merge",
        "join",
        "stack",
        "side by side",
        "拼接",
        "连接",
    )
    input_ports: ClassVar[tuple[Port, ...]] = TENSORS
    mask_out: ClassVar = "own"
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Features of two branches", {}, {"inputs": (TensorSpec((None, 32)), TensorSpec((None, 5)))}),
        Example(
            "One sequence after another",
            {"axis": 1},
            {"inputs": (TensorSpec((None, 4, 3), masked=True), TensorSpec((None, 6, 3)))},
        ),
        Example(
            "More features for each step",
            {},
            {
                "inputs": (
                    TensorSpec((None, None, 3)),
                    TensorSpec((None, None, 2)),
                    TensorSpec((None, None, 1)),
                )
            },
        ),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        specs = inputs["inputs"]
        first = specs[0]
        if len({spec.rank for spec in specs}) > 1:
            raise refuse(
                "shape.mismatch",
                f"got shapes {listed(specs)}; they must have as many axes.",
                "Add Flatten, Reshape or RepeatVector to the one that differs.",
                port="inputs",
            )
        axis = expect_axis(first, self.axis)
        wrong = [other for other in range(1, first.rank) if other != axis and len(_sizes(specs, other)) > 1]
        if wrong:
            hint = "Bring them to the same size along the other axes first."
            if len(wrong) == 1 and len(_sizes(specs, axis)) < 2:
                hint = f"Set `axis` to {wrong[0]}."
            message = f"got shapes {listed(specs)}; they may differ only along axis {self.axis}."
            raise refuse("shape.mismatch", message, hint, port="inputs", field="axis")
        sizes = [spec.shape[axis] for spec in specs]
        total = None if None in sizes else sum(size for size in sizes if size is not None)
        shape = [
            total if position == axis else next(iter(_sizes(specs, position)), None)
            for position in range(first.rank)
        ]
        is_masked = any(spec.masked for spec in specs)
        output = TensorSpec(
            tuple(shape), promoted(specs), first.axes, is_masked, tuple(shape[:-1]) if is_masked else ()
        )
        return {"output": output}

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        return 0

    def torch_call(self, inputs: Inputs) -> Call:
        return Call("layerloom.layers.modules.merging.Concatenate", {"axis": self.axis})


def _sizes(specs: Sequence[TensorSpec], axis: int) -> set[int]:
    return {size for spec in specs if (size := spec.shape[axis]) is not None}
