"""Batch, layer and group normalization with Keras' statistics, and lengths brought to one."""

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
        second = axis_to_second(x, self.axis)
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
        return axis_back(y, self.axis)

    def _masked(self, x: Tensor, mask: Tensor) -> Tensor:
        mean, variance = masked_moments(x, mask, self.axis)
        self._follow(mean.detach(), variance.detach())
        y = (x - over_axis(mean, x)) * over_axis(torch.rsqrt(variance + self.epsilon), x)
        if self.weight is not None:
            y = y * over_axis(self.weight, x)
        return y if self.bias is None else y + over_axis(self.bias, x)

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


class GroupNormalization(nn.Module):
    """Normalises each sample over groups of neighbouring channels and over all places."""

    computes_in_float32 = True

    def __init__(
        self,
        groups: int,
        channels: int,
        axis: int = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
    ) -> None:
        super().__init__()
        self.groups, self.axis, self.epsilon = groups, axis, epsilon
        self.weight = nn.Parameter(torch.ones(channels)) if scale else None
        self.bias = nn.Parameter(torch.zeros(channels)) if center else None

    def forward(self, x: Tensor) -> Tensor:
        second = axis_to_second(as_float(x), self.axis)
        if not second.requires_grad:  # torch 2.13 crashes in the backward pass of such a view on the CPU
            second = second.contiguous()
        if self.weight is None:  # nor does it know the way back to an offset alone
            y = F.group_norm(second, self.groups, eps=self.epsilon)
            y = y if self.bias is None else y + over_axis(self.bias, y)
        else:
            y = F.group_norm(second, self.groups, self.weight, self.bias, self.epsilon)
        return axis_back(y, self.axis)

    def extra_repr(self) -> str:
        return (
            f"{self.groups}, axis={self.axis}, epsilon={self.epsilon}, center={self.bias is not None}, "
            f"scale={self.weight is not None}"
        )


class RMSNormalization(nn.Module):
    """Divides each sample by the root of its mean square over some axes; the factor lies over the last axes."""

    computes_in_float32 = True

    def __init__(self, shape: tuple[int, ...], axes: tuple[int, ...], epsilon: float = 1e-6) -> None:
        super().__init__()
        self.axes, self.epsilon = axes, epsilon
        self.weight = nn.Parameter(torch.ones(shape))

    def forward(self, x: Tensor) -> Tensor:
        x = as_float(x)
        return x * torch.rsqrt(x.square().mean(self.axes, keepdim=True) + self.epsilon) * self.weight

    def extra_repr(self) -> str:
        return f"{tuple(self.weight.shape)}, axes={self.axes}, epsilon={self.epsilon}"


class UnitNormalization(nn.Module):
    """x over its length along some axes; a length below 1e-12 counts as that."""

    def __init__(self, axes: tuple[int, ...]) -> None:
        super().__init__()
        self.axes = axes

    def forward(self, x: Tensor) -> Tensor:
        x = as_float(x)
        return x * x.square().sum(self.axes, keepdim=True).clamp(min=1e-24).rsqrt()

    def extra_repr(self) -> str:
        return f"axes={self.axes}"


def masked_moments(x: Tensor, mask: Tensor, axis: int) -> tuple[Tensor, Tensor]:
    """Mean and variance over valid steps, for each entry of axis 1, which `axis` was before it was moved there.

    The mask has each axis of the layer's input but the last.
    """
    mask = mask.unsqueeze(-1).expand(axis_back(x, axis).shape)
    mask = axis_to_second(mask, axis)
    places = [place for place in range(x.dim()) if place != 1]
    count = mask.to(x.dtype).sum(places) + _EPSILON
    mean = x.masked_fill(~mask, 0.0).sum(places) / count
    variance = (x - over_axis(mean, x)).masked_fill(~mask, 0.0).square().sum(places) / count
    return mean, variance


def over_axis(vector: Tensor, x: Tensor) -> Tensor:
    """A number for each entry of axis 1, in a shape that lies over x."""
    return vector.reshape(1, -1, *(1 for _ in range(x.dim() - 2)))


def axis_to_second(x: Tensor, axis: int) -> Tensor:
    """With `axis` where torch has the channels."""
    if x.dim() == 4 and axis in (-1, 3):
        return x.permute(0, 3, 1, 2)
    return x if x.dim() == 2 else x.movedim(axis, 1)


def axis_back(x: Tensor, axis: int) -> Tensor:
    """Undoes `axis_to_second`."""
    if x.dim() == 4 and axis in (-1, 3):
        return x.permute(0, 2, 3, 1)
    return x if x.dim() == 2 else x.movedim(1, axis)
