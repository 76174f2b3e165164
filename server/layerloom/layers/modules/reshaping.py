"""The same numbers in another arrangement; views where torch can give them."""

import torch.nn.functional as F
from torch import Tensor, nn


class Flatten(nn.Module):
    """Everything after the batch in one axis, the last axis running fastest."""

    def __init__(self, channels_first: bool = False) -> None:
        super().__init__()
        self.channels_first = channels_first

    def forward(self, x: Tensor) -> Tensor:
        if self.channels_first and x.dim() > 2:
            x = x.movedim(1, -1)
        return x.reshape(x.shape[0], -1) if x.dim() > 1 else x.unsqueeze(1)

    def extra_repr(self) -> str:
        return f"channels_first={self.channels_first}"


class Reshape(nn.Module):
    """Another shape after the batch; one axis may be -1."""

    def __init__(self, target_shape: tuple[int, ...]) -> None:
        super().__init__()
        self.target_shape = target_shape

    def forward(self, x: Tensor) -> Tensor:
        return x.reshape(x.shape[0], *self.target_shape)

    def extra_repr(self) -> str:
        return f"{self.target_shape}"


class Permute(nn.Module):
    """Axes after the batch in another order, counted from 1."""

    def __init__(self, dims: tuple[int, ...]) -> None:
        super().__init__()
        self.dims = dims

    def forward(self, x: Tensor) -> Tensor:
        return x.permute(0, *self.dims)

    def extra_repr(self) -> str:
        return f"{self.dims}"


class RepeatVector(nn.Module):
    """The same vector at each of `n` steps."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.n = n

    def forward(self, x: Tensor) -> Tensor:
        return x.unsqueeze(1).expand(-1, self.n, -1)

    def extra_repr(self) -> str:
        return f"{self.n}"


class Cropping(nn.Module):
    """Without the given cells before and after each place; a view."""

    def __init__(self, cropping: tuple[tuple[int, int], ...], channels_first: bool = False) -> None:
        super().__init__()
        self.cropping, self.channels_first = cropping, channels_first

    def forward(self, x: Tensor) -> Tensor:
        for axis, (before, after) in enumerate(self.cropping, start=2 if self.channels_first else 1):
            x = x.narrow(axis, before, x.shape[axis] - before - after)
        return x

    def extra_repr(self) -> str:
        return f"{self.cropping}, channels_first={self.channels_first}"


class ZeroPadding(nn.Module):
    """With zeros before and after each place."""

    def __init__(self, padding: tuple[tuple[int, int], ...], channels_first: bool = False) -> None:
        super().__init__()
        self.padding, self.channels_first = padding, channels_first

    def forward(self, x: Tensor) -> Tensor:
        ends = self.padding if self.channels_first else (*self.padding, (0, 0))
        return F.pad(x, [cells for pair in reversed(ends) for cells in pair])

    def extra_repr(self) -> str:
        return f"{self.padding}, channels_first={self.channels_first}"
