"""Masks given and taken away."""

from torch import Tensor, nn


class SetMask(nn.Module):
    """Its input unchanged, beside another mask; without one, beside none."""

    def forward(self, x: Tensor, mask_tensor: Tensor | None = None) -> Tensor:
        return x

    def compute_mask(
        self, x: Tensor, mask_tensor: Tensor | None = None, mask: Tensor | None = None
    ) -> Tensor | None:
        return None if mask_tensor is None else mask_tensor.bool()
