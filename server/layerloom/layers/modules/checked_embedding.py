"""An embedding that says which id is out of range; not part of exported source, for it knows Layerloom's problems."""

from collections.abc import Callable

import torch
from torch import Tensor

from layerloom.layers.modules.embedding import Embedding, ReversibleEmbedding
from layerloom.problems import Problem, ProblemError


class CheckedEmbedding(Embedding):
    """
    Raises:
        ProblemError: `data.id_out_of_range` for an id that the table has no row for.
    """

    def forward(self, ids: Tensor) -> Tensor:
        return _checked(ids, self.input_dim, super().forward)


class CheckedReversibleEmbedding(ReversibleEmbedding):
    """
    Raises:
        ProblemError: `data.id_out_of_range` for an id that the table has no row for.
    """

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) if self._goes_back(x) else _checked(x, self.input_dim, super().forward)


def _checked(ids: Tensor, rows: int, look_up: Callable[[Tensor], Tensor]) -> Tensor:
    if ids.is_cuda and not torch.compiler.is_compiling():
        _refuse_unknown(ids.long(), rows)  # there an id out of range would kill the process
    try:
        return look_up(ids)
    except IndexError:  # on the CPU torch looks for itself
        _refuse_unknown(ids.long(), rows)
        raise


def _refuse_unknown(ids: Tensor, rows: int) -> None:
    if ids.numel() == 0:
        return
    low, high = (int(edge) for edge in torch.aminmax(ids))
    if low >= 0 and high < rows:
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
            message=f"got id {wrong}; `input_dim` {rows} allows ids 0 to {rows - 1}.",
            hint=hint,
            field="input_dim",
        )
    )
