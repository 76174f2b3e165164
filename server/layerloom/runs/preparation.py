"""All that can be known of a document before it trains, without torch and without reading a row of data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from layerloom.data import binding
from layerloom.data.datasets import find
from layerloom.document import Document, Limits, Training, validated
from layerloom.graph.check import CheckResult, check
from layerloom.graph.findings import listed_once
from layerloom.graph.plan import Plan, plan
from layerloom.problems import Problem, errors
from layerloom.runs import weights as kept_weights
from layerloom.tensors import TensorSpec
from layerloom.training import check as training_check

Specs = Mapping[str, TensorSpec]


@dataclass(frozen=True, slots=True)
class Preparation:
    """What `prepare` found.

    `problems` are all: of every model, the training and the data. `blocking` are those errors that keep the
    chosen outputs from being trained (an unfinished part that they don't need is none); `plan` is there where
    nothing blocks.
    """

    document: Document
    check: CheckResult
    problems: tuple[Problem, ...]
    blocking: tuple[Problem, ...] = ()
    plan: Plan | None = None

    @property
    def ok(self) -> bool:
        return not errors(self.problems)

    def to_json(self) -> dict[str, Any]:  # Any: JSON
        """The check's JSON, with the problems of training and data among the others."""
        known = set(self.check.problems)
        return self.check.to_json([problem for problem in self.problems if problem not in known])


def prepare(
    document: Document,
    datasets: Path | None = None,
    limits: Limits | None = None,
    overrides: Mapping[str, object] | None = None,
    weights: Path | None = None,
) -> Preparation:
    """Check the graph, what training is told, and how the data is bound; plan what the chosen outputs need.

    `datasets` is the folder of uploaded data sets, `weights` that of kept weights; `overrides` is merged into the
    document's `training` (`{"fit": {"epochs": 3}}`).

    Raises:
        ProblemError: `document.invalid`, when `overrides` don't fit a document.
    """
    document = _overridden(document, overrides or {})
    checked = check(document, limits)
    training = document.training
    if training is None:
        return Preparation(document, checked, checked.problems, (_NO_TRAINING,))
    resolved = checked.inferred.resolved.models.get(training.model)
    inferred = checked.inferred.models.get(training.model)
    if resolved is None or inferred is None:
        return Preparation(document, checked, checked.problems, tuple(errors(checked.problems)))
    inputs: Specs = inferred.inputs
    outputs = {name: spec for name in resolved.outputs if (spec := inferred.output(name)) is not None}
    found = training_check.check(training, inputs, outputs)
    chosen = [name for name in training.outputs if name in resolved.outputs]
    fed = None if training.inputs is None else [name for name in training.inputs if name in resolved.inputs]
    planned = plan(checked.inferred, training.model, fed, chosen) if chosen else Plan(training.model)
    found += _data_problems(
        training, datasets, planned, inputs, {name: outputs[name] for name in chosen if name in outputs}
    )
    found += kept_weights.check(training, weights, inferred)
    blocking = errors([*planned.problems, *found])
    if not chosen and not blocking:
        blocking = [_NO_OUTPUT]
    problems = listed_once([*checked.problems, *planned.problems, *found])
    return Preparation(document, checked, problems, tuple(blocking), None if blocking else planned)


def losses_of(training: Training) -> dict[str, str]:
    """The loss's type by Output id, of those that have one."""
    return {
        name: output.loss if isinstance(output.loss, str) else output.loss.type
        for name, output in training.outputs.items()
        if output.loss is not None
    }


def _data_problems(
    training: Training, datasets: Path | None, planned: Plan, inputs: Specs, outputs: Specs
) -> Iterable[Problem]:
    """Where the plan is whole, of what it needs alone; else of what is known."""
    whole = bool(planned.outputs)
    dataset = find(training.data.dataset, datasets) if training.data else None
    return binding.check(
        training.data,
        dataset,
        planned.inputs if whole else inputs,
        planned.outputs if whole else outputs,
        losses_of(training),
        training.fit,
    )


def _overridden(document: Document, overrides: Mapping[str, object]) -> Document:
    if not overrides:
        return document
    data = document.model_dump(mode="json")
    data["training"] = _merged(data.get("training") or {}, overrides)
    return validated(data)


def _merged(old: object, new: object) -> object:
    """RFC 7396: objects are merged, anything else is replaced, `null` removes."""
    if not isinstance(new, Mapping):
        return new
    merged = dict(old) if isinstance(old, Mapping) else {}
    for key, value in new.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = _merged(merged.get(key), value)
    return merged


_NO_TRAINING = Problem(
    code="training.missing",
    message="The document does not say how to train it.",
    hint="Choose a data set, and a loss for at least one output, in the training panel.",
    field="training",
)
_NO_OUTPUT = Problem(
    code="training.no_loss",
    message="No output is chosen to be trained.",
    hint="Give at least one Output a loss.",
    field="training.outputs",
)
