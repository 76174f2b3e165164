"""What changes the course of a fit: commands from outside, callbacks, and the learning rate's schedule."""

from collections.abc import Callable, Iterable, Iterator

import torch
from torch import Tensor

from layerloom.events import CheckpointSaved, Event, RunPaused, RunResumed, TrainingChanged
from layerloom.training.callbacks.base import (
    Action,
    ChangeLearningRate,
    Epoch,
    RememberWeights,
    RestoreWeights,
    SaveWeights,
    Stop,
)
from layerloom.training.control import Control
from layerloom.training.recipe import Recipe
from layerloom.training.state import FitState

Save = Callable[[SaveWeights, FitState], None]
"""Called when a callback wants the weights saved."""


class Steering:
    """Keeps the learning rate and the loss weights that are in force, and yields an event for each change."""

    def __init__(self, recipe: Recipe, control: Control, state: FitState, save: Save | None) -> None:
        self._recipe, self._control, self._state, self._save = recipe, control, state, save
        self._schedule = recipe.optimizer.schedule()
        self._gradient: Tensor | None = None
        self._limit = recipe.fit.time_limit_seconds

    def rate(self, back: int = 0) -> float:
        """The learning rate of the next step, or of one `back` from it."""
        state, rate = self._state, self._recipe.optimizer.learning_rate
        if state.learning_rate is not None:
            return state.learning_rate
        if self._schedule is not None:
            steps = state.optimizer.steps if state.optimizer is not None else 0
            return self._schedule.at(max(0, steps - back))
        assert isinstance(rate, float | int)  # the only other choice is a schedule
        return float(rate)

    def gradient(self, roots: Tensor) -> Tensor:
        """Gradient of the total loss by the losses of each trained output and the regularization."""
        if self._gradient is None:
            chosen = self._state.loss_weights
            scale = self._recipe.optimizer.loss_scale_factor or 1.0
            weights = [*(chosen[name] for name in self._recipe.trained), 1.0][: roots.numel()]
            weights = [weight * scale for weight in weights]
            self._gradient = torch.tensor(weights, dtype=roots.dtype, device=roots.device).reshape(
                roots.shape
            )
        return self._gradient

    def obey(self) -> Iterator[Event]:
        """Takes changes in, and sleeps while the fit is paused."""
        control = self._control
        yield from self._changes()
        if not control.is_paused:
            return
        yield RunPaused()
        while control.is_paused:
            control.wait()
            yield from self._changes()
        if not control.is_stopped:
            yield RunResumed()

    def epoch_began(self) -> Iterator[Event]:
        for number, callback in enumerate(self._recipe.callbacks):
            yield from self._act(number, callback.epoch_began(self._state.epoch, self.rate()))

    def step_ended(self, loss: float) -> Iterator[Event]:
        state = self._state
        if self._limit is not None and state.seconds >= self._limit:
            state.ended, state.ended_by = True, "time_limit_seconds"
        steps = state.optimizer.steps if state.optimizer is not None else 0
        for number, callback in enumerate(self._recipe.callbacks):
            yield from self._act(number, callback.step_ended(steps, loss, state.seconds))

    def epoch_ended(self, epoch: Epoch) -> Iterator[Event]:
        """Checkpoints come last, so that they know what every callback remembers."""
        asked: list[tuple[int, SaveWeights]] = []
        for number, callback in enumerate(self._recipe.callbacks):
            actions = list(callback.epoch_ended(epoch, self._state.memories[number]))
            yield from self._act(number, [item for item in actions if not isinstance(item, SaveWeights)])
            asked += [(number, item) for item in actions if isinstance(item, SaveWeights)]
        for number, item in asked:
            yield from self._act(number, [item])

    def fit_ended(self) -> Iterator[Event]:
        for number, callback in enumerate(self._recipe.callbacks):
            yield from self._act(number, callback.fit_ended(self._state.memories[number]))

    def _changes(self) -> Iterator[Event]:
        state = self._state
        for change in self._control.take_changes():
            for name, weight in change.loss_weights.items():
                if name in state.loss_weights:
                    state.loss_weights[name] = float(weight)
            if change.learning_rate is not None:
                state.learning_rate = float(change.learning_rate)
            self._gradient = None
            yield TrainingChanged(loss_weights=dict(state.loss_weights), learning_rate=change.learning_rate)

    def _act(self, number: int, actions: Iterable[Action]) -> Iterator[Event]:
        state = self._state
        for action in actions:
            match action:
                case Stop():
                    state.ended = True
                    state.ended_by = self._recipe.callbacks[number].type_name
                case ChangeLearningRate(rate):
                    if rate != self.rate():
                        state.learning_rate = rate
                        yield TrainingChanged(loss_weights=dict(state.loss_weights), learning_rate=rate)
                case RememberWeights():
                    state.remembered[number] = {
                        name: value.detach().clone() for name, value in state.model.state_dict().items()
                    }
                case RestoreWeights():
                    if number in state.remembered:
                        state.model.load_state_dict(state.remembered[number])
                case SaveWeights():
                    if self._save is not None:
                        self._save(action, state)
                        yield CheckpointSaved(epoch=state.epoch, name=action.name)
