"""Padding of convolutions and pooling as Keras does it: what is odd goes to the end, and it depends on the
size.
"""

import torch.nn.functional as F
from torch import Tensor

Sizes = tuple[int, ...]


def padding_of(
    sizes: Sizes, kernel: Sizes, strides: Sizes, dilation: Sizes, kind: str
) -> list[tuple[int, int]]:
    """Cells to add before and after each spatial axis: `same`, `causal` or (nothing) `valid`."""
    if kind == "valid":
        return [(0, 0)] * len(kernel)
    if kind == "causal":
        return [((k - 1) * d, 0) for k, d in zip(kernel, dilation, strict=True)]
    pads = []
    for size, k, s, d in zip(sizes, kernel, strides, dilation, strict=True):
        total = max((-(-size // s) - 1) * s + (k - 1) * d + 1 - size, 0)
        pads.append((total // 2, total - total // 2))
    return pads


def is_even(pads: list[tuple[int, int]]) -> bool:
    """True where torch's own, symmetric padding does."""
    return all(before == after for before, after in pads)


def padded(x: Tensor, pads: list[tuple[int, int]], value: float = 0.0) -> Tensor:
    """The tensor, spatial axes last, with cells added around it."""
    return F.pad(x, [cells for pad in reversed(pads) for cells in pad], value=value)


def channels_to_second(x: Tensor) -> Tensor:
    """A view: (batch, …, channels) → (batch, channels, …), in torch's channels-last memory format."""
    if x.dim() == 4:
        return x.permute(0, 3, 1, 2)
    return x.movedim(-1, 1)


def channels_to_last(x: Tensor) -> Tensor:
    """A view: (batch, channels, …) → (batch, …, channels)."""
    if x.dim() == 4:
        return x.permute(0, 2, 3, 1)
    return x.movedim(1, -1)
