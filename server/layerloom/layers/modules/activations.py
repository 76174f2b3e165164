"""Torch code of every activation that Keras 3 knows by name, and of activation layers.

The names are in `layers.fields.activation`.
"""

from collections.abc import Callable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Function = Callable[[Tensor], Tensor]


def _leaky_relu(x: Tensor) -> Tensor:
    return F.leaky_relu(x, 0.2)


def _sparse_sigmoid(x: Tensor) -> Tensor:
    return (0.5 * (x + 1)).clamp(0, 1)


def _sparse_plus(x: Tensor) -> Tensor:
    return torch.where(x <= -1, torch.zeros_like(x), torch.where(x < 1, 0.25 * (x + 1).square(), x))


def _squareplus(x: Tensor) -> Tensor:
    return 0.5 * (x + torch.sqrt(x.square() + 4))


def _softmax(x: Tensor) -> Tensor:
    return x.softmax(-1)


def _log_softmax(x: Tensor) -> Tensor:
    return x.log_softmax(-1)


def _glu(x: Tensor) -> Tensor:
    return F.glu(x, -1)


def _sparsemax(x: Tensor) -> Tensor:
    """Martins and Astudillo, 2016."""
    ordered, _ = x.sort(dim=-1, descending=True)
    sums = ordered.cumsum(-1)
    ranks = torch.arange(1, x.shape[-1] + 1, device=x.device, dtype=x.dtype)
    support = ranks * ordered > sums - 1
    count = support.sum(-1, keepdim=True)
    threshold = (sums.gather(-1, count - 1) - 1) / count.to(x.dtype)
    return (x - threshold).clamp(min=0)


ACTIVATIONS: Mapping[str, Function] = {
    "relu": F.relu, "relu6": F.relu6, "leaky_relu": _leaky_relu, "elu": F.elu, "celu": F.celu, "selu": F.selu,
    "gelu": F.gelu, "silu": F.silu, "swish": F.silu, "mish": F.mish, "sigmoid": torch.sigmoid,
    "log_sigmoid": F.logsigmoid, "hard_sigmoid": F.hardsigmoid, "sparse_sigmoid": _sparse_sigmoid,
    "hard_silu": F.hardswish, "hard_swish": F.hardswish, "tanh": torch.tanh, "hard_tanh": F.hardtanh,
    "tanh_shrink": F.tanhshrink, "softmax": _softmax, "log_softmax": _log_softmax, "sparsemax": _sparsemax,
    "softplus": F.softplus, "sparse_plus": _sparse_plus, "squareplus": _squareplus, "softsign": F.softsign,
    "soft_shrink": F.softshrink, "hard_shrink": F.hardshrink, "exponential": torch.exp, "glu": _glu,
}  # fmt: skip


def function_of(activation: str | Mapping[str, Any]) -> Function | None:
    """The function of that name, or of a layer (`{"type": "ELU", "config": {"alpha": 0.5}}`).

    None for `linear`, so that nothing is called.
    """
    if isinstance(activation, str):
        return None if activation == "linear" else ACTIVATIONS[activation]
    settings = {name: value for name, value in activation["config"].items() if name not in _OF_EVERY_LAYER}
    kind = activation["type"]
    if kind == "Activation":
        return function_of(settings["activation"])
    if kind == "Softmax":
        axis = settings["axis"]
        return Softmax(axis if isinstance(axis, int) else tuple(axis)).forward
    return ELU(**settings).forward if kind == "ELU" else ReLU(**settings).forward  # a LeakyReLU is one, too


_OF_EVERY_LAYER = frozenset({"name", "trainable", "dtype"})
_INTEGERS_STAY = ("linear", "relu")


class Activation(nn.Module):
    """One activation as a layer of its own."""

    def __init__(self, name: str | Mapping[str, Any]) -> None:
        super().__init__()
        self.name = name
        self._function = function_of(name)

    def forward(self, x: Tensor) -> Tensor:
        if self._function is None:
            return x
        if x.dtype is torch.bool or not (x.is_floating_point() or self.name in _INTEGERS_STAY):
            x = x.float()
        return self._function(x)

    def extra_repr(self) -> str:
        return str(self.name)


class ReLU(nn.Module):
    """`negative_slope * (x - threshold)` below `threshold`, x from there on, `max_value` at most."""

    def __init__(
        self, max_value: float | None = None, negative_slope: float = 0.0, threshold: float = 0.0
    ) -> None:
        super().__init__()
        self.max_value, self.negative_slope, self.threshold = max_value, negative_slope, threshold

    def forward(self, x: Tensor) -> Tensor:
        x = as_float(x)
        low = self.negative_slope * (x - self.threshold)
        y = torch.where(x > self.threshold, x, low)
        return y if self.max_value is None else y.clamp(max=self.max_value)

    def extra_repr(self) -> str:
        return f"max_value={self.max_value}, negative_slope={self.negative_slope}, threshold={self.threshold}"


class ELU(nn.Module):
    """x above 0, `alpha * (exp(x) - 1)` below."""

    def __init__(self, alpha: float = 1.0) -> None:
        super().__init__()
        self.alpha = alpha

    def forward(self, x: Tensor) -> Tensor:
        return F.elu(as_float(x), self.alpha)

    def extra_repr(self) -> str:
        return f"alpha={self.alpha}"


class PReLU(nn.Module):
    """x above 0, `alpha * x` below; the slopes' shape is a sample's, with 1 where an axis shares them."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(shape))

    def forward(self, x: Tensor) -> Tensor:
        x = as_float(x)
        return F.relu(x) - self.weight * F.relu(-x)

    def extra_repr(self) -> str:
        return f"{tuple(self.weight.shape)}"


class Softmax(nn.Module):
    """Softmax over one axis or several; masked entries get nothing."""

    def __init__(self, axis: int | tuple[int, ...] = -1) -> None:
        super().__init__()
        self.axis = axis

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        x = as_float(x)
        if mask is not None:
            mask = mask.reshape(mask.shape + (1,) * (x.dim() - mask.dim()))
            x = x.masked_fill(~mask, torch.finfo(x.dtype).min)
        axis = self.axis
        y = x.softmax(axis) if isinstance(axis, int) else (x - x.logsumexp(axis, keepdim=True)).exp()
        return y if mask is None else y.masked_fill(~mask, 0.0)

    def extra_repr(self) -> str:
        return f"axis={self.axis}"


def as_float(x: Tensor) -> Tensor:
    """Whole numbers and booleans as float32; what computes with weights needs it."""
    return x if x.is_floating_point() else x.float()
