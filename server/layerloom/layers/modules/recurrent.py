"""What all recurrent modules share: masks, order of time, what comes out. See `LSTM`, `GRU`, `SimpleRNN`.

A masked step is skipped: the state stays, and the output repeats the one before. So the valid steps are moved
together, run as a shorter sequence, and the outputs put back; any mask works, at full speed.
"""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from layerloom.layers.modules.activations import as_float

States = tuple[Tensor, ...]
InitialState = Tensor | Sequence[Tensor] | None


class Recurrent(nn.Module):
    """Base. `_run` gives all steps' outputs and the last states; `state_count` is 2 for an LSTM, else 1.

    Weights: `weight_ih` (gates x units, features), `weight_hh` (gates x units, units), `bias` where used.
    """

    gates = 1
    state_count = 1

    def __init__(
        self,
        features: int,
        units: int,
        bias: bool = True,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        zero_output_for_mask: bool = False,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.features, self.units = features, units
        self.return_sequences, self.return_state, self.go_backwards = (
            return_sequences,
            return_state,
            go_backwards,
        )
        self.zero_output_for_mask = zero_output_for_mask
        self.dropout, self.recurrent_dropout = dropout, recurrent_dropout
        limit = units**-0.5
        self.weight_ih = nn.Parameter(torch.empty(self.gates * units, features).uniform_(-limit, limit))
        self.weight_hh = nn.Parameter(torch.empty(self.gates * units, units).uniform_(-limit, limit))
        self.bias = nn.Parameter(torch.zeros(self._bias_shape())) if bias else None

    def forward(
        self, sequence: Tensor, initial_state: InitialState = None, mask: Tensor | None = None
    ) -> Tensor | tuple[Tensor, ...]:
        x = as_float(sequence)
        if self.go_backwards:
            x = x.flip(1)
            mask = None if mask is None else mask.flip(1)
        given = (initial_state,) if isinstance(initial_state, Tensor) else tuple(initial_state or ())
        states = given or self._zeros(x)
        # Keras 3 finds a mask by itself only where a layer is called on one tensor: not beside a state.
        if mask is None or given or (not torch.compiler.is_compiling() and bool(mask.all())):
            outputs, states = self._run(x, states, None)
            last = outputs[:, -1]
        else:
            outputs, last, states = self._run_masked(x, states, mask)
        result = outputs if self.return_sequences else last
        return (result, *states) if self.return_state else result

    def compute_mask(
        self, sequence: Tensor, initial_state: InitialState = None, mask: Tensor | None = None
    ) -> Tensor | tuple[Tensor | None, ...] | None:
        own = mask if self.return_sequences else None
        return (own, *(None for _ in range(self.state_count))) if self.return_state else own

    def _run_masked(self, x: Tensor, states: States, mask: Tensor) -> tuple[Tensor, Tensor, States]:
        count = mask.cumsum(1)
        lengths = count[:, -1]
        steps = x.shape[1] if torch.compiler.is_compiling() else max(int(lengths.max()), 1)
        order = (~mask).to(torch.uint8).argsort(dim=1, stable=True)[:, :steps]
        valid = x.gather(1, order.unsqueeze(-1).expand(-1, -1, x.shape[2]))
        outputs, ended = self._run(valid, states, lengths)
        # Row 0 stands for "no valid step yet".
        outputs = torch.cat([states[0].unsqueeze(1), outputs], 1)
        outputs = outputs.gather(1, count.unsqueeze(-1).expand(-1, -1, self.units))
        if self.zero_output_for_mask:
            outputs = outputs.masked_fill(~mask.unsqueeze(-1), 0.0)
        return outputs, outputs[:, -1], ended

    def _run(self, x: Tensor, states: States, lengths: Tensor | None) -> tuple[Tensor, States]:
        """All steps' outputs, and the states after step `lengths` of each sample (None: after the last)."""
        raise NotImplementedError

    def _loop(
        self, steps: int, states: States, lengths: Tensor | None, step: Callable[[int, States], States]
    ) -> tuple[Tensor, States]:
        """Step by step; `step` gives new states, the first of which is the output."""
        history = [states]
        for index in range(steps):
            history.append(step(index, history[-1]))
        outputs = torch.stack([each[0] for each in history[1:]], 1)
        if lengths is None:
            return outputs, history[-1]
        rows = torch.arange(lengths.shape[0], device=lengths.device)
        return outputs, tuple(torch.stack(kind, 1)[rows, lengths] for kind in zip(*history, strict=True))

    def _zeros(self, x: Tensor) -> States:
        zeros = x.new_zeros(x.shape[0], self.units)
        return (zeros,) * self.state_count

    def _bias_shape(self) -> tuple[int, ...]:
        return (self.gates * self.units,)

    def _dropped(self, x: Tensor) -> Tensor:
        """Inputs with one dropout mask for all steps of a sample."""
        if not (self.training and self.dropout):
            return x
        return x * F.dropout(x.new_ones(x.shape[0], 1, x.shape[2]), self.dropout)

    def _projected(self, x: Tensor, bias: Tensor | None) -> Tensor:
        """`x W + b` of every step at once; with recurrent dropout each gate has a mask of its own, as in
        Keras.
        """
        if not (self.training and self.dropout and self.recurrent_dropout):
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
            f"{self.features}, {self.units}, bias={self.bias is not None}, "
            f"return_sequences={self.return_sequences}, return_state={self.return_state}, "
            f"go_backwards={self.go_backwards}, zero_output_for_mask={self.zero_output_for_mask}, "
            f"dropout={self.dropout}, recurrent_dropout={self.recurrent_dropout}"
        )


def same(x: Tensor) -> Tensor:
    """No activation."""
    return x
