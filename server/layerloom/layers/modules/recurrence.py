"""What every module that reads a sequence shares: masks, order of time, states that last, what comes out.

A masked step is skipped: the state stays, and the output repeats the one before. So the valid steps are moved
together, run as a shorter sequence, and the outputs put back; any mask works, at full speed.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from layerloom.layers.modules.activations import as_float

States = tuple[Tensor, ...]
InitialState = Tensor | Sequence[Tensor] | None


class Recurrence(nn.Module):
    """Base: reads axis 1 of (batch, time, …). `_run` does the steps, `_zeros` gives the first states.

    A `stateful` one starts where the last call ended, whatever the mode; its states are buffers `state_0`,
    `state_1`, …, empty until the first call and after `reset_state`.
    """

    state_count = 1
    output_state = 0
    """The state that is the output of the last step."""

    def __init__(
        self,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        zero_output_for_mask: bool = False,
        stateful: bool = False,
        explicit_mask: bool = False,
    ) -> None:
        super().__init__()
        self.return_sequences, self.return_state = return_sequences, return_state
        self.go_backwards, self.zero_output_for_mask = go_backwards, zero_output_for_mask
        self.stateful, self.explicit_mask = stateful, explicit_mask
        self.computes_in_float32 = stateful  # mixed precision swaps the buffers of a call
        for name in self._state_names():
            self.register_buffer(name, torch.zeros(0))

    def forward(
        self, sequence: Tensor, initial_state: InitialState = None, mask: Tensor | None = None
    ) -> Tensor | tuple[Tensor, ...]:
        x = as_float(sequence)
        if self.go_backwards:
            x = x.flip(1)
            mask = None if mask is None else mask.flip(1)
        given = (initial_state,) if isinstance(initial_state, Tensor) else tuple(initial_state or ())
        states = given or self._remembered(x) or self._zeros(x)
        # Keras 3 finds a mask by itself only where a layer is called on one tensor: not beside a state.
        is_beside_state = bool(given) and not self.explicit_mask
        if mask is None or is_beside_state or (not torch.compiler.is_compiling() and bool(mask.all())):
            outputs, states = self._run(x, states, None)
            last = outputs[:, -1]
        else:
            outputs, last, states = self._run_masked(x, states, mask)
        for name, state in zip(self._state_names(), states, strict=False):
            setattr(self, name, state.detach())
        result = outputs if self.return_sequences else last
        return (result, *states) if self.return_state else result

    def compute_mask(
        self, sequence: Tensor, initial_state: InitialState = None, mask: Tensor | None = None
    ) -> Tensor | tuple[Tensor | None, ...] | None:
        own = mask if self.return_sequences else None
        return (own, *(None for _ in range(self.state_count))) if self.return_state else own

    def reset_state(self) -> None:
        """The next call starts from zeros again."""
        for name in self._state_names():
            setattr(self, name, torch.zeros(0, device=getattr(self, name).device))

    def _run(self, x: Tensor, states: States, lengths: Tensor | None) -> tuple[Tensor, States]:
        """All steps' outputs, and the states after step `lengths` of each sample (None: after the last)."""
        raise NotImplementedError

    def _zeros(self, x: Tensor) -> States:
        raise NotImplementedError

    @property
    def _keeps_states(self) -> bool:
        """Whether anyone needs the states after the last step."""
        return self.return_state or self.stateful

    def _state_names(self) -> list[str]:
        return [f"state_{index}" for index in range(self.state_count)] if self.stateful else []

    def states(self) -> States:
        """What the last call left; nothing if there was none, or nothing lasts."""
        states = tuple(getattr(self, name) for name in self._state_names())
        return states if states and states[0].numel() else ()

    def _remembered(self, x: Tensor) -> States:
        states = self.states()
        if states and len(states[0]) != len(x):
            raise ValueError(
                f"a stateful layer was called on a batch of {len(x)} samples; its states are those of "
                f"{len(states[0])} samples. Keep the batch size, or reset the states."
            )
        is_learning = not torch.is_inference_mode_enabled()  # what inference left can't be learned from
        return tuple(state.clone() if is_learning and state.is_inference() else state for state in states)

    def _load_from_state_dict(self, state_dict: Mapping[str, Any], prefix: str, *args: Any) -> None:
        """States take the size of those that are loaded."""
        for name in self._state_names():
            found = state_dict.get(prefix + name)
            if found is not None:
                setattr(self, name, torch.zeros_like(found, device=getattr(self, name).device))
        super()._load_from_state_dict(state_dict, prefix, *args)

    def _run_masked(self, x: Tensor, states: States, mask: Tensor) -> tuple[Tensor, Tensor, States]:
        count = mask.cumsum(1)
        lengths = count[:, -1]
        steps = x.shape[1] if torch.compiler.is_compiling() else max(int(lengths.max()), 1)
        order = (~mask).to(torch.uint8).argsort(dim=1, stable=True)[:, :steps]
        outputs, ended = self._run(_taken(x, order), states, lengths)
        # Row 0 stands for "no valid step yet".
        outputs = _taken(torch.cat([states[self.output_state].unsqueeze(1), outputs], 1), count)
        if self.zero_output_for_mask:
            outputs = outputs.masked_fill(~_over(mask, outputs), 0.0)
        return outputs, outputs[:, -1], ended

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

    def _shown_options(self) -> str:
        names = (
            "return_sequences", "return_state", "go_backwards", "zero_output_for_mask", "stateful",
            "explicit_mask",
        )  # fmt: skip
        return ", ".join(f"{name}={getattr(self, name)}" for name in names)


def _over(mask: Tensor, x: Tensor) -> Tensor:
    """(batch, time) as (batch, time, 1, …), with as many axes as x."""
    return mask.reshape(*mask.shape, *(1,) * (x.dim() - 2))


def _taken(x: Tensor, steps: Tensor) -> Tensor:
    """For each sample the steps of these numbers."""
    return x.gather(1, _over(steps, x).expand(-1, -1, *x.shape[2:]))


def same(x: Tensor) -> Tensor:
    """No activation."""
    return x
