"""The operation type `Where`."""

from collections.abc import Mapping
from typing import Any, ClassVar

from layerloom.layers.base import Example, Inputs, Outputs, Port, one
from layerloom.layers.operations.base import broadcast
from layerloom.layers.operations.operands import BOTH, TwoOperands, common_dtype
from layerloom.tensors import TensorSpec


class Where(TwoOperands):
    """Picks x1 where a condition holds, else x2.

    `x1 if condition else x2`, entry by entry; the three shapes are aligned at their ends and sizes of 1 are
    stretched. x1 and x2 may be numbers in the fields of their names. Gradients reach what was picked.
    """

    module: ClassVar[str] = "arithmetic.Where"
    search_words: ClassVar[tuple[str, ...]] = ("ops", "where", "if", "choose", "mask", "条件")
    input_ports: ClassVar[tuple[Port, ...]] = (
        Port("condition", "Booleans; numbers count as true where they are not zero."),
        *BOTH,
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "One of two",
            {},
            {
                "condition": (TensorSpec((None, 1), "bool"),),
                "x1": (TensorSpec((None, 8)),),
                "x2": (TensorSpec((None, 8)),),
            },
        ),
        Example(
            "Nothing where it does not hold",
            {"x2": 0.0},
            {"condition": (TensorSpec((None, 4, 6), "bool"),), "x1": (TensorSpec((None, 4, 6)),)},
        ),
    )

    def settings(self) -> Mapping[str, Any]:
        return self.literals()

    def infer(self, inputs: Inputs) -> Outputs:
        values = self.operands(inputs)
        shape, axes = broadcast(one(inputs, "condition"), *values)
        return {"output": TensorSpec(shape, common_dtype(*values), axes)}
