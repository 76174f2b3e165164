"""Sums of products: matrices, vectors, and any other by letters."""

from typing import Any

import torch
from torch import Tensor, nn

from layerloom.layers.modules.operations.arithmetic import Given, TwoOperands
from layerloom.layers.modules.operations.dtypes import as_tensors

Pairs = int | tuple[tuple[int, ...], tuple[int, ...]]


def dot(a: Tensor, b: Tensor) -> Tensor:
    """numpy's: the last axis of the first with the last but one of the second."""
    if a.dim() == 0 or b.dim() == 0:
        return a * b
    product: Tensor = torch.tensordot(a, b, ([-1], [max(b.dim() - 2, 0)]))
    return product


class Matmul(TwoOperands):
    """One product of two tensors."""

    def __init__(self, function: str, x1: Given = None, x2: Given = None, axes: Pairs = 2) -> None:
        super().__init__(x1, x2)
        self.function, self.axes = function, axes

    def forward(self, x1: Tensor | None = None, x2: Tensor | None = None) -> Tensor:
        a, b = as_tensors(*self.operands(x1, x2))
        if a.dtype is torch.bool:
            return self.product(a.int(), b.int()) != 0
        return self.product(a, b)

    def product(self, a: Tensor, b: Tensor) -> Tensor:
        if self.function == "matmul":
            return torch.matmul(a, b)
        if self.function == "dot":
            return dot(a, b)
        if self.function == "vdot":
            return (a.reshape(-1) * b.reshape(-1)).sum(dtype=a.dtype)
        if self.function == "outer":
            return a.reshape(-1, 1) * b.reshape(1, -1)
        if self.function == "inner":
            return (
                a * b
                if 0 in (a.dim(), b.dim())
                else torch.einsum("...i,zi->...z", a, b.reshape(-1, b.shape[-1])).reshape(
                    a.shape[:-1] + b.shape[:-1]
                )
            )
        if 0 in (a.dim(), b.dim()):
            return a * b
        axes: Any = self.axes if isinstance(self.axes, int) else [list(part) for part in self.axes]
        product: Tensor = torch.tensordot(a, b, axes)
        return product

    def extra_repr(self) -> str:
        return ", ".join([self.function, *map(str, self.literals)])


class Einsum(nn.Module):
    """Einstein's summation: letters that repeat are multiplied, those that go are summed."""

    def __init__(self, subscripts: str) -> None:
        super().__init__()
        self.subscripts = subscripts

    def forward(self, operands: list[Tensor]) -> Tensor:
        given = as_tensors(*operands)
        return torch.einsum(self.subscripts, *given).to(given[0].dtype)

    def extra_repr(self) -> str:
        return self.subscripts
