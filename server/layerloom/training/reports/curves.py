"""ROC, precision and recall, calibration: of scores against yes or no, exactly, with ties taken together."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layerloom.training.reports.report import Calibration, PrecisionRecall, Roc

Array = NDArray[Any]  # Any: the dtype differs
Curve = tuple[Array, Array, float]
"""x rising, y, and the area."""

MOST_POINTS = 500
"""A curve on a screen needs no more; areas are those of the whole curve."""
INTERVALS = 10


def roc_curve(positive: Array, score: Array) -> Curve | None:
    """False against true positive rate, from (0, 0) to (1, 1); None where a class does not occur."""
    true, false = _counts(positive, score)
    if not true[-1] or not false[-1]:
        return None
    rising, falling = np.r_[0.0, true] / true[-1], np.r_[0.0, false] / false[-1]
    area = np.sum(np.diff(falling) * (rising[1:] + rising[:-1])) / 2
    return falling, rising, float(area)


def precision_recall_curve(positive: Array, score: Array) -> Curve | None:
    """Recall against precision; the area is the average precision, the sum of precision times the gain in recall.

    None where the positive class does not occur.
    """
    true, false = _counts(positive, score)
    if not true[-1]:
        return None
    precision, recall = true / (true + false), true / true[-1]
    area = float(np.sum(np.diff(recall, prepend=0.0) * precision))
    return recall, precision, area


def roc(positive: Sequence[Array], scores: Sequence[Array]) -> Roc | None:
    """Of one class, or the mean of several against the rest (those that occur)."""
    curves = [roc_curve(*pair) for pair in zip(positive, scores, strict=True)]
    found = _together(curves, _interpolated)
    if found is None:
        return None
    rate, true, area = found
    by_class = None if len(curves) == 1 else [None if curve is None else curve[2] for curve in curves]
    return Roc(false_positive_rate=rate, true_positive_rate=true, auc=area, auc_by_class=by_class)


def precision_recall(positive: Sequence[Array], scores: Sequence[Array]) -> PrecisionRecall | None:
    """Of one class, or the mean of several against the rest (those that occur)."""
    curves = [precision_recall_curve(*pair) for pair in zip(positive, scores, strict=True)]
    found = _together(curves, _stepped)
    if found is None:
        return None
    recall, precision, area = found
    by_class = None if len(curves) == 1 else [None if curve is None else curve[2] for curve in curves]
    return PrecisionRecall(
        recall=recall, precision=precision, average_precision=area, average_precision_by_class=by_class
    )


def calibration(happened: Array, probability: Array) -> Calibration | None:
    """How often what was given this probability was so; None where the scores are no probabilities."""
    if not len(probability) or probability.min() < 0 or probability.max() > 1:
        return None
    place = np.searchsorted(np.linspace(0, 1, INTERVALS + 1)[1:-1], probability)
    counts = np.bincount(place, minlength=INTERVALS)
    filled = counts > 0
    predicted = np.bincount(place, probability, INTERVALS)[filled] / counts[filled]
    observed = np.bincount(place, happened.astype(np.float64), INTERVALS)[filled] / counts[filled]
    return Calibration(
        predicted=predicted.tolist(), observed=observed.tolist(), counts=counts[filled].tolist()
    )


def _counts(positive: Array, score: Array) -> tuple[Array, Array]:
    """True and false positives when everything from each distinct score on counts as positive."""
    order = np.argsort(score, kind="stable")[::-1]
    sorted_scores, right = score[order], positive[order].astype(np.float64)
    last = np.r_[np.flatnonzero(np.diff(sorted_scores)), len(score) - 1]
    true = np.cumsum(right)[last]
    return true, last + 1 - true


def _together(
    curves: Sequence[Curve | None], at: Callable[[Curve, Array], Array]
) -> tuple[list[float], list[float], float] | None:
    """The mean of the curves on the x of all of them, with the mean area, thinned."""
    known = [curve for curve in curves if curve is not None]
    if not known:
        return None
    area = float(np.mean([curve[2] for curve in known]))
    if len(known) == 1:
        x, y, _ = known[0]
    else:
        x = np.unique(np.concatenate([curve[0] for curve in known]))
        if len(x) > MOST_POINTS:
            x = np.linspace(0, 1, MOST_POINTS)
        y = np.mean([at(curve, x) for curve in known], axis=0)
    kept = _bends(x, y)
    if len(kept) > MOST_POINTS:
        kept = kept[np.linspace(0, len(kept) - 1, MOST_POINTS).round().astype(int)]
    return x[kept].tolist(), y[kept].tolist(), area


def _interpolated(curve: Curve, x: Array) -> Array:
    return np.interp(x, curve[0], curve[1])


def _stepped(curve: Curve, x: Array) -> Array:
    """Precision at a recall is that of the first threshold which reaches it."""
    return curve[1][np.minimum(np.searchsorted(curve[0], x), len(curve[0]) - 1)]


def _bends(x: Array, y: Array) -> Array:
    """Places of the points that do not lie straight between their neighbours."""
    if len(x) < 3:
        return np.arange(len(x))
    turned = np.diff(x[:-1]) * np.diff(y[1:]) != np.diff(x[1:]) * np.diff(y[:-1])
    return np.flatnonzero(np.r_[True, turned, True])
