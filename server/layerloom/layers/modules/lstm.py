"""Keras' LSTM on torch: torch's own kernel with the default activations, a loop otherwise."""

from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import pack_padded_sequence

from layerloom.layers.modules.activations import function_of
from layerloom.layers.modules.recurrence import States, same
from layerloom.layers.modules.recurrent import Recurrent


class LSTM(Recurrent):
    """Gates i, f, c, o, as Keras has them and as torch has them; one bias (torch's second stays zero)."""

    gates = 4
    state_count = 2
    _no_bias: Tensor

    def __init__(
        self,
        features: int,
        units: int,
        activation: str = "tanh",
        recurrent_activation: str = "sigmoid",
        **settings: Any,  # Any: the settings of Recurrent
    ) -> None:
        super().__init__(features, units, **settings)
        self.activation, self.recurrent_activation = activation, recurrent_activation
        self._inner, self._gate = function_of(activation), function_of(recurrent_activation)
        self.register_buffer("_no_bias", torch.zeros(4 * units), persistent=False)
        self._is_plain = (activation, recurrent_activation) == ("tanh", "sigmoid")

    def _run(self, x: Tensor, states: States, lengths: Tensor | None) -> tuple[Tensor, States]:
        is_packed = lengths is not None and self._keeps_states
        if (
            not self._is_plain
            or self._needs_steps
            or (is_packed and torch.compiler.is_compiling())  # packing depends on the data
        ):
            return self._run_steps(x, states, lengths)
        weights: list[Tensor] = [self.weight_ih, self.weight_hh]
        if self.bias is not None:
            weights += [self.bias, self._no_bias]
        x = self._dropped(x)
        h, c = (state.unsqueeze(0) for state in states)
        if lengths is not None and is_packed:
            return self._run_packed(x, states, lengths, weights)
        y, h, c = torch.lstm(x, (h, c), weights, self.bias is not None, 1, 0.0, self.training, False, True)
        return y, (h[0], c[0])

    def _run_packed(
        self, x: Tensor, states: States, lengths: Tensor, weights: list[Tensor]
    ) -> tuple[Tensor, States]:
        """Packed, so that each sample's cell state is that of its own last step."""
        packed = pack_padded_sequence(x, lengths.clamp(min=1).cpu(), batch_first=True, enforce_sorted=False)
        order, back = packed.sorted_indices, packed.unsorted_indices
        assert order is not None
        assert back is not None
        first = tuple(state.index_select(0, order).unsqueeze(0) for state in states)
        data, h, c = torch.lstm(
            packed.data,
            packed.batch_sizes,
            first,
            weights,
            self.bias is not None,
            1,
            0.0,
            self.training,
            False,
        )
        y, _ = torch._VF._pad_packed_sequence(data, packed.batch_sizes, True, 0.0, x.shape[1])
        empty = (lengths == 0).unsqueeze(-1)
        ended = (torch.where(empty, old, new[0][back]) for old, new in zip(states, (h, c), strict=True))
        return y[back], tuple(ended)

    def _run_steps(self, x: Tensor, states: States, lengths: Tensor | None) -> tuple[Tensor, States]:
        projected = self._projected(x, self.bias).unbind(1)
        recur = self._recurrence(x)
        inner, gate = self._inner or same, self._gate or same

        def step(index: int, before: States) -> States:
            h, c = before
            i, f, z, o = (projected[index] + recur(h)).chunk(4, -1)
            c = gate(f) * c + gate(i) * inner(z)
            return gate(o) * inner(c), c

        return self._loop(len(projected), states, lengths, step)

    def extra_repr(self) -> str:
        return (
            f"{super().extra_repr()}, activation={self.activation!r}, "
            f"recurrent_activation={self.recurrent_activation!r}"
        )
