"""Numbers of another range, such as bytes from 0 to 1."""

import torch
from torch import Tensor, nn

Numbers = float | tuple[float, ...]


class Rescaling(nn.Module):
    """`x * scale + offset`; lists have one number for each entry of the last axis."""

    scale: Tensor
    offset: Tensor

    def __init__(self, scale: Numbers, offset: Numbers = 0.0) -> None:
        super().__init__()
        self._settings = f"scale={scale}, offset={offset}"
        # Not saved: the numbers are config, not weights.
        self.register_buffer("scale", torch.tensor(scale, dtype=torch.float32), persistent=False)
        self.register_buffer("offset", torch.tensor(offset, dtype=torch.float32), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return x.to(self.scale.dtype) * self.scale + self.offset

    def extra_repr(self) -> str:
        return self._settings
