"""The fit loop: takes steps and yields an event for each, and knows nobody who listens.

for event in fit(model, TrainingData(inputs, targets), document.training):
    print(event)
"""

import contextlib
import math
import random
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np
import torch

from layerloom.document import Training
from layerloom.events import (
    EpochEnded,
    Event,
    LayersMeasured,
    RunFinished,
    RunStarted,
    RunStopped,
    Validation,
    step_ended,
)
from layerloom.problems import Problem
from layerloom.training.batches import Batch
from layerloom.training.callbacks.base import Epoch
from layerloom.training.callbacks.swap_ema_weights import SwapEMAWeights
from layerloom.training.control import Control
from layerloom.training.data import Rows
from layerloom.training.evaluation import device_of, validate
from layerloom.training.flat import FlatOptimizer
from layerloom.training.history import keras_logs
from layerloom.training.lasting import refuse_other_batches
from layerloom.training.model_facts import constraining, count_weights, not_finite, places
from layerloom.training.objective import Objective
from layerloom.training.recipe import recipe
from layerloom.training.state import FitState
from layerloom.training.steering import Save, Steering
from layerloom.training.threads import WorkCount
from layerloom.training.watching import Watch

_AS_IT_IS = contextlib.nullcontext()
_SHUFFLE_STREAM = 0x5EED
"""Keeps the shuffling's random numbers apart from those of dropout."""


def fit(
    model: Any,  # a torch Module that is a TrainableModel: a BuiltModel
    data: Rows,
    training: Training,
    control: Control | None = None,
    state: FitState | None = None,
    *,
    save: Save | None = None,
    ending: Callable[[FitState], None] | None = None,
) -> Iterator[Event]:
    """Trains; yields `run_started`, a `step_ended` for every step, `epoch_ended`, and how it came to an end.

    Numbers are Keras': losses are measured before each update; an epoch's are means over its batches weighted
    by rows, metrics are gathered over the epoch, validation follows it in inference mode. The last, smaller
    batch is kept. The same seed gives the same losses, bit for bit on a CPU; so does going on with a saved
    `state`.

    Args:
        control: asked before every step whether to stop, pause or change something.
        state: a fresh one, whose `save` the caller wants to use, or one from `FitState.load`.
        save: called when a callback wants the weights saved under a name.
        ending: called once behind the last step, before anything is done to the weights that only a fit's end does
            (an average put in their place, the best ones brought back): from here a fit can go on.

    Raises:
        ProblemError: at the first event, where the training doesn't fit the model or the data.
    """
    return _Fit(model, data, training, control or Control(), state or FitState(), save, ending).run()


class _Fit:
    def __init__(
        self,
        model: Any,
        data: Rows,
        training: Training,
        control: Control,
        state: FitState,
        save: Save | None,
        ending: Callable[[FitState], None] | None,
    ) -> None:
        self.model, self.data, self.training = model, data, training
        self.control, self.state, self.save, self.ending = control, state, save, ending

    def run(self) -> Iterator[Event]:
        self.begin()
        state, fit = self.state, self.recipe.fit
        yield RunStarted(
            outputs=list(self.objective.trained),
            epochs=fit.epochs,
            steps_per_epoch=self.steps_of_epoch(),
            device=self.device.type,
            weights=count_weights(self.model),
            seed=state.seed,
            attempt=state.attempt,
            loss_weights=dict(state.loss_weights),
            epoch=state.epoch,
            precision=fit.precision,
        )
        while state.epoch < fit.epochs and not state.ended:
            yield from self.epoch()
            if self.control.is_stopped:
                yield from self.steering.obey()  # changes that came just before the stop are told
                self.finish()
                yield RunStopped()
                return
        self.finish()
        yield from self.steering.fit_ended()
        yield RunFinished(seconds=state.seconds, ended_by=state.ended_by or None)

    def begin(self) -> None:
        """Binds model, data and state to each other."""
        state = self.state
        self.recipe = recipe(self.training)
        self.device = device_of(self.model)
        self.objective = Objective(self.model, self.recipe)
        self.batches = self.objective.batches(self.data, self.device, self.recipe.fit.class_weight)
        seen = self.data.validation
        has_validation = seen is not None and len(next(iter(seen.targets.values()), ())) > 0
        self.validation = self.objective.batches(seen, self.device) if seen and has_validation else None
        batch_size = self.recipe.fit.batch_size
        refuse_other_batches(self.model, self.batches.rows, batch_size)
        if self.validation is not None:
            steps = self.recipe.fit.validation_steps
            refuse_other_batches(self.model, self.validation.rows, batch_size, steps)
        self.steps = self.batches.steps(batch_size)
        """In a pass over all rows, of which an epoch of `steps_per_epoch` may be a part."""
        self.optimizer = FlatOptimizer(
            self.recipe.optimizer,
            dict(self.model.named_parameters()),
            constraining(self.model),
            places(self.model),
        )
        if state.is_fresh:
            seed = self.recipe.fit.seed
            state.seed = secrets.randbits(32) if seed is None else seed
            state.loss_weights = {
                name: self.recipe.outputs[name].loss_weight for name in self.objective.trained
            }
            state.memories = [{} for _ in self.recipe.callbacks]
            state.epoch = self.recipe.fit.initial_epoch
            seed_everything(state.seed)
        state.training = self.training.model_dump(mode="json")
        state.bind(self.model, self.optimizer)
        state.restore_random()
        if state.order is not None:
            state.generator.set_state(state.order)
        elif state.is_fresh:
            state.generator.manual_seed(state.seed ^ _SHUFFLE_STREAM)
        self.available_threads = torch.get_num_threads()
        self.apply_threads()
        self.steering = Steering(self.recipe, self.control, state, self.save)
        fit = self.recipe.fit
        self.is_steered = bool(self.recipe.callbacks) or fit.time_limit_seconds is not None
        self.judges_average = any(isinstance(item, SwapEMAWeights) for item in self.recipe.callbacks)
        scale = self.recipe.optimizer.loss_scale_factor or 1.0
        self.watch = Watch(self.model, fit.watch_every, scale) if fit.watch_every else None
        self.measured: LayersMeasured | None = None
        self.loss = 0.0
        self.model.train()

    def finish(self) -> None:
        if self.ending is not None:
            self.ending(self.state)
        with torch.no_grad():
            self.optimizer.finish()

    # One epoch and one step

    def epoch(self) -> Iterator[Event]:
        state, fit, control = self.state, self.recipe.fit, self.control
        if state.step == 0:
            if state.passed == 0:
                state.order = state.generator.get_state()
            state.sums = [0.0] * (len(self.objective.trained) + 1)
            state.rows, state.epoch_seconds = 0, 0.0
            state.metrics = self.objective.begin_metrics(self.device)
            yield from self.steering.epoch_began()
        order: torch.Tensor | None = None
        if fit.shuffle:
            assert state.order is not None  # since the pass began
            state.generator.set_state(state.order)
            order = self.batches.order(state.generator)
        began = time.perf_counter()
        left = self.batches.epoch(fit.batch_size, order, first=state.passed + state.step)
        for batch in islice(left, self.steps_of_epoch() - state.step):
            if control.pending:
                yield from self.steering.obey()
                if control.is_stopped:
                    return
                began = time.perf_counter()
            event = self.step(batch)
            now = time.perf_counter()
            state.epoch_seconds += now - began
            state.seconds += now - began
            began = now
            if self.measured is not None:  # before the step's own event, with which a step counts as done
                yield self.measured
                self.measured = None
            followed = list(self.steering.step_ended(self.loss)) if self.is_steered else ()
            yield event
            yield from followed
            if state.ended:
                return
        if control.pending:
            yield from self.steering.obey()
        if control.is_stopped:
            return
        yield from self.end_epoch()

    def steps_of_epoch(self) -> int:
        """As in Keras: an epoch goes on where the last one stopped, and is shorter where the rows run out."""
        left = self.steps - self.state.passed
        return min(self.recipe.fit.steps_per_epoch or left, left)

    def step(self, batch: Batch) -> Event:
        if self.state.threads is not None or self.device.type != "cpu":
            return self.learn(batch)
        torch.set_num_threads(1)
        with WorkCount() as work:
            event = self.learn(batch)
        self.state.threads = work.threads(self.available_threads)
        self.apply_threads()
        return event

    def learn(self, batch: Batch) -> Event:
        state, objective, watch = self.state, self.objective, self.watch
        watched = watch is not None and watch.is_due(self.optimizer.steps)
        with watch.activations() if watch is not None and watched else _AS_IT_IS:
            outputs, masks = objective.outputs(batch.inputs)
        losses = objective.losses(outputs, masks, batch.targets, batch.weights)
        penalty = objective.penalty()
        if penalty is not None:
            losses.append(penalty)
        roots = losses[0] if len(losses) == 1 else torch.stack(losses)
        values: list[float] = [roots.item()] if len(losses) == 1 else roots.tolist()
        regularization = None if penalty is None else values[-1]
        by_output = dict(zip(objective.trained, values, strict=False))
        loss = math.fsum(state.loss_weights[name] * value for name, value in by_output.items())
        loss += regularization or 0.0
        problem = None if math.isfinite(loss) else self.not_finite(batch, by_output)
        if roots.requires_grad:
            self.optimizer.clear()
            roots.backward(self.steering.gradient(roots))  # type: ignore[no-untyped-call]
        if watch is not None and watched:
            watch.before_update()
        with torch.no_grad():
            objective.watch(state.metrics, outputs, masks, batch.targets, batch.weights)
            self.optimizer.step(self.steering.rate())
        rows, sums = batch.rows, state.sums
        for index, value in enumerate(values):
            sums[index] += value * rows
        state.rows += rows
        state.step += 1
        self.loss = loss
        if watch is not None and watched:
            self.measured = watch.event(state.epoch + 1, state.step)
        return step_ended(state.epoch + 1, state.step, loss, by_output, regularization, problem)

    def end_epoch(self) -> Iterator[Event]:
        state, fit = self.state, self.recipe.fit
        began = time.perf_counter()
        validation: Validation | None = None
        if self.validation is not None and (state.epoch + 1) % fit.validation_freq == 0:
            with self.optimizer.averaged() if self.judges_average else _AS_IT_IS:
                validation = validate(
                    self.objective,
                    self.validation,
                    fit.batch_size,
                    state.loss_weights,
                    lambda: self.control.is_stopped,
                    fit.validation_steps,
                )
            if validation is None:
                return
        means = [total / state.rows for total in state.sums]
        losses = dict(zip(self.objective.trained, means, strict=False))
        total = math.fsum(state.loss_weights[name] * value for name, value in losses.items()) + means[-1]
        seconds = state.epoch_seconds + time.perf_counter() - began
        event = EpochEnded(
            epoch=state.epoch + 1,
            loss=total,
            losses=losses,
            metrics=self.objective.results(state.metrics),
            regularization=means[-1] or None,
            validation=validation,
            seconds=seconds,
            samples_per_second=state.rows / state.epoch_seconds if state.epoch_seconds else 0.0,
            learning_rate=self.steering.rate(back=1),
        )
        logs = keras_logs(event)
        shown = Epoch(state.epoch, logs, self.steering.rate(), self.recipe.rising(logs))
        state.seconds += time.perf_counter() - began
        state.epoch += 1
        state.passed = (state.passed + state.step) % self.steps
        state.step = 0
        if state.passed == 0:
            state.order = None
        followed = list(self.steering.epoch_ended(shown))
        yield event
        yield from followed

    def not_finite(self, batch: Batch, losses: Mapping[str, float]) -> Problem:
        """Names the first node whose output was not finite, looked up until one is found; else the Output."""
        state = self.state
        if not state.not_finite:
            with torch.no_grad():
                state.not_finite = self.model.first_not_finite(*batch.inputs)
        return not_finite(
            [name for name, value in losses.items() if not math.isfinite(value)], state.not_finite
        )

    def apply_threads(self) -> None:
        if self.device.type == "cpu" and self.state.threads is not None:
            torch.set_num_threads(min(self.state.threads, self.available_threads))


def seed_everything(seed: int) -> None:
    """Seeds the generators of Python, numpy and torch (all devices)."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
