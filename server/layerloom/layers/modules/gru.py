"""Keras' GRU on torch: torch's own kernel in the usual form, a loop otherwise."""

from typing import Any

import torch
from torch import Tensor

from layerloom.layers.modules.activations import function_of
from layerloom.layers.modules.recurrence import States, same
from layerloom.layers.modules.recurrent import Recurrent


class GRU(Recurrent):
    """Gates kept in torch's order r, z, h (Keras: z, r, h; see `layouts`).

    With `reset_after` the bias has two rows, of the input and of the state; without, one, and the reset
    gate acts before the product with the state's kernel, which torch's kernel can't do.
    """

    gates = 3

    def __init__(
        self,
        features: int,
        units: int,
        activation: str = "tanh",
        recurrent_activation: str = "sigmoid",
        reset_after: bool = True,
        **settings: Any,  # Any: the settings of Recurrent
    ) -> None:
        self.reset_after = reset_after
        super().__init__(features, units, **settings)
        self.activation, self.recurrent_activation = activation, recurrent_activation
        self._inner = function_of(activation) or same
        self._gate = function_of(recurrent_activation) or same
        self._is_plain = reset_after and (activation, recurrent_activation) == ("tanh", "sigmoid")

    def _bias_shape(self) -> tuple[int, ...]:
        return (2, 3 * self.units) if self.reset_after else (3 * self.units,)

    def _run(self, x: Tensor, states: States, lengths: Tensor | None) -> tuple[Tensor, States]:
        if not self._is_plain or self._needs_steps:
            return self._run_steps(x, states, lengths)
        weights: list[Tensor] = [self.weight_ih, self.weight_hh]
        if self.bias is not None:
            weights += [self.bias[0], self.bias[1]]
        y, h = torch.gru(
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
        given, own = (
            (self.bias[0], self.bias[1]) if self.reset_after and self.bias is not None else (self.bias, None)
        )
        projected = self._projected(x, given).unbind(1)
        inner, gate = self._inner, self._gate
        recur = self._recurrence(x, own)

        def step(index: int, before: States) -> States:
            (h,) = before
            xr, xz, xh = projected[index].chunk(3, -1)
            hr, hz, hh = recur(h).chunk(3, -1)
            r, z = gate(xr + hr), gate(xz + hz)
            new = inner(xh + r * hh) if self.reset_after else inner(xh + recur(r * h).chunk(3, -1)[2])
            return (z * h + (1 - z) * new,)

        return self._loop(len(projected), states, lengths, step)

    def extra_repr(self) -> str:
        return (
            f"{super().extra_repr()}, activation={self.activation!r}, "
            f"recurrent_activation={self.recurrent_activation!r}, reset_after={self.reset_after}"
        )


def state_at(outputs: Tensor, initial: Tensor, lengths: Tensor) -> Tensor:
    """The output after step `lengths` of each sequence, where output and state are one."""
    rows = torch.arange(lengths.shape[0], device=lengths.device)
    last = outputs[rows, (lengths - 1).clamp(min=0)]
    return torch.where((lengths == 0).unsqueeze(-1), initial, last)
