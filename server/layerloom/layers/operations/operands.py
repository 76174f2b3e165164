"""What `Arithmetic`, `Comparison` and `Where` share: two operands, either of which may be a number."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Inputs, Port, refuse
from layerloom.layers.operations.base import Operation, operand
from layerloom.layers.operations.dtypes import promoted
from layerloom.layers.operations.literals import Literal, Operand, argument, dtype_of
from layerloom.tensors import DType, TensorSpec

BOTH = (
    Port("x1", "First operand; empty where the field `x1` holds a number.", least=0),
    Port("x2", "Second operand; empty where the field `x2` holds a number.", least=0),
)


class TwoOperands(Operation):
    """Two operands at the ports `x1` and `x2`, or written into the fields of the same names."""

    x1: Operand = Field(
        default=None, description="A number, or a nested list, in place of the first operand."
    )
    x2: Operand = Field(
        default=None, description="A number, or a nested list, in place of the second operand."
    )

    input_ports: ClassVar[tuple[Port, ...]] = BOTH

    def operands(self, inputs: Inputs) -> tuple[TensorSpec | Literal, TensorSpec | Literal]:
        """Both operands.

        Raises:
            ProblemError: `port.missing`, `config.invalid`.
        """
        found = operand(inputs, "x1", self.x1), operand(inputs, "x2", self.x2)
        if not any(isinstance(value, TensorSpec) for value in found) and not inputs.get("condition"):
            raise refuse(
                "port.missing",
                "has numbers in both of its fields `x1` and `x2`, and no tensor.",
                "Connect a tensor to one of its ports, and empty the field of that name.",
                port="x1",
            )
        return found

    def literals(self) -> dict[str, object]:
        """The fields as arguments of the torch class."""
        given = {"x1": self.x1, "x2": self.x2}
        return {name: argument(value) for name, value in given.items() if value is not None}


def common_dtype(*values: TensorSpec | Literal) -> DType:
    return promoted(*(v.dtype if isinstance(v, TensorSpec) else dtype_of(v) for v in values))
