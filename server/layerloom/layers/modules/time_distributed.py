"""A module applied to each time step: its numbers are those of one call per step."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

Argument = Tensor | Sequence[Tensor] | None
Step = Callable[[Tensor], Tensor]
"""What is taken of a tensor: one step of it, or all steps as one batch."""


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
        """The inner layer's results for all steps. `mask`: that of the first input."""
        passed = _inner_mask(mask) if self.takes_mask else None

        def call(step: Step) -> Any:
            arguments = [_each(item, step) for item in inputs]
            return (
                self.inner(*arguments, mask=_each(passed, step))
                if self.takes_mask
                else self.inner(*arguments)
            )

        return self._at_each_step(call, inputs)

    def run(self, *arguments: Tensor | None) -> tuple[Any, ...]:
        """As `run` of the inner model, for all steps: tensors and then masks in, outputs and then masks out.

        An output without a mask of its own gets what the first mask says of the steps.
        """
        tensors = arguments[: len(arguments) // 2]
        masks = arguments[len(arguments) // 2 :]
        passed = [*tensors, *(_inner_mask(mask) for mask in masks)]

        def call(step: Step) -> Any:
            return self.inner.run(*(_each(item, step) for item in passed))  # type: ignore[operator]  # a model's, no tensor

        results = self._at_each_step(call, tensors)
        outputs, own = results[: len(results) // 2], results[len(results) // 2 :]
        outer = of_steps(next((mask for mask in masks if mask is not None), None), 2)
        return (*outputs, *(outer if mask is None else mask for mask in own))

    def _at_each_step(self, call: Callable[[Step], Any], inputs: Sequence[Argument]) -> Any:
        """What `call` gives for all steps at once, or for one after the other; axis 1 of the result is time."""
        time = _steps(inputs)
        if not self.loops and (self.fold or not self.training):
            result = call(lambda x: x.reshape(-1, *x.shape[2:]))
            return _each(result, lambda x: x.reshape(-1, time, *x.shape[1:]))
        steps = [call(_step_at(index)) for index in range(time)]
        if not isinstance(steps[0], tuple):
            return torch.stack(steps, 1)
        return tuple(None if each[0] is None else torch.stack(each, 1) for each in zip(*steps, strict=True))

    def extra_repr(self) -> str:
        return f"fold={self.fold}, takes_mask={self.takes_mask}"


def _step_at(index: int) -> Step:
    return lambda x: x[:, index]


def of_steps(mask: Tensor | None, axes: int) -> Tensor | None:
    """A mask of fewer axes: a step is valid where anything in it is."""
    if mask is None or mask.dim() <= axes:
        return mask
    return mask.flatten(axes).any(-1)


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
