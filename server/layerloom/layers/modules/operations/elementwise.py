"""Functions of one tensor, entry by entry."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from layerloom.layers.modules.operations.dtypes import common_type, counted, floating

_AS_THEY_ARE: dict[str, Callable[[Tensor], Tensor]] = {
    "abs": lambda x: x if x.dtype is torch.bool else x.abs(),
    "negative": torch.neg,
    "sign": torch.sign,
    "square": lambda x: (x.int() if x.dtype is torch.bool else x).square(),
    "trunc": lambda x: x.trunc() if x.is_floating_point() else x,
    "copy": lambda x: x,
    "real": lambda x: x,
    "imag": torch.zeros_like,
    "stop_gradient": lambda x: x.detach(),
    "bitwise_not": torch.bitwise_not,
}
_WITH_DECIMAL_POINT: dict[str, Callable[[Tensor], Tensor]] = {
    "exp": torch.exp, "exp2": torch.exp2, "expm1": torch.expm1, "log": torch.log, "log2": torch.log2,
    "log10": torch.log10, "log1p": torch.log1p, "sqrt": torch.sqrt, "rsqrt": torch.rsqrt,
    "cbrt": lambda x: x.sign() * x.abs().pow(1 / 3), "reciprocal": torch.reciprocal, "fabs": torch.abs,
    "sin": torch.sin, "cos": torch.cos, "tan": torch.tan, "arcsin": torch.asin, "arccos": torch.acos,
    "arctan": torch.atan, "sinh": torch.sinh, "cosh": torch.cosh, "tanh": torch.tanh, "arcsinh": torch.asinh,
    "arccosh": torch.acosh, "arctanh": torch.atanh, "sinc": torch.sinc, "i0": torch.i0, "erf": torch.erf,
    "erfc": torch.erfc, "erfinv": torch.erfinv, "floor": torch.floor, "ceil": torch.ceil,
    "deg2rad": torch.deg2rad, "rad2deg": torch.rad2deg, "angle": torch.angle,
}  # fmt: skip
_TRUE_OR_FALSE: dict[str, Callable[[Tensor], Tensor]] = {
    "logical_not": torch.logical_not,
    "isnan": torch.isnan,
    "isinf": torch.isinf,
    "isfinite": torch.isfinite,
    "isposinf": torch.isposinf,
    "isneginf": torch.isneginf,
    "isreal": torch.isreal,
    "signbit": torch.signbit,
}
_SAME = {
    "absolute": "abs",
    "conj": "copy",
    "conjugate": "copy",
    "bitwise_invert": "bitwise_not",
}


class Elementwise(nn.Module):
    """One function of one tensor."""

    def __init__(self, function: str) -> None:
        super().__init__()
        self.function = function
        name = _SAME.get(function, function)
        self._needs_decimal_point = name in _WITH_DECIMAL_POINT
        self._function = {**_AS_THEY_ARE, **_WITH_DECIMAL_POINT, **_TRUE_OR_FALSE}[name]

    def forward(self, x: Tensor) -> Tensor:
        return self._function(floating(x) if self._needs_decimal_point else x)

    def extra_repr(self) -> str:
        return self.function


class Limiting(nn.Module):
    """Bounds, places after the point, and what stands for what is no number."""

    def __init__(
        self,
        function: str,
        x_min: float | None = None,
        x_max: float | None = None,
        decimals: int = 0,
        nan: float = 0.0,
        posinf: float | None = None,
        neginf: float | None = None,
    ) -> None:
        super().__init__()
        self.function = function
        self.x_min, self.x_max, self.decimals = x_min, x_max, decimals
        self.nan, self.posinf, self.neginf = nan, posinf, neginf

    def forward(self, x: Tensor) -> Tensor:
        if self.function == "clip":
            bounds = [bound for bound in (self.x_min, self.x_max) if bound is not None]
            x = x.to(common_type(counted(x) if x.dtype is torch.bool else x, *bounds))
            return x.clamp(self.x_min, self.x_max) if bounds else x
        if not x.is_floating_point():
            return x
        if self.function == "round":
            return torch.round(x, decimals=self.decimals)
        return torch.nan_to_num(x, self.nan, self.posinf, self.neginf)

    def extra_repr(self) -> str:
        return self.function
