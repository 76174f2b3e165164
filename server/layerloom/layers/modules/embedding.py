"""Rows of a table, looked up by whole numbers."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from layerloom.problems import Problem, ProblemError


class Embedding(nn.Module):
    """`table[ids]`; with `mask_zero`, id 0 means "nothing here" and masks its step.

    Raises:
        ProblemError: `data.id_out_of_range` for an id that the table has no row for.
    """

    def __init__(self, input_dim: int, output_dim: int, mask_zero: bool = False) -> None:
        super().__init__()
        self.input_dim, self.output_dim, self.mask_zero = input_dim, output_dim, mask_zero
        self.weight = nn.Parameter(torch.empty(input_dim, output_dim).uniform_(-0.05, 0.05))

    def forward(self, ids: Tensor) -> Tensor:
        if ids.dtype is not torch.int64 and ids.dtype is not torch.int32:
            ids = ids.long()
        if ids.is_cuda and not torch.compiler.is_compiling():
            self._check(ids)  # there an id out of range would kill the process
        try:
            return F.embedding(ids, self.weight)
        except IndexError:  # on the CPU torch looks for itself
            self._check(ids)
            raise

    def compute_mask(self, ids: Tensor, mask: Tensor | None = None) -> Tensor | None:
        return ids != 0 if self.mask_zero and ids.dim() > 1 else None

    def _check(self, ids: Tensor) -> None:
        if ids.numel() == 0:
            return
        low, high = (int(edge) for edge in torch.aminmax(ids))
        if low >= 0 and high < self.input_dim:
            return
        wrong = low if low < 0 else high
        hint = (
            "Ids start at 0; shift or encode the column."
            if low < 0
            else f"Set `input_dim` to {high + 1} or more, or check the column that feeds this Embedding."
        )
        raise ProblemError(
            Problem(
                code="data.id_out_of_range",
                message=f"got id {wrong}; `input_dim` {self.input_dim} allows ids 0 to {self.input_dim - 1}.",
                hint=hint,
                field="input_dim",
            )
        )

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
