"""Numbers made fit for a network: standardised, cut into bins, encoded as positions."""

from typing import Any

import torch
from torch import Tensor, nn

from layerloom.layers.modules.activations import as_float

_EPSILON = 1e-7


class Normalization(nn.Module):
    """`(x - mean) / √variance`, or back with `invert`; a deviation counts as 1e-7 at least.

    `shape` has the sizes of the axes that mean and variance are for, and 0 for the others. Where these are not
    given they are statistics that the weights bring: not learned, and 0 and 1 at first.
    """

    mean: Tensor
    variance: Tensor

    def __init__(
        self,
        shape: tuple[int, ...],
        mean: Any = None,  # Any: a number, or nested lists of them
        variance: Any = None,
        invert: bool = False,
    ) -> None:
        super().__init__()
        self.shape, self.invert = shape, invert
        if mean is None:
            kept = tuple(size for size in shape if size)
            self.register_buffer("mean", torch.zeros(kept))
            self.register_buffer("variance", torch.ones(kept))
            self.register_buffer("count", torch.zeros((), dtype=torch.int32))
        else:
            self.register_buffer("mean", _laid(mean, shape), persistent=False)
            self.register_buffer("variance", _laid(variance, shape), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        x = as_float(x)
        over = tuple(size or 1 for size in self.shape)
        mean = self.mean if self.mean.dim() == len(over) else self.mean.reshape(over)
        deviation = self.variance.reshape(mean.shape).sqrt().clamp(min=_EPSILON)
        return mean + x * deviation if self.invert else (x - mean) / deviation

    def extra_repr(self) -> str:
        return f"{self.shape}, invert={self.invert}"


def _laid(values: Any, shape: tuple[int, ...]) -> Tensor:
    """The axes of `values` are the last of those that `shape` keeps (it has 0 for the others)."""
    tensor = torch.tensor(values, dtype=torch.float32)
    kept = [axis for axis, size in enumerate(shape) if size]
    sizes = [1] * len(shape)
    for axis, size in zip(reversed(kept), reversed(tensor.shape), strict=False):
        sizes[axis] = size
    return tensor.reshape(sizes)


class CategoryEncoding(nn.Module):
    """Ids as positions: one for each id, or one for each sample, where its ids are marked or counted."""

    def __init__(self, num_tokens: int, output_mode: str = "multi_hot") -> None:
        super().__init__()
        self.num_tokens, self.output_mode = num_tokens, output_mode

    def forward(self, ids: Tensor, count_weights: Tensor | None = None) -> Tensor:
        return encoded(ids, self.num_tokens, self.output_mode, count_weights)

    def extra_repr(self) -> str:
        return f"{self.num_tokens}, output_mode={self.output_mode!r}"


class Discretization(nn.Module):
    """Numbers as the bins that they fall in: how many boundaries are not above them."""

    boundaries: Tensor

    def __init__(self, bin_boundaries: tuple[float, ...], output_mode: str = "int") -> None:
        super().__init__()
        self.output_mode = output_mode
        self.register_buffer("boundaries", torch.tensor(bin_boundaries), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        bins = torch.bucketize(as_float(x).contiguous(), self.boundaries, right=True)
        if self.output_mode == "int":
            return bins.int()
        return encoded(bins, len(self.boundaries) + 1, self.output_mode)

    def extra_repr(self) -> str:
        return f"{len(self.boundaries)} boundaries, output_mode={self.output_mode!r}"


def encoded(ids: Tensor, count: int, mode: str, weights: Tensor | None = None) -> Tensor:
    """`one_hot`: (…) → (…, count), a last axis of 1 taken off; else axis 1 is summed up or looked through.

    Ids that are out of range have no position.
    """
    if mode == "one_hot" and ids.dim() > 1 and ids.shape[-1] == 1:
        ids = ids.squeeze(-1)
    places = (ids.long().unsqueeze(-1) == torch.arange(count, device=ids.device)).float()
    if mode == "one_hot":
        return places
    if mode == "multi_hot":
        return places.amax(1)
    return (places if weights is None else places * weights.float().unsqueeze(-1)).sum(1)
