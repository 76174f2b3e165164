"""Pictures in another size, with the numbers of `jax.image.resize`; channels last outside."""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from layerloom.layers.modules.activations import as_float
from layerloom.layers.modules.windows import channels_to_last, channels_to_second


def resized(
    x: Tensor,
    size: tuple[int, int],
    interpolation: str,
    antialias: bool = False,
    channels_first: bool = False,
) -> Tensor:
    """Pictures of the given height and width.

    `nearest` keeps the type; the others give decimal numbers. With `antialias` a smaller picture is made of
    all cells of the larger one, not only of those next to the points that are looked at.
    """
    axes = (2, 3) if channels_first else (1, 2)
    if interpolation == "nearest":
        for axis, wanted in zip(axes, size, strict=True):
            if x.shape[axis] != wanted:
                # In this order, as JAX: where a point falls between two pixels, rounding decides.
                ratio = float(x.shape[axis]) * (1 / torch.tensor(float(wanted)))
                points = (torch.arange(wanted, device=x.device) + 0.5) * ratio
                x = x.index_select(axis, points.floor().long())
        return x
    x = as_float(x)
    if interpolation == "bilinear" and not antialias:
        if channels_first:
            return F.interpolate(x, size, mode="bilinear", align_corners=False)
        return channels_to_last(
            F.interpolate(channels_to_second(x), size, mode="bilinear", align_corners=False)
        )
    for axis, wanted in zip(axes, size, strict=True):
        if x.shape[axis] != wanted:
            weights = _weights(x, x.shape[axis], wanted, interpolation, antialias)
            rows = x.reshape(math.prod(x.shape[:axis]), x.shape[axis], -1)
            x = (weights @ rows).reshape(*x.shape[:axis], wanted, *x.shape[axis + 1 :])
    return x


def _weights(x: Tensor, size: int, wanted: int, interpolation: str, antialias: bool) -> Tensor:
    """(wanted, size): what each cell of the old axis counts in each cell of the new one."""
    ratio = size / wanted
    points = (torch.arange(wanted, device=x.device) + 0.5) * ratio - 0.5
    distances = (points.unsqueeze(1) - torch.arange(size, device=x.device)).abs()
    weights = _KERNELS[interpolation](distances / (max(ratio, 1.0) if antialias else 1.0))
    return (weights / weights.sum(1, keepdim=True)).to(x.dtype)


def _triangle(x: Tensor) -> Tensor:
    return (1 - x).clamp(min=0)


def _cubic(x: Tensor) -> Tensor:
    """Keys, 1981, with a = -0.5; torch's own bicubic has -0.75."""
    near = (1.5 * x - 2.5) * x * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return torch.where(x < 1, near, torch.where(x < 2, far, 0.0))


def _lanczos(radius: int) -> Callable[[Tensor], Tensor]:
    def kernel(x: Tensor) -> Tensor:
        return torch.where(x <= radius, torch.sinc(x) * torch.sinc(x / radius), 0.0)

    return kernel


_KERNELS: dict[str, Callable[[Tensor], Tensor]] = {
    "bilinear": _triangle, "bicubic": _cubic, "lanczos3": _lanczos(3), "lanczos5": _lanczos(5),
}  # fmt: skip


class UpSampling(nn.Module):
    """`size` cells along each axis for one."""

    def __init__(
        self, size: tuple[int, ...], interpolation: str = "nearest", channels_first: bool = False
    ) -> None:
        super().__init__()
        self.size, self.interpolation, self.channels_first = size, interpolation, channels_first

    def forward(self, x: Tensor) -> Tensor:
        first = 2 if self.channels_first else 1
        if self.interpolation != "nearest":
            height, width = x.shape[first : first + 2]
            size = (height * self.size[0], width * self.size[1])
            return resized(x, size, self.interpolation, channels_first=self.channels_first)
        if not x.is_floating_point():
            for axis, factor in enumerate(self.size, start=first):
                x = x.repeat_interleave(factor, axis)
            return x
        factors = [float(factor) for factor in self.size]
        if self.channels_first:
            return F.interpolate(x, scale_factor=factors, mode="nearest-exact")
        return channels_to_last(
            F.interpolate(channels_to_second(x), scale_factor=factors, mode="nearest-exact")
        )

    def extra_repr(self) -> str:
        return f"{self.size}, interpolation={self.interpolation!r}, channels_first={self.channels_first}"


class Resizing(nn.Module):
    """Pictures of the given height and width, in the type that they came in.

    The shape of a picture is kept by cutting its middle out first (`crop`), or by a rim of `fill_value`
    (`pad`); else it is stretched.
    """

    def __init__(
        self,
        height: int,
        width: int,
        interpolation: str = "bilinear",
        crop: bool = False,
        pad: bool = False,
        fill_value: float = 0.0,
        antialias: bool = False,
        channels_first: bool = False,
    ) -> None:
        super().__init__()
        self.height, self.width, self.interpolation, self.antialias = height, width, interpolation, antialias
        self.crop, self.pad, self.fill_value, self.channels_first = crop, pad, fill_value, channels_first

    def forward(self, x: Tensor) -> Tensor:
        if self.crop:
            y = cut_to_ratio(x, self.height, self.width, self.channels_first)
        elif self.pad:
            y = self._padded(as_float(x))
        else:
            y = x
        y = resized(y, (self.height, self.width), self.interpolation, self.antialias, self.channels_first)
        if y.dtype == x.dtype:
            return y
        limits = torch.iinfo(x.dtype)
        return y.round().clamp(limits.min, limits.max).to(x.dtype)

    def _padded(self, x: Tensor) -> Tensor:
        height, width = x.shape[2:4] if self.channels_first else x.shape[1:3]
        above = (max(height, width * self.height // self.width) - height) // 2
        left = (max(width, height * self.width // self.height) - width) // 2
        rim = [left, left, above, above] if self.channels_first else [0, 0, left, left, above, above]
        return F.pad(x, rim, value=self.fill_value)

    def extra_repr(self) -> str:
        return (
            f"{self.height}, {self.width}, interpolation={self.interpolation!r}, crop={self.crop}, "
            f"pad={self.pad}, fill_value={self.fill_value}, antialias={self.antialias}, "
            f"channels_first={self.channels_first}"
        )


class CenterCrop(nn.Module):
    """The middle of a picture; a picture that is too small is enlarged until it covers height and width."""

    def __init__(self, height: int, width: int, channels_first: bool = False) -> None:
        super().__init__()
        self.height, self.width, self.channels_first = height, width, channels_first

    def forward(self, x: Tensor) -> Tensor:
        x = as_float(x)
        axis = 2 if self.channels_first else 1
        height, width = x.shape[axis], x.shape[axis + 1]
        if height < self.height or width < self.width:
            x = cut_to_ratio(x, self.height, self.width, self.channels_first)
            return resized(x, (self.height, self.width), "bilinear", channels_first=self.channels_first)
        x = x.narrow(axis, (height - self.height) // 2, self.height)
        return x.narrow(axis + 1, (width - self.width) // 2, self.width)

    def extra_repr(self) -> str:
        return f"{self.height}, {self.width}, channels_first={self.channels_first}"


def cut_to_ratio(x: Tensor, wanted_height: int, wanted_width: int, channels_first: bool) -> Tensor:
    """The largest middle of a picture that has the wanted ratio of height and width."""
    axis = 2 if channels_first else 1
    height, width = x.shape[axis], x.shape[axis + 1]
    kept_height = max(min(height, width * wanted_height // wanted_width), 1)
    kept_width = max(min(width, height * wanted_width // wanted_height), 1)
    x = x.narrow(axis, (height - kept_height) // 2, kept_height)
    return x.narrow(axis + 1, (width - kept_width) // 2, kept_width)
