"""Attention without weights, pieces of sequences, matrices as wholes."""

import math

import torch
from torch import Tensor, nn

from layerloom.layers.modules.operations.dtypes import as_tensors


class ScaledDotProduct(nn.Module):
    """softmax(query · key / √depth) · value for each head; (batch, time, heads, depth)."""

    def __init__(self, is_causal: bool = False, scale: float | None = None) -> None:
        super().__init__()
        self.is_causal, self.scale = is_causal, scale

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        bias: Tensor | None = None,
        mask: Tensor | None = None,
    ) -> Tensor:
        query, key, value = as_tensors(query, key, value)
        scale = 1 / math.sqrt(query.shape[-1]) if self.scale is None else self.scale
        scores = torch.einsum("bqhd,bkhd->bhqk", query, key).float() * scale
        if bias is not None:
            scores = scores + bias
        mask = None if mask is None else mask != 0
        if self.is_causal:
            earlier = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).tril()
            mask = earlier if mask is None else mask & earlier
        if mask is not None:
            scores = scores.masked_fill(~mask, 0.7 * torch.finfo(scores.dtype).min)
        return torch.einsum("bhqk,bkhd->bqhd", scores.softmax(-1).to(value.dtype), value)

    def extra_repr(self) -> str:
        return f"is_causal={self.is_causal}, scale={self.scale}"


class Differences(nn.Module):
    """Each number less the one before it, n times."""

    def __init__(self, n: int = 1, axis: int = -1) -> None:
        super().__init__()
        self.n, self.axis = n, axis

    def forward(self, a: Tensor) -> Tensor:
        return a.diff(n=self.n, dim=self.axis)

    def extra_repr(self) -> str:
        return f"n={self.n}, axis={self.axis}"


class Selection(nn.Module):
    """The choice of the first condition that holds; else the default."""

    def __init__(self, default: float = 0) -> None:
        super().__init__()
        self.default = default

    def forward(self, condlist: list[Tensor], choicelist: list[Tensor]) -> Tensor:
        *choices, result = as_tensors(*choicelist, self.default)
        for condition, choice in zip(reversed(condlist), reversed(choices), strict=True):
            result = torch.where(condition, choice, result)
        return result

    def extra_repr(self) -> str:
        return f"default={self.default}"


class LinearAlgebra(nn.Module):
    """One function of square matrices, which are the last two axes."""

    def __init__(self, function: str, upper: bool = False) -> None:
        super().__init__()
        self.function, self.upper = function, upper

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor
        if self.function == "cholesky":
            y = torch.linalg.cholesky(x, upper=self.upper)
        elif self.function == "inv":
            y = torch.linalg.inv(x)
        elif self.function == "pinv":
            y = torch.linalg.pinv(x)
        elif self.function == "det":
            y = torch.linalg.det(x)
        else:
            y = torch.linalg.slogdet(x).logabsdet
        return y

    def extra_repr(self) -> str:
        return self.function
