"""Runs an optimizer over a model whose weights lie in few flat buffers: an update is few operations.

Small weights share one buffer of weights and one of gradients, of which the parameters and their `grad` are
views; a large weight is a buffer of its own, whose gradient autograd hands over without a copy.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import Parameter

from layerloom.layers.modules import layouts
from layerloom.training.optimizers.base import Optimizer

_LARGE = 64 * 1024
"""Elements from which a weight gets its own buffer: then adding into a shared one costs more than a call."""

_ALIGNED = 16
"""Elements (64 bytes) to which each weight's place in a buffer is rounded up."""

_AVERAGE, _GATHERED = "average", "gradient_accumulator"
"""Names of the buffers that any optimizer may have besides its own."""


MakeSlots = Callable[[Tensor, str], dict[str, Tensor]]
"""Makes the buffers that belong to a buffer of weights."""


@dataclass(frozen=True, slots=True)
class Place:
    """What Keras calls a parameter, and how it keeps it."""

    path: str
    layout: layouts.Layout = None


class _Group:
    """Weights that are updated together. `gradients` is None where autograd owns them."""

    def __init__(self, parameters: Mapping[str, Parameter], make_slots: MakeSlots, shared: bool) -> None:
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
        self.slots = make_slots(self.weights, "")

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

    def begin(self) -> None:
        """Before the weights or their gradient are worked on."""

    def end(self) -> None:
        """After it."""


class _Single(_Group):
    """One weight in Keras' layout: a view of the parameter where its axes are permuted only, else a copy."""

    def __init__(self, name: str, parameter: Parameter, place: Place, make_slots: MakeSlots) -> None:
        self.parameters = {name: parameter}
        self.gradients = None
        self._parameter, self._layout = parameter, place.layout
        self._is_copy = isinstance(place.layout, str)
        self.weights = layouts.to_keras(parameter.detach(), place.layout)
        self.slots = make_slots(self.weights, place.path)

    def view(self, buffer: Tensor, name: str) -> Tensor:
        return buffer

    def gradient(self) -> Tensor:
        return self._gradient

    def begin(self) -> None:
        assert self._parameter.grad is not None  # those without one were left out
        self._gradient: Tensor = layouts.to_keras(self._parameter.grad, self._layout)
        if self._is_copy:
            self.weights.copy_(layouts.to_keras(self._parameter.detach(), self._layout))

    def end(self) -> None:
        if self._is_copy:
            self._parameter.detach().copy_(layouts.to_torch(self.weights, self._layout))


class FlatOptimizer:
    """Updates those of a model's parameters that the losses reach.

    Which ones is seen after the first backward pass: the others have no gradient, and are neither updated nor
    decayed, as in Keras.

    Args:
        optimizer: what to do.
        parameters: by name, those that may learn.
        constrain: called after each step (Keras' constraints).
        places: of parameters, by name, for optimizers that work `by_weight`.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        parameters: Mapping[str, Parameter],
        constrain: Callable[[], None] | None = None,
        places: Mapping[str, Place] | None = None,
    ) -> None:
        self.optimizer = optimizer
        self.steps = 0
        """Steps taken, whether or not they ended with an update: what a schedule counts."""
        self._places = places or {}
        self._parameters = {name: item for name, item in parameters.items() if item.requires_grad}
        self._constrain = constrain
        self._groups: list[_Group] | None = None

    def clear(self) -> None:
        """Forgets the gradients of the last step; call it before each backward pass."""
        for group in self._groups or ():
            group.clear()

    def step(self, rate: float) -> None:
        """One step with this learning rate: an update, unless gradients are still being gathered."""
        if self._groups is None:
            self._bind([name for name, item in self._parameters.items() if item.grad is not None])
        optimizer, groups = self.optimizer, self._groups or ()
        updates = self.steps // (optimizer.gradient_accumulation_steps or 1)
        self.steps += 1
        if optimizer.by_weight:
            for group in groups:
                group.begin()
        if optimizer.loss_scale_factor:
            for group in groups:
                group.gradient().div_(optimizer.loss_scale_factor)
        if not optimizer.gradient_accumulation_steps or self._gather(optimizer.gradient_accumulation_steps):
            self._update(rate, updates + 1)
        if optimizer.use_ema:
            self._average(updates)
        if optimizer.by_weight:
            for group in groups:
                group.end()
        if self._constrain is not None:
            self._constrain()

    def finish(self) -> None:
        """What Keras does when a fit is over: with `use_ema`, the weights become their moving average."""
        if self.optimizer.use_ema and self.steps:
            for group in self._groups or ():
                group.weights.copy_(group.slots[_AVERAGE])
                group.end()

    @contextlib.contextmanager
    def averaged(self) -> Iterator[None]:
        """In here the weights are their moving average, where there is one; afterwards they are as before."""
        if not (self.optimizer.use_ema and self.steps):
            yield
            return
        self._swap()
        try:
            yield
        finally:
            self._swap()

    def _swap(self) -> None:
        with torch.no_grad():
            for group in self._groups or ():
                kept = group.weights.clone()
                group.weights.copy_(group.slots[_AVERAGE])
                group.slots[_AVERAGE].copy_(kept)
                group.end()

    def _update(self, rate: float, number: int) -> None:
        optimizer = self.optimizer
        if optimizer.clipnorm or optimizer.clipvalue or optimizer.global_clipnorm:
            self._clip()
        for group in self._groups or ():
            decay = optimizer.decay(group.slots)
            if decay:
                group.weights.mul_(1 - rate * decay)
            optimizer.update(group.weights, group.gradient(), group.slots, rate, number)

    def _gather(self, steps: int) -> bool:
        """Adds the gradients to those gathered; with the last of them, makes them the mean of all."""
        is_last = self.steps % steps == 0
        for group in self._groups or ():
            gathered, gradient = group.slots[_GATHERED], group.gradient()
            if is_last:
                gradient.add_(gathered).div_(steps)
                gathered.zero_()
            else:
                gathered.add_(gradient)
        return is_last

    def _average(self, updates: int) -> None:
        """Keras averages at every step, starts over as long as there was no update, and overwrites by updates."""
        optimizer = self.optimizer
        every = optimizer.ema_overwrite_frequency
        for group in self._groups or ():
            average = group.slots[_AVERAGE]
            if updates == 0:
                average.copy_(group.weights)
            else:
                average.lerp_(group.weights, 1 - optimizer.ema_momentum)
            if every and (updates + 1) % every == 0:
                group.weights.copy_(average)

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
        shared: dict[tuple[torch.dtype, torch.device], dict[str, Parameter]] = {}
        self._groups = []
        for name in learning:
            parameter = self._parameters[name]
            if self.optimizer.by_weight:
                self._groups.append(
                    _Single(name, parameter, self._places.get(name, Place(name)), self._make_slots)
                )
            elif parameter.numel() >= _LARGE or not _is_dense(parameter):
                self._groups.append(_Group({name: parameter}, self._make_slots, shared=False))
            else:
                shared.setdefault((parameter.dtype, parameter.device), {})[name] = parameter
        self._groups += [_Group(parameters, self._make_slots, shared=True) for parameters in shared.values()]

    def _make_slots(self, weights: Tensor, path: str) -> dict[str, Tensor]:
        slots = self.optimizer.slots_of(weights, path)
        if self.optimizer.use_ema:
            slots[_AVERAGE] = torch.zeros_like(weights)
        if self.optimizer.gradient_accumulation_steps:
            slots[_GATHERED] = torch.zeros_like(weights)
        return slots

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
                for name, parameter in group.parameters.items():
                    if parameter.grad is not None:
                        gradient = group.view(group.gradient(), name)
                        _shrink([gradient], gradient.norm(), optimizer.clipnorm)


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
