"""Pooling over windows and over everything; channels last outside, views of it inside."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from layerloom.layers.modules.activations import as_float
from layerloom.layers.modules.windows import (
    Sizes,
    channels_to_last,
    channels_to_second,
    is_even,
    padded,
    padding_of,
)

_Pool = Callable[..., Tensor]
_MAX: dict[int, _Pool] = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
_AVERAGE: dict[int, _Pool] = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}
_ADAPTIVE_MAX: dict[int, _Pool] = {
    1: F.adaptive_max_pool1d, 2: F.adaptive_max_pool2d, 3: F.adaptive_max_pool3d,
}  # fmt: skip
_ADAPTIVE_AVERAGE: dict[int, _Pool] = {
    1: F.adaptive_avg_pool1d, 2: F.adaptive_avg_pool2d, 3: F.adaptive_avg_pool3d,
}  # fmt: skip


class _Pooling(nn.Module):
    def __init__(
        self, pool_size: Sizes, strides: Sizes, padding: str = "valid", channels_first: bool = False
    ) -> None:
        super().__init__()
        self.pool_size, self.strides, self.padding, self.channels_first = (
            pool_size,
            strides,
            padding,
            channels_first,
        )

    def forward(self, x: Tensor) -> Tensor:
        if not self.channels_first:
            x = channels_to_second(x)
        pads = padding_of(
            tuple(x.shape[2:]), self.pool_size, self.strides, (1,) * len(self.pool_size), self.padding
        )
        y = self._pool(x, pads)
        return y if self.channels_first else channels_to_last(y)

    def _pool(self, x: Tensor, pads: list[tuple[int, int]]) -> Tensor:
        raise NotImplementedError

    def extra_repr(self) -> str:
        return (
            f"pool_size={self.pool_size}, strides={self.strides}, padding={self.padding!r}, "
            f"channels_first={self.channels_first}"
        )


class MaxPooling(_Pooling):
    """The greatest value in each window."""

    def _pool(self, x: Tensor, pads: list[tuple[int, int]]) -> Tensor:
        if not x.is_floating_point():  # torch has no kernel for whole numbers; a double holds them all
            return self._pool(x.double(), pads).to(x.dtype)
        pool = _MAX[len(pads)]
        fits = all(2 * before <= size for (before, _), size in zip(pads, self.pool_size, strict=True))
        if is_even(pads) and fits:
            return pool(x, self.pool_size, self.strides, tuple(before for before, _ in pads))
        return pool(padded(x, pads, -torch.inf), self.pool_size, self.strides)


class AveragePooling(_Pooling):
    """The mean of each window; padding does not count."""

    def _pool(self, x: Tensor, pads: list[tuple[int, int]]) -> Tensor:
        x = as_float(x)
        pool = _AVERAGE[len(pads)]
        fits = all(2 * before <= size for (before, _), size in zip(pads, self.pool_size, strict=True))
        if is_even(pads) and fits:
            return pool(
                x, self.pool_size, self.strides, tuple(before for before, _ in pads), count_include_pad=False
            )
        counts = pool(padded(x.new_ones(1, 1, *x.shape[2:]), pads), self.pool_size, self.strides)
        return pool(padded(x, pads), self.pool_size, self.strides) / counts


class _AdaptivePooling(nn.Module):
    def __init__(self, output_size: Sizes, channels_first: bool = False) -> None:
        super().__init__()
        self.output_size, self.channels_first = output_size, channels_first

    def forward(self, x: Tensor) -> Tensor:
        return self._pool(x) if self.channels_first else channels_to_last(self._pool(channels_to_second(x)))

    def _pool(self, x: Tensor) -> Tensor:
        raise NotImplementedError

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}, channels_first={self.channels_first}"


class AdaptiveMaxPooling(_AdaptivePooling):
    """The greatest value in each of `output_size` windows."""

    def _pool(self, x: Tensor) -> Tensor:
        if not x.is_floating_point():  # as in MaxPooling
            return self._pool(x.double()).to(x.dtype)
        return _ADAPTIVE_MAX[len(self.output_size)](x, self.output_size)


class AdaptiveAveragePooling(_AdaptivePooling):
    """The mean of each of `output_size` windows."""

    def _pool(self, x: Tensor) -> Tensor:
        return _ADAPTIVE_AVERAGE[len(self.output_size)](as_float(x), self.output_size)


class GlobalMaxPooling(nn.Module):
    """The greatest value of each channel over all places."""

    def __init__(self, keepdims: bool = False, channels_first: bool = False) -> None:
        super().__init__()
        self.keepdims, self.channels_first = keepdims, channels_first

    def forward(self, x: Tensor) -> Tensor:
        return x.amax(_places(x, self.channels_first), keepdim=self.keepdims)

    def extra_repr(self) -> str:
        return f"keepdims={self.keepdims}, channels_first={self.channels_first}"


class GlobalAveragePooling(nn.Module):
    """The mean of each channel over all places; masked steps do not count."""

    def __init__(self, keepdims: bool = False, channels_first: bool = False) -> None:
        super().__init__()
        self.keepdims, self.channels_first = keepdims, channels_first

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        x = as_float(x)
        places = _places(x, self.channels_first)
        if mask is None:
            return x.mean(places, keepdim=self.keepdims)
        mask = mask.unsqueeze(1 if self.channels_first else -1)
        total = x.masked_fill(~mask, 0.0).sum(places, keepdim=self.keepdims)
        return total / mask.to(x.dtype).sum(places, keepdim=self.keepdims)

    def extra_repr(self) -> str:
        return f"keepdims={self.keepdims}, channels_first={self.channels_first}"


def _places(x: Tensor, channels_first: bool) -> list[int]:
    return list(range(2, x.dim())) if channels_first else list(range(1, x.dim() - 1))
