"""Scales channels by learned numbers."""

import torch
from torch import Tensor, nn


class LayerScale(nn.Module):
    """`x * weight`, one number for each entry of the last axis."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.weight

    def extra_repr(self) -> str:
        return f"{self.weight.numel()}"
