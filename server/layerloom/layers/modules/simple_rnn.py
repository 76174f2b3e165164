"""Keras' SimpleRNN on torch: torch's own kernel for tanh and relu, a loop otherwise."""

from typing import Any

import torch
from torch import Tensor

from layerloom.layers.modules.activations import function_of
from layerloom.layers.modules.gru import state_at
from layerloom.layers.modules.recurrence import States, same
from layerloom.layers.modules.recurrent import Recurrent


class SimpleRNN(Recurrent):
    """h = activation(x W + h U + b)."""

    _no_bias: Tensor

    def __init__(self, features: int, units: int, activation: str = "tanh", **settings: Any) -> None:
        super().__init__(features, units, **settings)
        self.activation = activation
        self._inner = function_of(activation) or same
        self.register_buffer("_no_bias", torch.zeros(units), persistent=False)
        self._kernel = {"tanh": torch.rnn_tanh, "relu": torch.rnn_relu}.get(str(activation))

    def _run(self, x: Tensor, states: States, lengths: Tensor | None) -> tuple[Tensor, States]:
        if self._kernel is None or self._needs_steps:
            return self._run_steps(x, states, lengths)
        weights: list[Tensor] = [self.weight_ih, self.weight_hh]
        if self.bias is not None:
            weights += [self.bias, self._no_bias]
        y, h = self._kernel(
            self._dropped(x),
            states[0].unsqueeze(0),
            weights,
            self.bias is not None,
            1,
            0.0,
            self.training,
            False,
            True,
        )
        return y, (h[0] if lengths is None else state_at(y, states[0], lengths),)

    def _run_steps(self, x: Tensor, states: States, lengths: Tensor | None) -> tuple[Tensor, States]:
        projected = self._projected(x, self.bias).unbind(1)
        recur, inner = self._recurrence(x), self._inner
        return self._loop(
            len(projected),
            states,
            lengths,
            lambda index, before: (inner(projected[index] + recur(before[0])),),
        )

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, activation={self.activation!r}"
