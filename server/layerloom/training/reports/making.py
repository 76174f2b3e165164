"""One output's report from arrays: what was predicted, what was wanted, and the loss of each sample."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layerloom.training.reports.curves import calibration, precision_recall, roc
from layerloom.training.reports.listed import listed
from layerloom.training.reports.report import OutputReport, ReportKind, Residuals, WorstSample

Array = NDArray[Any]  # Any: the dtype differs

MOST_CLASSES = 200
"""Of more, a confusion matrix can't be read, and the curves of each would take long."""
MOST_PAIRS = 1000
MOST_WORST = 20
MOST_NUMBERS = 1024
"""A target or prediction with more numbers is not shown among the worst samples."""
BINS = 30


@dataclass(frozen=True)
class Judged:
    """An output, its target and its losses; axis 0 is the sample.

    `predicted` and `target`: for `binary` the probability `(rows, …)` and 0 or 1 in the same shape; for `classes`
    probabilities `(rows, …, classes)` and class numbers `(rows, …)`; otherwise of one shape. `counts` tells
    which places count, as a mask does: (rows, …), or fewer axes.
    """

    kind: ReportKind
    predicted: Array
    target: Array
    losses: Array
    rows: Array
    """The row in the data set of each sample."""
    labels: Sequence[str] | None = None
    counts: Array | None = None
    in_units: Callable[[Array], Array] = field(default=lambda numbers: numbers)
    """From what the model gives to the column's own unit, for `number`."""


def report_output(judged: Judged) -> OutputReport:
    """Everything that fits the kind of output. Samples whose prediction is not finite are only among the worst."""
    if judged.kind == "binary":
        parts = _binary(judged)
    elif judged.kind == "classes":
        parts = _classes(judged)
    elif judged.kind == "number":
        parts = _number(judged)
    else:
        parts = {}
    labels = list(judged.labels) if judged.labels is not None else None
    return OutputReport(kind=judged.kind, labels=labels, worst=worst(judged), **parts)


def confusion_matrix(target: Array, predicted: Array, classes: int) -> Array:
    """Samples by target (rows) and predicted class (columns)."""
    both = target.astype(np.int64) * classes + predicted.astype(np.int64)
    return np.bincount(both, minlength=classes * classes).reshape(classes, classes)


def worst(judged: Judged) -> list[WorstSample]:
    """The samples with the largest loss, first those whose loss is not finite."""
    losses = np.where(np.isfinite(judged.losses), judged.losses, np.inf)
    order = np.argsort(-losses, kind="stable")[:MOST_WORST]
    return [
        WorstSample(
            row=int(judged.rows[place]),
            loss=float(judged.losses[place]) if np.isfinite(judged.losses[place]) else None,
            target=_shown(judged, judged.target[place], is_target=True),
            predicted=_shown(judged, judged.predicted[place], is_target=False),
        )
        for place in order
    ]


def _binary(judged: Judged) -> dict[str, Any]:  # Any: fields of OutputReport
    score, target = _counted(judged, judged.predicted, judged.target)
    if not len(score):
        return {}
    positive = target >= 0.5
    return {
        "confusion": confusion_matrix(positive, score > 0.5, 2).tolist(),
        "roc": roc([positive], [score]),
        "precision_recall": precision_recall([positive], [score]),
        "calibration": calibration(positive, score),
    }


def _classes(judged: Judged) -> dict[str, Any]:  # Any: fields of OutputReport
    classes = judged.predicted.shape[-1]
    flat = judged.predicted.reshape(*judged.target.shape, classes)
    scores, target = _counted(judged, flat, judged.target, axes=1)
    inside = (target >= 0) & (target < classes)
    scores, target = scores[inside], target[inside]
    if not len(scores) or classes > MOST_CLASSES:
        return {}
    chosen = scores.argmax(axis=-1)
    positive = [target == number for number in range(classes)]
    columns = [scores[:, number] for number in range(classes)]
    return {
        "confusion": confusion_matrix(target, chosen, classes).tolist(),
        "roc": roc(positive, columns),
        "precision_recall": precision_recall(positive, columns),
        "calibration": calibration(chosen == target, scores.max(axis=-1)),
    }


def _number(judged: Judged) -> dict[str, Any]:  # Any: fields of OutputReport
    predicted, target = _counted(judged, judged.in_units(judged.predicted), judged.in_units(judged.target))
    if not len(predicted):
        return {}
    differences = predicted - target
    counts, edges = np.histogram(differences, bins=BINS)
    evenly = np.linspace(0, len(predicted) - 1, min(len(predicted), MOST_PAIRS)).round().astype(int)
    return {
        "residuals": Residuals(
            edges=edges.tolist(),
            counts=counts.tolist(),
            mean=float(differences.mean()),
            deviation=float(differences.std()),
        ),
        "predicted_against_target": list(
            zip(predicted[evenly].tolist(), target[evenly].tolist(), strict=True)
        ),
    }


def _counted(judged: Judged, predicted: Array, target: Array, axes: int = 0) -> tuple[Array, Array]:
    """Both in one row, in float64, without what is masked or not finite. `axes`: how many last axes stay."""
    predicted = predicted.astype(np.float64)
    finite = np.isfinite(predicted)
    kept = finite.all(axis=-1) if axes else finite
    if judged.counts is not None:
        mask = judged.counts.astype(bool)
        mask = mask.reshape(*mask.shape, *(1,) * (kept.ndim - mask.ndim))
        kept = kept & np.broadcast_to(mask, kept.shape)
    return predicted[kept], target.astype(np.float64)[kept] if target.dtype.kind == "f" else target[kept]


def _shown(judged: Judged, value: Array, *, is_target: bool) -> Any:  # Any: JSON
    """A class by name, numbers in their unit; None for what is too large to look at."""
    value = np.asarray(value)
    if judged.kind == "classes" and not is_target:
        value = value.argmax(axis=-1)
    if judged.kind in ("classes", "binary") and value.size == 1:
        number = float(value.reshape(-1)[0])
        if judged.kind == "binary" and not is_target:
            return number if np.isfinite(number) else None
        place = int(number >= 0.5) if judged.kind == "binary" else int(number)
        labels = judged.labels or ()
        return labels[place] if 0 <= place < len(labels) else place
    if value.size > MOST_NUMBERS:
        return None
    if judged.kind == "number":
        value = judged.in_units(value[None])[0]
        value = value.reshape(-1)[0] if value.size == 1 else value
    return listed(value)
