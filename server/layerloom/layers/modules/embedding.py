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
