"""Keras' Bidirectional: two recurrent modules that read a sequence from both ends."""

import torch
from torch import Tensor, nn

from layerloom.layers.modules.recurrence import InitialState, Recurrence

Results = Tensor | tuple[Tensor, ...]


class Bidirectional(nn.Module):
    """Merges what `forward_layer` and `backward_layer` give; their states come out one after the other.

    `merge_mode`: concat, sum, mul, ave, or None for both outputs. Outputs of every step are put into the
    order of the forward layer.
    """

    def __init__(
        self, forward_layer: Recurrence, backward_layer: Recurrence, merge_mode: str | None = "concat"
    ) -> None:
        super().__init__()
        self.forward_layer, self.backward_layer = forward_layer, backward_layer
        self.merge_mode = merge_mode

    def forward(
        self, sequence: Tensor, initial_state: InitialState = None, mask: Tensor | None = None
    ) -> Results:
        given = (initial_state,) if isinstance(initial_state, Tensor) else tuple(initial_state or ())
        middle = self.forward_layer.state_count
        first = _listed(self.forward_layer(sequence, given[:middle], mask))
        second = _listed(self.backward_layer(sequence, given[middle:], mask))
        y, back = first[0], second[0]
        if self.backward_layer.return_sequences:
            back = back.flip(1)
        merged = self._merged(y, back)
        results = (*merged, *first[1:], *second[1:])
        return results if len(results) > 1 else results[0]

    def compute_mask(
        self, sequence: Tensor, initial_state: InitialState = None, mask: Tensor | None = None
    ) -> Tensor | tuple[Tensor | None, ...] | None:
        own = mask if self.forward_layer.return_sequences else None
        masks = [own] if self.merge_mode else [own, own]
        if self.forward_layer.return_state:
            masks += [None] * (self.forward_layer.state_count + self.backward_layer.state_count)
        return tuple(masks) if len(masks) > 1 else own

    def _merged(self, y: Tensor, back: Tensor) -> tuple[Tensor, ...]:
        if self.merge_mode is None:
            return y, back
        if self.merge_mode == "concat":
            return (torch.cat([y, back], -1),)
        if self.merge_mode == "mul":
            return (y * back,)
        total = y + back
        return (total / 2 if self.merge_mode == "ave" else total,)

    def extra_repr(self) -> str:
        return f"merge_mode={self.merge_mode!r}"


def _listed(results: Results) -> tuple[Tensor, ...]:
    return (results,) if isinstance(results, Tensor) else results
