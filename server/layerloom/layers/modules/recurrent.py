"""What the recurrent modules over vectors share: two kernels, a bias, dropout. See `LSTM`, `GRU`, `SimpleRNN`."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from layerloom.layers.modules.recurrence import Recurrence, States


class Recurrent(Recurrence):
    """Base. Weights: `weight_ih` (gates x units, features), `weight_hh` (gates x units, units), `bias` where used.

    With `gated_dropout` each gate has a dropout mask of its own; so it has beside recurrent dropout.
    """

    gates = 1

    def __init__(
        self,
        features: int,
        units: int,
        bias: bool = True,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        gated_dropout: bool = False,
        **options: Any,  # Any: the options of Recurrence
    ) -> None:
        super().__init__(**options)
        self.features, self.units = features, units
        self.dropout, self.recurrent_dropout = dropout, recurrent_dropout
        self.gated_dropout = gated_dropout or recurrent_dropout > 0
        limit = units**-0.5
        self.weight_ih = nn.Parameter(torch.empty(self.gates * units, features).uniform_(-limit, limit))
        self.weight_hh = nn.Parameter(torch.empty(self.gates * units, units).uniform_(-limit, limit))
        self.bias = nn.Parameter(torch.zeros(self._bias_shape())) if bias else None

    def _zeros(self, x: Tensor) -> States:
        zeros = x.new_zeros(x.shape[0], self.units)
        return (zeros,) * self.state_count

    def _bias_shape(self) -> tuple[int, ...]:
        return (self.gates * self.units,)

    @property
    def _needs_steps(self) -> bool:
        """Whether dropout rules out torch's kernel, which takes one input for all gates."""
        return self.training and (self.recurrent_dropout > 0 or (self.dropout > 0 and self.gated_dropout))

    def _dropped(self, x: Tensor) -> Tensor:
        """Inputs with one dropout mask for all steps of a sample."""
        if not (self.training and self.dropout):
            return x
        return x * F.dropout(x.new_ones(x.shape[0], 1, x.shape[2]), self.dropout)

    def _projected(self, x: Tensor, bias: Tensor | None) -> Tensor:
        """`x W + b` of every step at once."""
        if not (self.training and self.dropout and self.gated_dropout):
            return F.linear(self._dropped(x), self.weight_ih, bias)
        parts = [F.linear(self._dropped(x), weight) for weight in self.weight_ih.chunk(self.gates)]
        projected = torch.cat(parts, -1)
        return projected if bias is None else projected + bias

    def _recurrence(self, x: Tensor, bias: Tensor | None = None) -> Callable[[Tensor], Tensor]:
        """The function h → `h U + b`, with recurrent dropout masks drawn once for the sequence."""
        if not (self.training and self.recurrent_dropout):
            return lambda h: F.linear(h, self.weight_hh, bias)
        ones = x.new_ones(self.gates, x.shape[0], self.units)
        masks = F.dropout(ones, self.recurrent_dropout)
        kernels = self.weight_hh.reshape(self.gates, self.units, self.units).transpose(1, 2)

        def recur(h: Tensor) -> Tensor:
            product = torch.bmm(masks * h, kernels).permute(1, 0, 2).reshape(h.shape[0], -1)
            return product if bias is None else product + bias

        return recur

    def extra_repr(self) -> str:
        return (
            f"{self.features}, {self.units}, bias={self.bias is not None}, {self._shown_options()}, "
            f"dropout={self.dropout}, recurrent_dropout={self.recurrent_dropout}, "
            f"gated_dropout={self.gated_dropout}"
        )
