"""An embedding that says which id is out of range; not part of exported source, for it knows Layerloom's problems."""

import torch
from torch import Tensor

from layerloom.layers.modules.embedding import Embedding
from layerloom.problems import Problem, ProblemError


class CheckedEmbedding(Embedding):
    """
    Raises:
        ProblemError: `data.id_out_of_range` for an id that the table has no row for.
    """

    def forward(self, ids: Tensor) -> Tensor:
        if ids.is_cuda and not torch.compiler.is_compiling():
            self._check(ids.long())  # there an id out of range would kill the process
        try:
            return super().forward(ids)
        except IndexError:  # on the CPU torch looks for itself
            self._check(ids.long())
            raise

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
