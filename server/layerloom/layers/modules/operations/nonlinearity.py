"""Activations with settings; those over an axis too."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from layerloom.layers.modules.operations.dtypes import floating


def sparsemax(x: Tensor, axis: int) -> Tensor:
    """Martins and Astudillo, 2016: the nearest point of the simplex."""
    x = x.movedim(axis, -1)
    ordered, _ = x.sort(dim=-1, descending=True)
    sums = ordered.cumsum(-1)
    ranks = torch.arange(1, x.shape[-1] + 1, device=x.device, dtype=x.dtype)
    count = (ranks * ordered > sums - 1).sum(-1, keepdim=True)
    threshold = (sums.gather(-1, count - 1) - 1) / count.to(x.dtype)
    return (x - threshold).clamp(min=0).movedim(-1, axis)


def softmax(x: Tensor, axis: int | tuple[int, ...] | None, is_log: bool = False) -> Tensor:
    """Over one axis, several, or (None) all."""
    if isinstance(axis, int):
        return x.log_softmax(axis) if is_log else x.softmax(axis)
    places = tuple(range(x.dim())) if axis is None else axis
    y = x - x.logsumexp(places, keepdim=True)
    return y if is_log else y.exp()


def relu_with(x: Tensor, negative_slope: float, max_value: float | None, threshold: float) -> Tensor:
    """Keras' `relu` with its three settings."""
    y = torch.where(x > threshold, x, negative_slope * (x - threshold))
    return y if max_value is None else y.clamp(max=max_value)


FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    "relu": lambda x: F.relu(x),
    "relu6": lambda x: F.relu6(x),
    "sigmoid": lambda x: torch.sigmoid(x),
    "silu": lambda x: F.silu(x),
    "gelu": lambda x, approximate: F.gelu(x, approximate="tanh" if approximate else "none"),
    "softplus": lambda x: F.softplus(x, threshold=80.0),
    "softsign": lambda x: F.softsign(x),
    "elu": lambda x, alpha: F.elu(x, alpha),
    "celu": lambda x, alpha: F.celu(x, alpha),
    "selu": lambda x: F.selu(x),
    "leaky_relu": lambda x, negative_slope: F.leaky_relu(x, negative_slope),
    "log_sigmoid": lambda x: F.logsigmoid(x),
    "hard_sigmoid": lambda x: F.hardsigmoid(x),
    "hard_silu": lambda x: F.hardswish(x),
    "hard_tanh": lambda x: F.hardtanh(x),
    "tanh_shrink": lambda x: x - x.tanh(),
    "soft_shrink": lambda x, threshold: F.softshrink(x, threshold),
    "hard_shrink": lambda x, threshold: F.hardshrink(x, threshold),
    "threshold": lambda x, threshold, default_value: F.threshold(x, threshold, default_value),
    "sparse_plus": lambda x: torch.where(x <= -1, 0.0, torch.where(x < 1, (x + 1).square() / 4, x)),
    "sparse_sigmoid": lambda x: (0.5 * (x + 1)).clamp(0, 1),
    "squareplus": lambda x, b: 0.5 * (x + torch.sqrt(x.square() + b)),
    "re_lu": relu_with,
    "softmax": softmax,
    "log_softmax": lambda x, axis: softmax(x, axis, is_log=True),
    "sparsemax": sparsemax,
    "glu": lambda x, axis: F.glu(x, axis),
}


class Nonlinearity(nn.Module):
    """One activation with its settings."""

    def __init__(self, function: str, **settings: float | tuple[int, ...] | None) -> None:
        super().__init__()
        self.function, self.settings = function, settings

    def forward(self, x: Tensor) -> Tensor:
        return FUNCTIONS[self.function](x if self.function == "relu" else floating(x), **self.settings)

    def extra_repr(self) -> str:
        return ", ".join([self.function, *(f"{key}={value}" for key, value in self.settings.items())])
