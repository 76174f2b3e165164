"""Linear maps over the last axis or along any, with their activation."""

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from layerloom.layers.modules.activations import as_float, function_of


class Dense(nn.Linear):
    """`activation(x Wᵀ + b)`; whole numbers are taken as float32."""

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        activation: str | Mapping[str, Any] = "linear",
    ) -> None:
        super().__init__(in_features, out_features, bias)
        self.activation = activation
        self._function = function_of(activation)

    def forward(self, x: Tensor) -> Tensor:
        y = F.linear(as_float(x), self.weight, self.bias)
        return y if self._function is None else self._function(y)

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, activation={self.activation!r}"


class EinsumDense(nn.Module):
    """`activation(einsum(equation, x, kernel) + bias)`."""

    def __init__(
        self,
        equation: str,
        kernel_shape: tuple[int, ...],
        bias_shape: tuple[int, ...] | None = None,
        activation: str | Mapping[str, Any] = "linear",
    ) -> None:
        super().__init__()
        self.equation, self.activation = equation, activation
        self.weight = nn.Parameter(torch.empty(kernel_shape).normal_(std=0.05))
        self.bias = None if bias_shape is None else nn.Parameter(torch.zeros(bias_shape))
        self._function = function_of(activation)

    def forward(self, x: Tensor) -> Tensor:
        y = torch.einsum(self.equation, as_float(x), self.weight)
        y = y if self.bias is None else y + self.bias
        return y if self._function is None else self._function(y)

    def extra_repr(self) -> str:
        bias = None if self.bias is None else tuple(self.bias.shape)
        return f"{self.equation!r}, {tuple(self.weight.shape)}, bias={bias}, activation={self.activation!r}"
