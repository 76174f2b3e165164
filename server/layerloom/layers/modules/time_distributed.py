"""A module applied to each time step: its numbers are those of one call per step."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

Argument = Tensor | Sequence[Tensor] | None


class TimeDistributed(nn.Module):
    """Calls `inner` on each step of axis 1 of every tensor, and stacks what comes out.

    `inner` is taken by reference: called here or directly, it has one set of weights. Where a step's result
    does not depend on the other samples of the call, nor on random numbers, one call on (batch x time) is
    the same: always at inference, and in training if `fold`. With `loops` it is never one call (a penalty of
    the activity is divided by the batch of each call). A mask of (batch, time) stays out here; one
    with further axes is cut into steps for an `inner` that `takes_mask`.
    """

    def __init__(self, inner: nn.Module, fold: bool, takes_mask: bool = False, loops: bool = False) -> None:
        super().__init__()
        self.inner, self.fold, self.takes_mask, self.loops = inner, fold, takes_mask, loops

    def forward(
        self, *inputs: Argument, mask: Any = None
    ) -> Any:  # Any: a mask, or one for each tensor of a list
        time = _steps(inputs)
        passed = _inner_mask(mask) if self.takes_mask else None
        if not self.loops and (self.fold or not self.training):
            return self._folded(inputs, passed, time)
        steps = [
            self._call(
                [_each(item, lambda x, index=index: x[:, index]) for item in inputs],
                _each(passed, lambda m, index=index: m[:, index]),
            )
            for index in range(time)
        ]
        if isinstance(steps[0], tuple):
            return tuple(torch.stack(each, 1) for each in zip(*steps, strict=True))
        return torch.stack(steps, 1)

    def _folded(self, inputs: Sequence[Argument], mask: Any, time: int) -> Any:
        result = self._call(
            [_each(item, lambda x: x.reshape(-1, *x.shape[2:])) for item in inputs],
            _each(mask, lambda m: m.reshape(-1, *m.shape[2:])),
        )
        return _each(result, lambda x: x.reshape(-1, time, *x.shape[1:]))

    def _call(self, inputs: Sequence[Argument], mask: Any) -> Any:
        return self.inner(*inputs, mask=mask) if self.takes_mask else self.inner(*inputs)

    def extra_repr(self) -> str:
        return f"fold={self.fold}, takes_mask={self.takes_mask}"


def _each(value: Any, change: Any) -> Any:  # Any: a tensor, a sequence of such values, or None
    if value is None:
        return None
    if isinstance(value, Tensor):
        return change(value)
    return type(value)(_each(item, change) for item in value)


def _steps(inputs: Sequence[Argument]) -> int:
    for item in inputs:
        if isinstance(item, Tensor):
            return item.shape[1]
        if item:
            return item[0].shape[1]
    raise ValueError("TimeDistributed was called without a tensor")


def _inner_mask(mask: Any) -> Any:
    """What of a mask is left for the inner module once time is taken off; None if nothing is."""
    if isinstance(mask, Tensor):
        return mask if mask.dim() > 2 else None
    if mask is None:
        return None
    return [_inner_mask(one) for one in mask]
