"""What disturbs training: dropout and noise, drawn from torch's generator; nothing at inference."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from layerloom.layers.modules.activations import as_float


class Dropout(nn.Module):
    """Zeroes a share `rate`, scales the rest by 1/(1-rate); axes of size 1 in `noise_shape` share a draw."""

    def __init__(self, rate: float, noise_shape: tuple[int | None, ...] | None = None) -> None:
        super().__init__()
        self.rate, self.noise_shape = rate, noise_shape

    def forward(self, x: Tensor) -> Tensor:
        x = as_float(x)
        if not self.training or self.rate == 0:
            return x
        if self.noise_shape is None:
            return F.dropout(x, self.rate)
        shape = [
            size if wanted is None else wanted for size, wanted in zip(x.shape, self.noise_shape, strict=True)
        ]
        return x * F.dropout(x.new_ones(shape), self.rate)

    def extra_repr(self) -> str:
        return f"rate={self.rate}, noise_shape={self.noise_shape}"


class SpatialDropout(nn.Module):
    """Drops whole channels: one draw for all places of a sample."""

    def __init__(self, rate: float, channels_first: bool = False) -> None:
        super().__init__()
        self.rate, self.channels_first = rate, channels_first

    def forward(self, x: Tensor) -> Tensor:
        x = as_float(x)
        if not self.training or self.rate == 0:
            return x
        places = (1,) * (x.dim() - 2)
        shape = (*x.shape[:2], *places) if self.channels_first else (x.shape[0], *places, x.shape[-1])
        return x * F.dropout(x.new_ones(shape), self.rate)

    def extra_repr(self) -> str:
        return f"rate={self.rate}, channels_first={self.channels_first}"


class AlphaDropout(nn.Module):
    """Sets a share `rate` to what SELU gives far below zero, then scales and shifts to keep mean and variance.

    Klambauer et al., 2017. With a rate of 1 nothing is left: zeros.
    """

    def __init__(self, rate: float, noise_shape: tuple[int | None, ...] | None = None) -> None:
        super().__init__()
        self.rate, self.noise_shape = rate, noise_shape

    def forward(self, x: Tensor) -> Tensor:
        x = as_float(x)
        if not self.training or self.rate == 0:
            return x
        if self.rate == 1:
            return torch.zeros_like(x)
        wanted = self.noise_shape or (None,) * x.dim()
        shape = [have if size is None else size for have, size in zip(x.shape, wanted, strict=True)]
        kept = torch.rand(shape, device=x.device) >= self.rate
        lowest = -1.6732632423543772 * 1.0507009873554805
        scale = 1 / math.sqrt((1 - self.rate) * (1 + self.rate * lowest**2))
        return torch.where(kept, x, lowest) * scale - scale * lowest * self.rate

    def extra_repr(self) -> str:
        return f"rate={self.rate}, noise_shape={self.noise_shape}"


class GaussianNoise(nn.Module):
    """Adds a normal of standard deviation `stddev`."""

    def __init__(self, stddev: float) -> None:
        super().__init__()
        self.stddev = stddev

    def forward(self, x: Tensor) -> Tensor:
        x = as_float(x)
        return x + torch.randn_like(x) * self.stddev if self.training and self.stddev else x

    def extra_repr(self) -> str:
        return f"stddev={self.stddev}"


class GaussianDropout(nn.Module):
    """Multiplies by a normal of mean 1 and variance rate / (1 - rate)."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        x = as_float(x)
        if not self.training or self.rate == 0:
            return x
        return x * (1 + torch.randn_like(x) * math.sqrt(self.rate / (1 - self.rate)))

    def extra_repr(self) -> str:
        return f"rate={self.rate}"
