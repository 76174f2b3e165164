"""Rows of a table, looked up by whole numbers."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Embedding(nn.Module):
    """`table[ids]`; with `mask_zero`, id 0 means "nothing here" and masks its step."""

    def __init__(self, input_dim: int, output_dim: int, mask_zero: bool = False) -> None:
        super().__init__()
        self.input_dim, self.output_dim, self.mask_zero = input_dim, output_dim, mask_zero
        self.weight = nn.Parameter(torch.empty(input_dim, output_dim).uniform_(-0.05, 0.05))

    def forward(self, ids: Tensor) -> Tensor:
        if ids.dtype is not torch.int64 and ids.dtype is not torch.int32:
            ids = ids.long()
        return F.embedding(ids, self.weight)

    def compute_mask(self, ids: Tensor, mask: Tensor | None = None) -> Tensor | None:
        return ids != 0 if self.mask_zero and ids.dim() > 1 else None

    def extra_repr(self) -> str:
        return f"{self.input_dim}, {self.output_dim}, mask_zero={self.mask_zero}"


class ReversibleEmbedding(Embedding):
    """Rows of a table by ids, or scores of ids by vectors: `x · tableᵀ`, or times a table of its own.

    With `reverse` None whole numbers are ids and anything else is a vector.
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        mask_zero: bool = False,
        tie_weights: bool = True,
        reverse: bool | None = None,
        reverse_dtype: str | None = None,
        logit_soft_cap: float | None = None,
    ) -> None:
        super().__init__(input_dim, output_dim, mask_zero)
        self.reverse, self.reverse_dtype, self.logit_soft_cap = reverse, reverse_dtype, logit_soft_cap
        if tie_weights:
            self.register_parameter("reverse_weight", None)
        else:  # as a Linear keeps it: (input_dim, output_dim)
            self.reverse_weight = nn.Parameter(torch.empty(input_dim, output_dim).uniform_(-0.05, 0.05))

    def forward(self, x: Tensor) -> Tensor:
        if not self._goes_back(x):
            return super().forward(x)
        table = self.weight if self.reverse_weight is None else self.reverse_weight
        dtype = table.dtype if self.reverse_dtype is None else getattr(torch, self.reverse_dtype)
        scores = F.linear(x.to(dtype), table.to(dtype))
        cap = self.logit_soft_cap
        return scores if cap is None else (scores / cap).tanh() * cap

    def compute_mask(self, x: Tensor, mask: Tensor | None = None) -> Tensor | None:
        return None if self._goes_back(x) else super().compute_mask(x)

    def _goes_back(self, x: Tensor) -> bool:
        return x.is_floating_point() if self.reverse is None else self.reverse

    def extra_repr(self) -> str:
        return (
            f"{super().extra_repr()}, reverse={self.reverse}, tie_weights={self.reverse_weight is None}, "
            f"reverse_dtype={self.reverse_dtype}, logit_soft_cap={self.logit_soft_cap}"
        )
