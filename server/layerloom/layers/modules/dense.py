"""A linear map over the last axis, with its activation."""

import torch.nn.functional as F
from torch import Tensor, nn

from layerloom.layers.modules.activations import as_float, function_of


class Dense(nn.Linear):
    """`activation(x Wᵀ + b)`; whole numbers are taken as float32."""

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, activation: str = "linear"
    ) -> None:
        super().__init__(in_features, out_features, bias)
        self.activation = activation
        self._function = function_of(activation)

    def forward(self, x: Tensor) -> Tensor:
        y = F.linear(as_float(x), self.weight, self.bias)
        return y if self._function is None else self._function(y)

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, activation={self.activation!r}"
