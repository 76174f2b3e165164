"""From a run's spec to its events: prepare, bind data, build the model, load a checkpoint, fit. Has torch."""

import errno
from collections.abc import Iterator

from layerloom.data.loading import bind_dataset
from layerloom.events import Event, to_json
from layerloom.graph.build import build
from layerloom.problems import ProblemError
from layerloom.runs.artifacts import save_artifacts, save_checkpoint
from layerloom.runs.checkpoints import load_newest, write_state
from layerloom.runs.preparation import losses_of, prepare
from layerloom.runs.spec import ARTIFACTS, RunSpec
from layerloom.runs.starting import STATE, begin
from layerloom.runs.weights import begin_with
from layerloom.training.callbacks.base import SaveWeights
from layerloom.training.control import Control
from layerloom.training.devices import choose_device
from layerloom.training.loop import fit
from layerloom.training.state import FitState
from layerloom.versions import load_document


class Fitting:
    """One attempt, ready to start.

    Raises:
        ProblemError: the document or its data can't be trained.
    """

    def __init__(self, spec: RunSpec) -> None:
        self._spec = spec
        document = load_document(spec.document.encode(), spec.limits)
        preparation = prepare(document, spec.datasets, spec.limits, weights=spec.weights)
        training, plan = preparation.document.training, preparation.plan
        if training is None or plan is None:
            raise ProblemError(*preparation.blocking)
        self._training = training
        self._data = bind_dataset(
            training.data,
            spec.datasets,
            plan.inputs,
            plan.outputs,
            losses_of(training),
            training.fit,
            spec.folder,
        )
        device = choose_device(training.fit.device)
        self._model = build(plan, seed=training.fit.seed)
        begin_with(self._model, spec.weights, training)
        self._model.to(device)
        self.state = load_newest(spec.folder, spec.checkpoints) or begin(
            spec.folder, self._model, preparation.document, spec.limits
        )
        self._epochs = list(spec.epochs)

    def events(self, control: Control) -> Iterator[Event]:
        events = fit(
            self._model,
            self._data,
            self._training,
            control,
            self.state,
            save=self._save_checkpoint,
            ending=self._save_state,
        )
        for event in events:
            if event.kind == "epoch_ended":
                self._epochs.append(to_json(event).decode())
            yield event

    def _save_checkpoint(self, asked: SaveWeights, state: FitState) -> None:
        """A callback asks for it."""
        target = self._spec.folder / ARTIFACTS
        save_checkpoint(target, asked, state, self._model, self._spec.document, self._training)

    def _save_state(self, state: FitState) -> None:
        """For runs that go on from this one. A disk too full for it may still have room for the weights alone."""
        path = self._spec.folder / ARTIFACTS / STATE
        try:
            write_state(path, state)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            print(f"{path.name} could not be written: the disk is full", flush=True)
            path.unlink(missing_ok=True)

    def save_artifacts(self) -> None:
        spec = self._spec
        self._model.to("cpu")  # where what is exported runs beside it
        save_artifacts(
            spec.folder, spec.document, self._model, self._data.encoders, self._epochs, spec.limits
        )
