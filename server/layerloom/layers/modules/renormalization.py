"""Batch renormalization: batch normalization whose training is held close to its inference."""

import torch
from torch import Tensor

from layerloom.layers.modules.activations import as_float
from layerloom.layers.modules.normalization import (
    BatchNormalization,
    axis_back,
    axis_to_second,
    masked_moments,
    over_axis,
)


class BatchRenormalization(BatchNormalization):
    """In training what the batch's statistics gave is corrected towards moving ones, within bounds.

    `r = deviation / renorm_deviation`, from `rmin` to `rmax`; `d = (mean - renorm_mean) / renorm_deviation`,
    from `-dmax` to `dmax`; the result is `normalised * r + d`, and no gradient goes through r and d. Ioffe,
    2017; as in Keras the moving variance at inference is that of a moving deviation.
    """

    running_std: Tensor
    renorm_mean: Tensor
    renorm_std: Tensor

    def __init__(
        self,
        features: int,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        trainable: bool = True,
        renorm_momentum: float = 0.99,
        rmin: float | None = None,
        rmax: float | None = None,
        dmax: float | None = None,
    ) -> None:
        super().__init__(features, axis, momentum, epsilon, center, scale, trainable)
        self.renorm_momentum, self.rmin, self.rmax, self.dmax = renorm_momentum, rmin, rmax, dmax
        self.register_buffer("running_std", torch.ones(features))
        self.register_buffer("renorm_mean", torch.zeros(features))
        self.register_buffer("renorm_std", torch.ones(features))

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        if not (self.training and self.trainable):
            return super().forward(x)
        x = axis_to_second(as_float(x), self.axis)
        if mask is not None:
            mean, variance = masked_moments(x, mask, self.axis)
        else:
            places = [place for place in range(x.dim()) if place != 1]
            variance, mean = torch.var_mean(x, places, correction=0)
        factor, offset = self._correction(mean.detach(), variance.detach())
        scale = torch.rsqrt(variance + self.epsilon) * factor
        y = (x - over_axis(mean, x)) * over_axis(scale, x) + over_axis(offset, x)
        if self.weight is not None:
            y = y * over_axis(self.weight, x)
        return axis_back(y if self.bias is None else y + over_axis(self.bias, x), self.axis)

    @torch.no_grad()
    def _correction(self, mean: Tensor, variance: Tensor) -> tuple[Tensor, Tensor]:
        """r and d by the moving statistics as they were, which then follow the batch's."""
        deviation = (variance + self.epsilon).sqrt()
        known = self.renorm_std.clamp(min=self.epsilon**0.5)
        factor, offset = deviation / known, (mean - self.renorm_mean) / known
        if self.rmin is not None or self.rmax is not None:
            factor = factor.clamp(self.rmin, self.rmax)
        if self.dmax is not None:
            offset = offset.clamp(-self.dmax, self.dmax)
        self.renorm_mean.lerp_(mean, 1 - self.renorm_momentum)
        self.renorm_std.lerp_(deviation, 1 - self.renorm_momentum)
        self.running_mean.lerp_(mean, 1 - self.momentum)
        self.running_std.lerp_(deviation, 1 - self.momentum)
        self.running_var.copy_((self.running_std.square() - self.epsilon).clamp(min=0))
        return factor, offset

    def extra_repr(self) -> str:
        return (
            f"{super().extra_repr()}, renorm_momentum={self.renorm_momentum}, rmin={self.rmin}, "
            f"rmax={self.rmax}, dmax={self.dmax}"
        )
