"""Batch and layer normalization with Keras' statistics."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from layerloom.layers.modules.activations import as_float

_EPSILON = 1e-7


class BatchNormalization(nn.Module):
    """Normalises one axis by the batch's mean and variance in training, by moving ones at inference.

    Differs from torch's: `momentum` weighs the old value, the moving variance follows the *biased* variance
    of the batch, a frozen layer (`trainable=False`) never leaves inference, and masked steps do not count.
    """

    computes_in_float32 = True
    running_mean: Tensor
    running_var: Tensor

    def __init__(
        self,
        features: int,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        trainable: bool = True,
    ) -> None:
        super().__init__()
        self.axis, self.momentum, self.epsilon, self.trainable = axis, momentum, epsilon, trainable
        self.weight = nn.Parameter(torch.ones(features)) if scale else None
        self.bias = nn.Parameter(torch.zeros(features)) if center else None
        self.register_buffer("running_mean", torch.zeros(features))
        self.register_buffer("running_var", torch.ones(features))

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        x = as_float(x)
        second = _axis_to_second(x, self.axis)
        if not (self.training and self.trainable):
            y = F.batch_norm(
                second, self.running_mean, self.running_var, self.weight, self.bias, False, 0.0, self.epsilon
            )
        elif mask is not None:
            y = self._masked(second, mask)
        else:
            y, mean, inverse = torch.native_batch_norm(
                second, self.weight, self.bias, None, None, True, 0.0, self.epsilon
            )
            self._follow(mean.detach(), inverse.detach().pow(-2).sub_(self.epsilon).clamp_(min=0))
        return _axis_back(y, self.axis)

    def _masked(self, x: Tensor, mask: Tensor) -> Tensor:
        """Statistics over valid steps. The mask has each axis of the input but the last."""
        mask = mask.unsqueeze(-1).expand(_axis_back(x, self.axis).shape)
        mask = _axis_to_second(mask, self.axis)
        places = [axis for axis in range(x.dim()) if axis != 1]
        count = mask.to(x.dtype).sum(places, keepdim=True) + _EPSILON
        mean = x.masked_fill(~mask, 0.0).sum(places, keepdim=True) / count
        variance = (x - mean).masked_fill(~mask, 0.0).square().sum(places, keepdim=True) / count
        self._follow(mean.detach().flatten(), variance.detach().flatten())
        y = (x - mean) * torch.rsqrt(variance + self.epsilon)
        shape = (1, -1, *(1 for _ in range(x.dim() - 2)))
        if self.weight is not None:
            y = y * self.weight.reshape(shape)
        return y if self.bias is None else y + self.bias.reshape(shape)

    @torch.no_grad()
    def _follow(self, mean: Tensor, variance: Tensor) -> None:
        self.running_mean.lerp_(mean, 1 - self.momentum)
        self.running_var.lerp_(variance, 1 - self.momentum)

    def extra_repr(self) -> str:
        return (
            f"{self.running_mean.shape[0]}, axis={self.axis}, momentum={self.momentum}, "
            f"epsilon={self.epsilon}, center={self.bias is not None}, scale={self.weight is not None}, "
            f"trainable={self.trainable}"
        )


class LayerNormalization(nn.Module):
    """Normalises each sample over some of its axes.

    A negative axis counts from the end of each tensor that comes: calls of one layer may differ in rank.
    """

    computes_in_float32 = True

    def __init__(
        self,
        shape: tuple[int, ...],
        axes: tuple[int, ...],
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        rms_scaling: bool = False,
    ) -> None:
        super().__init__()
        self.shape, self.axes, self.epsilon, self.rms_scaling = shape, axes, epsilon, rms_scaling
        self.weight = nn.Parameter(torch.ones(shape)) if scale or rms_scaling else None
        self.bias = nn.Parameter(torch.zeros(shape)) if center and not rms_scaling else None

    def forward(self, x: Tensor) -> Tensor:
        x = as_float(x)
        axes = tuple(sorted({axis % x.dim() for axis in self.axes}))
        if not self.rms_scaling and axes == tuple(range(x.dim() - len(axes), x.dim())):
            return F.layer_norm(x, self.shape, self.weight, self.bias, self.epsilon)
        variance, mean = torch.var_mean(x, axes, correction=0, keepdim=True)
        if self.rms_scaling:  # as Keras: scaled by the deviation, mean left in place
            y = x * torch.rsqrt(variance + self.epsilon)
        else:
            y = (x - mean) * torch.rsqrt(variance + self.epsilon)
        shape = [size if axis in axes else 1 for axis, size in enumerate(x.shape)]
        if self.weight is not None:
            y = y * self.weight.reshape(shape)
        return y if self.bias is None else y + self.bias.reshape(shape)

    def extra_repr(self) -> str:
        return f"{self.shape}, axes={self.axes}, epsilon={self.epsilon}, features={math.prod(self.shape)}"


def _axis_to_second(x: Tensor, axis: int) -> Tensor:
    if x.dim() == 4 and axis in (-1, 3):
        return x.permute(0, 3, 1, 2)
    return x if x.dim() == 2 else x.movedim(axis, 1)


def _axis_back(x: Tensor, axis: int) -> Tensor:
    if x.dim() == 4 and axis in (-1, 3):
        return x.permute(0, 2, 3, 1)
    return x if x.dim() == 2 else x.movedim(1, axis)
