"""Numbers picked, moved and laid out anew; nothing is computed."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

Key = int | str | None


def picked(x: Tensor, axis: int, item: slice) -> Tensor:
    """A slice along one axis; torch has no negative steps, so these are turned round."""
    if item.step is None or item.step > 0:
        return x[(slice(None),) * axis + (item,)]
    places = range(*item.indices(x.shape[axis]))
    forward = slice(places[-1], places[0] + 1, -item.step) if len(places) else slice(0, 0)
    return x[(slice(None),) * axis + (forward,)].flip(axis)


class Slicing(nn.Module):
    """`x[key]`; each item is a number, a slice as text (`1:3`), `...`, or None for a new axis."""

    def __init__(self, key: Sequence[Key]) -> None:
        super().__init__()
        self.key = tuple(key)

    def forward(self, x: Tensor) -> Tensor:
        axis = 0
        left = sum(item is not None and item != "..." for item in self.key)
        for item in self.key:
            if item is None:
                x, axis = x.unsqueeze(axis), axis + 1
            elif item == "...":
                axis = x.dim() - left
            elif isinstance(item, int):
                x, left = x.select(axis, item), left - 1
            else:
                parts = [int(part) if part else None for part in item.split(":")]
                x, axis, left = picked(x, axis, slice(*parts)), axis + 1, left - 1
        return x

    def extra_repr(self) -> str:
        return f"{self.key}"


class Block(nn.Module):
    """A block of a given size from a given place on; -1 takes the rest. A block that would reach over the
    end begins earlier."""

    def __init__(self, start_indices: tuple[int, ...], shape: tuple[int, ...]) -> None:
        super().__init__()
        self.start_indices, self.shape = start_indices, shape

    def forward(self, x: Tensor) -> Tensor:
        for axis, (start, size) in enumerate(zip(self.start_indices, self.shape, strict=True)):
            length = x.shape[axis]
            begin = start + length if start < 0 else start
            if size == -1:
                size = length - begin
            x = x.narrow(axis, max(0, min(begin, length - size)), size)
        return x

    def extra_repr(self) -> str:
        return f"{self.start_indices}, {self.shape}"


class Transposition(nn.Module):
    """Axes in another order."""

    def __init__(self, order: tuple[int, ...]) -> None:
        super().__init__()
        self.order = order

    def forward(self, x: Tensor) -> Tensor:
        return x.permute(self.order)

    def extra_repr(self) -> str:
        return f"{self.order}"


class Reshaping(nn.Module):
    """Another shape, the batch included; one size may be -1."""

    def __init__(self, newshape: tuple[int, ...]) -> None:
        super().__init__()
        self.newshape = newshape

    def forward(self, x: Tensor) -> Tensor:
        return x.reshape(self.newshape)

    def extra_repr(self) -> str:
        return f"{self.newshape}"


class ExpandDims(nn.Module):
    """New axes of size 1 at these places of the result."""

    def __init__(self, axes: tuple[int, ...]) -> None:
        super().__init__()
        self.axes = axes

    def forward(self, x: Tensor) -> Tensor:
        for axis in self.axes:
            x = x.unsqueeze(axis)
        return x

    def extra_repr(self) -> str:
        return f"{self.axes}"


class Squeeze(nn.Module):
    """Axes of size 1 taken out."""

    def __init__(self, axes: tuple[int, ...]) -> None:
        super().__init__()
        self.axes = axes

    def forward(self, x: Tensor) -> Tensor:
        return x.squeeze(self.axes)

    def extra_repr(self) -> str:
        return f"{self.axes}"


class Flipping(nn.Module):
    """Numbers in another order along axes."""

    def __init__(
        self,
        function: str,
        axis: int | tuple[int, ...] | None = None,
        shift: int | tuple[int, ...] = 0,
        k: int = 1,
        axes: tuple[int, int] = (0, 1),
    ) -> None:
        super().__init__()
        self.function, self.axis, self.shift, self.k, self.axes = function, axis, shift, k, axes

    def forward(self, x: Tensor) -> Tensor:
        if self.function == "roll":
            return x.roll(self.shift, self.axis) if self.axis is not None else x.roll(self.shift)
        if self.function == "rot90":
            return x.rot90(self.k, self.axes)
        axis = tuple(range(x.dim())) if self.axis is None else self.axis
        return x.flip(axis)

    def extra_repr(self) -> str:
        return f"{self.function}, axis={self.axis}"


class Padding(nn.Module):
    """More cells around: a number, or what is inside, mirrored or carried on."""

    def __init__(
        self, pad_width: tuple[tuple[int, int], ...], mode: str = "constant", constant_values: float = 0
    ) -> None:
        super().__init__()
        self.pad_width, self.mode, self.constant_values = pad_width, mode, constant_values

    def forward(self, x: Tensor) -> Tensor:
        widths = self.pad_width * x.dim() if len(self.pad_width) == 1 else self.pad_width
        if self.mode == "constant":
            flat = [width for pair in reversed(widths) for width in pair]
            value = bool(self.constant_values) if x.dtype is torch.bool else self.constant_values
            return nn.functional.pad(x, flat, value=value)
        for axis, (before, after) in enumerate(widths):
            if before or after:
                places = torch.arange(-before, x.shape[axis] + after, device=x.device)
                x = x.index_select(axis, self.inside(places, x.shape[axis]))
        return x

    def inside(self, places: Tensor, size: int) -> Tensor:
        """Which cell stands at each place."""
        if self.mode == "edge":
            return places.clamp(0, size - 1)
        if self.mode == "wrap":
            return places % size
        if self.mode == "reflect":
            period = max(2 * size - 2, 1)
            places = places % period
            return torch.where(places < size, places, period - places)
        places = places % (2 * size)
        return torch.where(places < size, places, 2 * size - 1 - places)

    def extra_repr(self) -> str:
        return f"{self.pad_width}, {self.mode}"


class Tiling(nn.Module):
    """The same numbers several times."""

    def __init__(
        self,
        function: str,
        repeats: int | tuple[int, ...] = 1,
        axis: int | None = None,
        shape: tuple[int, ...] = (),
    ) -> None:
        super().__init__()
        self.function, self.repeats, self.axis, self.shape = function, repeats, axis, shape

    def forward(self, x: Tensor) -> Tensor:
        if self.function == "broadcast_to":
            return x.expand(self.shape)
        if self.function == "tile":
            times = (self.repeats,) if isinstance(self.repeats, int) else self.repeats
            return x.repeat((1,) * (x.dim() - len(times)) + times)
        if isinstance(self.repeats, int):
            return x.repeat_interleave(self.repeats, self.axis)
        times_each = torch.tensor(self.repeats, device=x.device)
        return x.repeat_interleave(times_each, self.axis)

    def extra_repr(self) -> str:
        return f"{self.function}, {self.repeats}, axis={self.axis}, {self.shape}"


class Triangle(nn.Module):
    """Halves and diagonals of matrices."""

    def __init__(self, function: str, k: int = 0, axis1: int = 0, axis2: int = 1) -> None:
        super().__init__()
        self.function, self.k, self.axis1, self.axis2 = function, k, axis1, axis2

    def forward(self, x: Tensor) -> Tensor:
        if self.function == "tril":
            return x.tril(self.k)
        if self.function == "triu":
            return x.triu(self.k)
        y = x.diagonal(self.k, self.axis1, self.axis2)
        if self.function == "diagonal":
            return y
        y = y.int() if y.dtype in (torch.bool, torch.uint8) else y
        return y.sum(-1, dtype=y.dtype)

    def extra_repr(self) -> str:
        return f"{self.function}, {self.k}, {self.axis1}, {self.axis2}"
