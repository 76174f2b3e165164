"""Tensors joined, and taken apart."""

import torch
from torch import Tensor, nn

from layerloom.layers.modules.operations.dtypes import as_tensors


class Stacking(nn.Module):
    """Tensors joined along an axis of theirs, or along a new one."""

    def __init__(self, function: str, axis: int | None = 0) -> None:
        super().__init__()
        self.function, self.axis = function, axis

    def forward(self, xs: list[Tensor]) -> Tensor:
        xs = as_tensors(*xs)
        if self.function == "stack":
            return torch.stack(xs, self.axis or 0)
        if self.function == "hstack":
            return torch.hstack(xs)
        if self.function == "vstack":
            return torch.vstack(xs)
        if self.function == "dstack":
            return torch.dstack(xs)
        if self.axis is None:
            return torch.cat([x.reshape(-1) for x in xs])
        return torch.cat(xs, self.axis)

    def extra_repr(self) -> str:
        return f"{self.function}, axis={self.axis}"


class Splitting(nn.Module):
    """One tensor taken apart: in equal parts, at given places, or along an axis that goes."""

    def __init__(self, function: str, parts: int | tuple[int, ...], axis: int = 0) -> None:
        super().__init__()
        self.function, self.parts, self.axis = function, parts, axis

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, ...]:
        found = x.unbind(self.axis) if self.function == "unstack" else x.tensor_split(self.parts, self.axis)
        return found[0] if len(found) == 1 else tuple(found)

    def extra_repr(self) -> str:
        return f"{self.function}, {self.parts}, axis={self.axis}"
