"""Losses, metrics and reports of what a run has learned. With torch, so in a child."""

from pathlib import Path

import numpy as np

from layerloom.data.table import Array
from layerloom.runs.choosing_rows import Split, choose
from layerloom.runs.meaning import Meaning
from layerloom.runs.trained import Trained, open_trained
from layerloom.training.evaluation import evaluate
from layerloom.training.judging import Outcome, judge
from layerloom.training.reports.making import Judged, report_output
from layerloom.training.reports.report import Report, ReportKind


def evaluate_run(
    artifacts: Path, datasets: Path, dataset: str | None, split: Split | None
) -> dict[str, float | None]:
    """Losses and metrics under Keras' keys.

    Raises:
        ProblemError: the data set is not there or does not fit, or has no such part.
    """
    trained = open_trained(artifacts)
    return evaluate(trained.model, choose(trained, datasets, dataset, split).data, trained.training)


def report_run(artifacts: Path, datasets: Path, dataset: str | None, split: Split | None) -> Report:
    """What `report_output` says of each output that has a loss.

    Raises:
        ProblemError: as `evaluate_run`.
    """
    trained = open_trained(artifacts)
    chosen = choose(trained, datasets, dataset, split)
    return report(trained, judge(trained.model, chosen.data, trained.training), chosen.rows)


def report(trained: Trained, outcomes: dict[str, Outcome], rows: Array) -> Report:
    """Of these outcomes; `rows` has the number in the data set of each sample."""
    outputs = {
        name: report_output(_judged(trained.meanings[name], outcome, rows))
        for name, outcome in outcomes.items()
    }
    return Report(rows=len(rows), outputs=outputs)


def _judged(meant: Meaning, outcome: Outcome, rows: Array) -> Judged:
    predicted, target, kind = outcome.predicted, outcome.target, meant.kind
    if kind == "classes":
        kind, target = _class_numbers(predicted, target)
    elif kind in ("binary", "number"):
        kind, target = _same_shape(kind, predicted, target)
    labels = meant.labels if kind in ("binary", "classes") else None
    if kind in ("binary", "classes"):
        predicted = meant.probabilities(predicted)
    return Judged(kind, predicted, target, outcome.losses, rows, labels, outcome.mask, meant.in_units)


def _class_numbers(predicted: Array, target: Array) -> tuple[ReportKind, Array]:
    """One-hot targets as class numbers; targets that are distributions have no class."""
    if target.ndim == predicted.ndim and target.shape[-1] == predicted.shape[-1] > 1:
        is_one_hot = bool((np.sort(target, axis=-1)[..., -2:] == (0, 1)).all())
        return ("classes", target.argmax(axis=-1)) if is_one_hot else ("other", target)
    if target.ndim == predicted.ndim and target.shape[-1] == 1:
        target = target[..., 0]
    return ("classes", target) if target.ndim == predicted.ndim - 1 else ("other", target)


def _same_shape(kind: ReportKind, predicted: Array, target: Array) -> tuple[ReportKind, Array]:
    if target.shape != predicted.shape and target.size == predicted.size:
        target = target.reshape(predicted.shape)
    return (kind, target) if target.shape == predicted.shape else ("other", target)
