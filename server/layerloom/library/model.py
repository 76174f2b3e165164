"""A model in Python: Keras' few verbs over a document and its torch module."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from layerloom.compilation import as_choice, spread
from layerloom.document import Document, Limits, OutputTraining, Training, Typed
from layerloom.events import EpochEnded, RunFailed
from layerloom.graph.build import BuiltModel, build
from layerloom.graph.infer import infer
from layerloom.graph.plan import Plan, plan
from layerloom.graph.resolve import resolve
from layerloom.library import rows
from layerloom.library.arrays import Array, Given, by_name, input_arrays
from layerloom.library.history import History
from layerloom.problems import Problem, ProblemError
from layerloom.runs.starting import left_in, take_weights
from layerloom.runs.warm_start import WeightStart
from layerloom.training.data import TrainingData
from layerloom.training.devices import choose_device
from layerloom.training.evaluation import evaluate, predict
from layerloom.training.loop import fit
from layerloom.training.state import FitState

NO_LIMITS = Limits(
    document_bytes=2**40, nodes=2**31, edges=2**31, models=2**31, model_depth=64, expanded_nodes=2**31, weights=2**60
)  # fmt: skip
"""What is loaded here is the caller's own."""


class Model:
    """One model of a document with its weights. `layerloom.load` makes it.

    >>> model = layerloom.load("model.keras")
    >>> model.predict({"first": a, "second": b})["same"]
    >>> model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    >>> model.fit({"first": a, "second": b}, {"same": y}, epochs=3).history["loss"]

    Raises:
        ProblemError: The document can't be built; the exception has every problem, each on its node.
    """

    def __init__(
        self,
        document: Document,
        model: str | None = None,
        weights: Mapping[str, Array] | None = None,
        problems: Sequence[Problem] = (),
        seed: int | None = None,
        encoders: rows.Encoders | None = None,
    ) -> None:
        training = document.training
        self.document = document
        self.encoders: rows.Encoders = encoders or {}
        """How the columns of a run's data set became inputs and targets."""
        self.problems = tuple(problems)
        """What could not be taken over when the model was imported, and what was noticed."""
        self._name = model or (training.model if training else "main")
        seed = seed if seed is not None or training is None else training.fit.seed
        self._module = build(self._planned(None, None), seed)
        if weights is not None:
            self._module.set_weights(weights)
        self._recipe = training or Training(model=self._name)
        self._state: FitState | None = None

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the inputs, in Keras' order."""
        return self._module.input_names

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of the outputs, in Keras' order."""
        return self._module.output_names

    @property
    def module(self) -> BuiltModel:
        """The `torch.nn.Module`: takes tensors in the order of `inputs`, gives them in the order of `outputs`."""
        return self._module

    def get_weights(self) -> dict[str, Array]:
        """Weights by path (`vision/dense/kernel`), in Keras' layout."""
        return self._module.get_weights()

    def set_weights(self, weights: Mapping[str, Array]) -> None:
        """Takes weights by path, in Keras' layout; what is not named stays."""
        self._module.set_weights(weights)

    def warm_start(self, run: str | Path) -> list[WeightStart]:
        """Takes the weights of a run (its folder, or FOLDER/NAME for a checkpoint) where layers did not change.

        Returns what became of each weight: `kept`, `reset`, `reshaped`, `new` or `gone`.

        Raises:
            ProblemError: There are no weights with their document.
        """
        folder = Path(run)
        left = left_in(folder) if folder.is_dir() else left_in(folder.parent, folder.name)
        if left is None:
            raise ProblemError(
                Problem(
                    code="load.no_run",
                    message=f"{str(folder)!r} holds no weights with their document.",
                    hint="Name a folder that `layerloom train --out` has written, or a run's folder.",
                )
            )
        return take_weights(self._module, self.document, left, NO_LIMITS)

    def predict(self, x: Given, batch_size: int = 32) -> dict[str, Array]:
        """Outputs by name for rows by input name, or in the order of `inputs`; of a run also for raw rows by column,
        `[{"age": 41, "city": "Oslo"}]`.

        Raises:
            ProblemError: `data.…`, where the arrays do not fit the inputs; of raw rows with row and column.
        """
        return predict(self._module, self._inputs(x), batch_size)

    def decode(self, outputs: Mapping[str, Array]) -> dict[str, list[Any]]:  # Any: labels or numbers
        """What `predict` gave in the words and units of the columns that a run was trained on."""
        return rows.decoded(self.encoders, outputs, self._module.plan.outputs, self._recipe)

    def compile(
        self,
        optimizer: Any = "rmsprop",  # Any: a name, a dict of Keras or ours
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
    ) -> None:
        """Keras' arguments: one value, a list in the order of `outputs`, or a dict by output name.

        A single loss with a list of weights is spread over all outputs.

        Raises:
            ProblemError: What was given does not fit the outputs.
        """
        structure = self.document.models[self._name].outputs
        outputs = spread(self.outputs, loss, loss_weights, metrics, weighted_metrics, structure)
        self._recipe = self._recipe.model_copy(
            update={"model": self._name, "optimizer": _typed(optimizer), "outputs": outputs}
        )
        self._state = None

    def fit(
        self,
        x: Given,
        y: Given,
        *,
        batch_size: int | None = None,
        epochs: int | None = None,
        validation_split: float | None = None,
        validation_data: Sequence[Given] | None = None,
        shuffle: bool | None = None,
        sample_weight: Given = None,
        callbacks: Iterable[Any] | None = None,
        seed: int | None = None,
        **more: Any,  # Any: further fields of the document's `fit`
    ) -> History:
        """Trains on arrays; what is not given is as the document's training section says.

        A second call goes on where the first ended: the optimizer keeps what it knows, as in Keras.
        `sample_weight` is by output, or one array for all of them.

        Raises:
            ProblemError: There is no loss, the arrays do not fit, or training failed.
        """
        changes = {
            "batch_size": batch_size, "epochs": epochs, "shuffle": shuffle, "seed": seed, **more,
            "callbacks": None if callbacks is None else [_typed(each).model_dump() for each in callbacks],
        }  # fmt: skip
        section = self._recipe.fit.model_dump() | {
            name: value for name, value in changes.items() if value is not None
        }
        training = Training.model_validate(self._recipe.model_dump() | {"fit": section})
        data = self._rows(x, y, sample_weight)
        if validation_data is not None:
            data = TrainingData(
                data.inputs, data.targets, self._rows(*validation_data), sample_weight=data.sample_weight
            )
        elif validation_split or (validation_split is None and training.fit.validation_split):
            data = _split(data, validation_split or training.fit.validation_split)
        history = History()
        last = self._state if seed is None else None
        state = FitState() if last is None else _continued(last, training)
        self._module.to(choose_device(training.fit.device))
        for event in fit(self._module, data, training, state=state):
            if isinstance(event, EpochEnded):
                history.take(event)
            elif isinstance(event, RunFailed):
                raise ProblemError(event.problem)
        self._state = state
        self._module.eval()
        return history

    def evaluate(
        self, x: Given, y: Given = None, sample_weight: Given = None, batch_size: int | None = None
    ) -> dict[str, float | None]:
        """Losses and metrics by Keras' keys: `{"loss": …, "accuracy": …}`. Raw rows of a run bring their targets.

        Raises:
            ProblemError: There is no loss, or the arrays do not fit.
        """
        return evaluate(self._module, self._rows(x, y, sample_weight), self._recipe, batch_size)

    def save(self, path: str | Path) -> None:
        """Writes a file by its suffix: `.keras`, `.json` (the document), `.safetensors`, `.weights.h5`, `.py`, `.onnx`.

        Raises:
            ProblemError: `export.…`, where the model has no form in that format.
        """
        from layerloom.library.saving import save

        save(self, Path(path))

    def _planned(self, inputs: Sequence[str] | None, outputs: Sequence[str] | None) -> Plan:
        inferred = infer(resolve(self.document, NO_LIMITS))
        everything = inferred.resolved.models.get(self._name)
        names = everything.inputs if everything is not None and inputs is None else inputs
        planned = plan(inferred, self._name, names, outputs)
        if planned.problems:
            raise ProblemError(*planned.problems)
        return planned

    def _inputs(self, x: Given) -> dict[str, Array]:
        specs = self._module.plan.inputs
        return rows.inputs_of(self.encoders, x, specs) if rows.are_raw(x) else input_arrays(x, specs)

    def _rows(self, x: Given, y: Given, sample_weight: Given = None) -> TrainingData:
        if y is None and rows.are_raw(x):
            y = rows.targets_of(self.encoders, x, self._module.plan.outputs, self._recipe)
        targets = by_name(y, self._trained(y), "output")
        weights: dict[str, Array] | None = None
        if sample_weight is not None:
            is_one = not isinstance(sample_weight, Mapping | list | tuple)
            named = (
                dict.fromkeys(targets, sample_weight)
                if is_one
                else by_name(sample_weight, tuple(targets), "output")
            )
            weights = {name: np.asarray(value) for name, value in named.items() if value is not None}
        arrays = {name: np.asarray(value) for name, value in targets.items()}
        return TrainingData(self._inputs(x), arrays, sample_weight=weights)

    def _trained(self, y: Given) -> tuple[str, ...]:
        """The outputs that targets are given for, in order: those with a loss or metrics, or all of them."""
        chosen = tuple(name for name in self.outputs if _is_watched(self._recipe.outputs.get(name)))
        if not chosen:
            raise ProblemError(
                Problem(
                    code="training.no_loss",
                    message="No output has a loss, so there is nothing to learn.",
                    hint="Call `compile(optimizer, loss)` first, or give the document a training section.",
                    field="training.outputs",
                )
            )
        is_for_all = isinstance(y, list | tuple) and len(y) == len(self.outputs) != len(chosen)
        return self.outputs if is_for_all else chosen


def _is_watched(output: OutputTraining | None) -> bool:
    return output is not None and (output.loss is not None or bool(output.metrics))


def _typed(choice: Any) -> Typed:
    """An optimizer or a callback as the document has it."""
    chosen = as_choice(choice)
    return Typed(type=chosen) if isinstance(chosen, str) else chosen


def _split(data: TrainingData, share: float) -> TrainingData:
    """The last rows are kept for validation, as in Keras: before any shuffling."""
    rows = len(next(iter(data.inputs.values())))
    first = int(rows * (1 - share))

    def part(arrays: Mapping[str, Array], rows: slice) -> dict[str, Array]:
        return {name: array[rows] for name, array in arrays.items()}

    def cut(rows: slice) -> TrainingData:
        weights = part(data.sample_weight, rows) if data.sample_weight is not None else None
        return TrainingData(part(data.inputs, rows), part(data.targets, rows), sample_weight=weights)

    seen, kept = cut(slice(0, first)), cut(slice(first, None))
    return TrainingData(seen.inputs, seen.targets, kept, sample_weight=seen.sample_weight)


def _continued(state: FitState, training: Training) -> FitState:
    """A fit that begins with what the last one left: the optimizer's memory and the random streams."""
    tensors, record = state.save()
    fresh = {
        "epoch": training.fit.initial_epoch, "step": 0, "rows": 0, "sums": [], "ended": False, "ended_by": "",
        "metrics": [], "memories": [{} for _ in training.fit.callbacks], "remembered": [], "seconds": 0.0,
        "epoch_seconds": 0.0,
    }  # fmt: skip
    return FitState.load(tensors, record | fresh)
