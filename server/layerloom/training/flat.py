"""Runs an optimizer over a model whose weights lie in few flat buffers: an update is few operations.

Small weights share one buffer of weights and one of gradients, of which the parameters and their `grad` are
views; a large weight is a buffer of its own, whose gradient autograd hands over without a copy.
"""

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import Parameter

from layerloom.training.optimizers.base import Optimizer

_LARGE = 64 * 1024
"""Elements from which a weight gets its own buffer: then adding into a shared one costs more than a call."""

_ALIGNED = 16
"""Elements (64 bytes) to which each weight's place in a buffer is rounded up."""


class _Group:
    """Weights that are updated together. `gradients` is None where autograd owns them."""

    def __init__(self, parameters: Mapping[str, Parameter], slots: Mapping[str, float], shared: bool) -> None:
        self.parameters = parameters
        self._places: dict[str, int] = {}
        first = next(iter(parameters.values()))
        self.gradients: Tensor | None = None
        if shared:
            size = 0
            for name, parameter in parameters.items():
                self._places[name] = size
                size += -(-parameter.numel() // _ALIGNED) * _ALIGNED
            self.weights = torch.zeros(size, dtype=first.dtype, device=first.device)
            self.gradients = torch.zeros_like(self.weights)
            for name, parameter in parameters.items():
                gradient = parameter.grad
                view = self.view(self.weights, name)
                view.copy_(parameter.detach())
                parameter.data = view
                parameter.grad = self.view(self.gradients, name)
                if gradient is not None:
                    parameter.grad.copy_(gradient)
        else:
            self.weights = first.detach()
        self.slots = {name: torch.full_like(self.weights, value) for name, value in slots.items()}

    def view(self, buffer: Tensor, name: str) -> Tensor:
        """The part of a buffer that belongs to one weight, in its shape and memory format."""
        parameter = self.parameters[name]
        if not self._places:
            return buffer
        return buffer.as_strided(parameter.shape, parameter.stride(), self._places[name])

    def gradient(self) -> Tensor:
        if self.gradients is not None:
            return self.gradients
        gradient = next(iter(self.parameters.values())).grad
        assert gradient is not None  # those without one were left out
        return gradient

    def clear(self) -> None:
        if self.gradients is not None:
            self.gradients.zero_()
        else:
            for parameter in self.parameters.values():
                parameter.grad = None


class FlatOptimizer:
    """Updates those of a model's parameters that the losses reach.

    Which ones is seen after the first backward pass: the others have no gradient, and are neither updated nor
    decayed, as in Keras.

    Args:
        optimizer: what to do.
        parameters: by name, those that may learn.
        constrain: called after each update (Keras' constraints).
    """

    def __init__(
        self,
        optimizer: Optimizer,
        parameters: Mapping[str, Parameter],
        constrain: Callable[[], None] | None = None,
    ) -> None:
        self.optimizer = optimizer
        self.steps = 0
        self._parameters = {name: item for name, item in parameters.items() if item.requires_grad}
        self._constrain = constrain
        self._groups: list[_Group] | None = None

    def clear(self) -> None:
        """Forgets the gradients of the last step; call it before each backward pass."""
        for group in self._groups or ():
            group.clear()

    def step(self, rate: float) -> None:
        """One update with this learning rate."""
        if self._groups is None:
            self._bind([name for name, item in self._parameters.items() if item.grad is not None])
        optimizer, groups = self.optimizer, self._groups or ()
        self.steps += 1
        if optimizer.clipnorm or optimizer.clipvalue or optimizer.global_clipnorm:
            self._clip()
        decay = 1 - rate * optimizer.weight_decay if optimizer.weight_decay else None
        for group in groups:
            if decay is not None:
                group.weights.mul_(decay)
            optimizer.update(group.weights, group.gradient(), group.slots, rate, self.steps)
        if self._constrain is not None:
            self._constrain()

    def save(self) -> tuple[dict[str, Tensor], list[str] | None]:
        """Copies of what is kept for each weight, and the weights that learn (None before the first step)."""
        if self._groups is None:
            return {}, None
        tensors = {
            f"{slot}/{name}": group.view(buffer, name).detach().clone(memory_format=torch.contiguous_format)
            for group in self._groups
            for slot, buffer in group.slots.items()
            for name in group.parameters
        }
        return tensors, [name for name in self._parameters if any(name in g.parameters for g in self._groups)]

    def load(self, tensors: Mapping[str, Tensor], learning: Sequence[str] | None, steps: int) -> None:
        """Takes back what `save` gave."""
        self.steps = steps
        if learning is None:
            return
        self._bind(learning)
        for group in self._groups or ():
            for slot, buffer in group.slots.items():
                for name in group.parameters:
                    group.view(buffer, name).copy_(tensors[f"{slot}/{name}"])

    def _bind(self, learning: Sequence[str]) -> None:
        slots = self.optimizer.slots()
        shared: dict[tuple[torch.dtype, torch.device], dict[str, Parameter]] = {}
        self._groups = []
        for name in learning:
            parameter = self._parameters[name]
            if parameter.numel() >= _LARGE or not _is_dense(parameter):
                self._groups.append(_Group({name: parameter}, slots, shared=False))
            else:
                shared.setdefault((parameter.dtype, parameter.device), {})[name] = parameter
        self._groups += [_Group(parameters, slots, shared=True) for parameters in shared.values()]

    def _clip(self) -> None:
        optimizer, groups = self.optimizer, self._groups or ()
        if optimizer.clipvalue:
            for group in groups:
                group.gradient().clamp_(-optimizer.clipvalue, optimizer.clipvalue)
        elif optimizer.global_clipnorm:
            norms = [group.gradient().norm() for group in groups]
            if norms:
                _shrink(
                    [group.gradient() for group in groups],
                    torch.stack(norms).norm(),
                    optimizer.global_clipnorm,
                )
        elif optimizer.clipnorm:
            for group in groups:
                for parameter in group.parameters.values():
                    if parameter.grad is not None:
                        _shrink([parameter.grad], parameter.grad.norm(), optimizer.clipnorm)


def _shrink(gradients: Sequence[Tensor], norm: Tensor, largest: float) -> None:
    factor = largest / norm.clamp(min=largest)
    for gradient in gradients:
        gradient.mul_(factor)


def _is_dense(tensor: Tensor) -> bool:
    """Whether its elements fill one stretch of memory in some order of the axes."""
    expected = 1
    for stride, size in sorted(
        (stride, size) for size, stride in zip(tensor.shape, tensor.stride(), strict=True) if size > 1
    ):
        if stride != expected:
            return False
        expected *= size
    return True
