"""Functions of two operands, entry by entry, under Keras' rules of types; either may be a number."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from layerloom.layers.modules.operations.dtypes import Number, as_tensors, common_type, floating

Given = Number | tuple[list[Any], str] | None  # Any: nested lists of numbers

# These take a plain number beside a tensor as it is.
_OPERATORS: dict[str, Callable[[Any, Any], Tensor]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "power": lambda a, b: a**b,
    "mod": lambda a, b: a % b,
    "floor_divide": lambda a, b: a // b,
    "bitwise_and": lambda a, b: a & b,
    "bitwise_or": lambda a, b: a | b,
    "bitwise_xor": lambda a, b: a ^ b,
    "bitwise_left_shift": lambda a, b: a << b,
    "bitwise_right_shift": lambda a, b: a >> b,
}
_SAME_TYPE: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "maximum": torch.maximum,
    "minimum": torch.minimum,
    "fmax": torch.fmax,
    "fmin": torch.fmin,
    "fmod": torch.fmod,
    "gcd": torch.gcd,
    "lcm": torch.lcm,
}
_WITH_DECIMAL_POINT: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "divide": torch.true_divide,
    "divide_no_nan": lambda a, b: torch.where(b == 0, 0.0, a / torch.where(b == 0, 1.0, b)),
    "arctan2": torch.atan2,
    "hypot": torch.hypot,
    "heaviside": torch.heaviside,
    "logaddexp": torch.logaddexp,
    "logaddexp2": torch.logaddexp2,
    "nextafter": torch.nextafter,
    "ldexp": torch.ldexp,
}
_LOGICAL: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "logical_and": torch.logical_and,
    "logical_or": torch.logical_or,
    "logical_xor": torch.logical_xor,
}
_COMPARISONS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "equal": torch.eq,
    "not_equal": torch.ne,
    "greater": torch.gt,
    "greater_equal": torch.ge,
    "less": torch.lt,
    "less_equal": torch.le,
}
_SAME = {
    "true_divide": "divide",
    "left_shift": "bitwise_left_shift",
    "right_shift": "bitwise_right_shift",
}


class TwoOperands(nn.Module):
    """Holds what is written into the config in place of a tensor."""

    def __init__(self, x1: Given = None, x2: Given = None) -> None:
        super().__init__()
        self.literals: list[Number | str] = []
        for name, value in (("x1", x1), ("x2", x2)):
            if isinstance(value, tuple):
                data = torch.tensor(value[0], dtype=getattr(torch, value[1]))
                self.register_buffer(f"{name}_array", data, persistent=False)
                self.literals.append(f"{name}_array")
            elif value is not None:
                self.literals.append(value)

    def operands(self, x1: Tensor | None, x2: Tensor | None) -> list[Any]:
        """Both, in order; what is not connected is taken from the config."""
        rest = [getattr(self, item) if isinstance(item, str) else item for item in self.literals]
        return [rest.pop(0) if value is None else value for value in (x1, x2)]


class Arithmetic(TwoOperands):
    """One function of two operands."""

    def __init__(self, function: str, x1: Given = None, x2: Given = None) -> None:
        super().__init__(x1, x2)
        self.function = function
        self._name = _SAME.get(function, function)

    def forward(self, x1: Tensor | None = None, x2: Tensor | None = None) -> Tensor:
        values, name = self.operands(x1, x2), self._name
        if name in _LOGICAL:
            return _LOGICAL[name](*(value != 0 for value in as_tensors(*values)))
        if name in _WITH_DECIMAL_POINT:
            return _WITH_DECIMAL_POINT[name](*(floating(value) for value in as_tensors(*values)))
        dtype = common_type(*values)
        if name in ("mod", "fmod") and dtype is torch.bool:
            dtype = torch.int32
        if name in _SAME_TYPE:
            return _SAME_TYPE[name](*as_tensors(*values, dtype=dtype))
        # torch subtracts no booleans, so True is 1 beside numbers.
        plain = [int(value) if value is True or value is False else value for value in values]
        values = values if dtype is torch.bool else plain
        return _OPERATORS[name](
            *(value.to(dtype) if isinstance(value, Tensor) else value for value in values)
        )

    def extra_repr(self) -> str:
        return ", ".join([self.function, *map(str, self.literals)])


class Comparison(TwoOperands):
    """Two operands compared; booleans."""

    def __init__(
        self,
        function: str,
        x1: Given = None,
        x2: Given = None,
        rtol: float = 1e-5,
        atol: float = 1e-8,
        equal_nan: bool = False,
        invert: bool = False,
    ) -> None:
        super().__init__(x1, x2)
        self.function, self.rtol, self.atol = function, rtol, atol
        self.equal_nan, self.invert = equal_nan, invert

    def forward(self, x1: Tensor | None = None, x2: Tensor | None = None) -> Tensor:
        first, second = as_tensors(*self.operands(x1, x2))
        if self.function in _COMPARISONS:
            return _COMPARISONS[self.function](first, second)
        if self.function == "isin":
            return torch.isin(first, second, invert=self.invert)
        near = torch.isclose(floating(first), floating(second), self.rtol, self.atol, self.equal_nan)
        return near.all() if self.function == "allclose" else near

    def extra_repr(self) -> str:
        return ", ".join([self.function, *map(str, self.literals)])


class Where(TwoOperands):
    """The first operand where the condition holds, else the second."""

    def forward(self, condition: Tensor, x1: Tensor | None = None, x2: Tensor | None = None) -> Tensor:
        first, second = self.operands(x1, x2)
        if not (isinstance(first, Tensor) or isinstance(second, Tensor)):
            dtype = torch.float32 if float in (type(first), type(second)) else torch.int32
            if type(first) is bool and type(second) is bool:
                dtype = torch.bool
            first = torch.full((), first, dtype=dtype, device=condition.device)
        first, second = as_tensors(first, second)
        return torch.where(condition != 0, first, second)

    def extra_repr(self) -> str:
        return ", ".join(map(str, self.literals))
