"""The operation type `Selection`."""

from typing import Any, ClassVar

from pydantic import Field

from layerloom.layers.base import Example, Inputs, Outputs, Port, refuse
from layerloom.layers.operations.base import Operation, broadcast
from layerloom.layers.operations.literals import Operand, argument
from layerloom.layers.operations.operands import common_dtype
from layerloom.tensors import TensorSpec


class Selection(Operation):
    """The first of several choices whose condition holds: `ops.select`.

    At each place, the number of the first choice whose condition is true; `default` where none is. There are
    as many conditions as choices; shapes are aligned at their ends.
    """

    default: Operand = Field(default=0, description="The number where no condition holds.")

    module: ClassVar[str] = "windows.Selection"
    search_words: ClassVar[tuple[str, ...]] = ("ops", "select", "case", "switch", "where", "选择")
    input_ports: ClassVar[tuple[Port, ...]] = (
        Port("condlist", "Conditions, booleans, in order.", least=1, most=None),
        Port("choicelist", "What is taken for each, in the same order.", least=1, most=None),
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "One of two, or 0",
            {},
            {
                "condlist": (TensorSpec((None, 4), "bool"),) * 2,
                "choicelist": (TensorSpec((None, 4)),) * 2,
            },
        ),
        Example(
            "Or -1",
            {"default": -1},
            {"condlist": (TensorSpec((None, 4), "bool"),), "choicelist": (TensorSpec((None, 4)),)},
        ),
    )

    def settings(self) -> dict[str, Any]:
        return {"default": argument(self.default)}

    def infer(self, inputs: Inputs) -> Outputs:
        conditions, choices = tuple(inputs["condlist"]), tuple(inputs["choicelist"])
        if len(conditions) != len(choices):
            raise refuse(
                "port.missing",
                f"got {len(conditions)} conditions and {len(choices)} choices; expected as many.",
                "Connect one choice for each condition.",
                port="choicelist",
            )
        if any(spec.dtype != "bool" for spec in conditions) or (
            self.default is None or isinstance(self.default, list | dict)
        ):
            raise refuse(
                "config.invalid",
                "got conditions that are no booleans, or a `default` that is no number.",
                "Put Comparison before the conditions, and write a number into `default`.",
                port="condlist",
            )
        shape, axes = broadcast(*conditions, *choices)
        return {"output": TensorSpec(shape, common_dtype(*choices, self.default), axes)}
