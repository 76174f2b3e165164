"""Reports against scikit-learn: confusion, curves and their areas, calibration; worst samples and units."""

from typing import Any

import numpy as np
import pytest
from sklearn import metrics
from sklearn.calibration import calibration_curve

from layerloom.training.reports import curves
from layerloom.training.reports.making import Judged, report_output

RANDOM = np.random.default_rng(5)
ROWS = 3000


def judged(kind: Any, predicted: Any, target: Any, **more: Any) -> Judged:
    losses = more.pop("losses", np.arange(len(predicted), dtype=np.float64))
    return Judged(kind, predicted, target, losses, np.arange(len(predicted)), **more)


def scores(ties: bool) -> tuple[Any, Any]:
    target = RANDOM.integers(0, 2, ROWS)
    score = np.clip(0.35 * target + RANDOM.random(ROWS) * 0.65, 0, 1)
    return target, np.round(score, 2) if ties else score


@pytest.mark.parametrize("ties", [False, True])
def test_two_classes_are_as_scikit_learn_has_them(ties: bool) -> None:
    target, score = scores(ties)
    report = report_output(judged("binary", score[:, None], target[:, None].astype(np.float32)))

    assert report.confusion == metrics.confusion_matrix(target, score > 0.5).tolist()
    assert report.roc is not None
    assert report.roc.auc == pytest.approx(metrics.roc_auc_score(target, score), abs=1e-12)
    assert report.precision_recall is not None
    expected = metrics.average_precision_score(target, score)
    assert report.precision_recall.average_precision == pytest.approx(expected, abs=1e-12)
    observed, predicted = calibration_curve(target, score, n_bins=10)
    assert report.calibration is not None
    assert report.calibration.observed == pytest.approx(observed)
    assert report.calibration.predicted == pytest.approx(predicted)
    assert sum(report.calibration.counts) == ROWS


def test_every_point_of_a_curve_is_one_of_scikit_learns() -> None:
    target, score = scores(ties=True)
    roc = curves.roc([target == 1], [score])
    assert roc is not None
    false, true, _ = metrics.roc_curve(target, score, drop_intermediate=False)

    points = set(zip(roc.false_positive_rate, roc.true_positive_rate, strict=True))
    assert points <= set(zip(false.tolist(), true.tolist(), strict=True))
    assert {(0.0, 0.0), (1.0, 1.0)} <= points
    again = metrics.auc(roc.false_positive_rate, roc.true_positive_rate)
    assert again == pytest.approx(roc.auc), "what is left out lies straight between its neighbours"


def test_many_points_are_thinned_but_the_areas_are_those_of_all() -> None:
    target = RANDOM.integers(0, 2, 20_000)
    score = 0.2 * target + RANDOM.random(20_000)
    roc, both = curves.roc([target == 1], [score]), curves.precision_recall([target == 1], [score])

    assert roc is not None
    assert both is not None
    assert len(roc.false_positive_rate) <= curves.MOST_POINTS
    assert len(both.recall) <= curves.MOST_POINTS
    assert roc.auc == pytest.approx(metrics.roc_auc_score(target, score))
    assert both.average_precision == pytest.approx(metrics.average_precision_score(target, score))


def test_several_classes_are_as_scikit_learn_has_them() -> None:
    target = RANDOM.integers(0, 4, ROWS)
    score = RANDOM.random((ROWS, 4)) + 0.6 * np.eye(4)[target]
    score /= score.sum(axis=1, keepdims=True)
    report = report_output(judged("classes", score, target, labels=["a", "b", "c", "d"]))

    assert report.confusion == metrics.confusion_matrix(target, score.argmax(1)).tolist()
    assert report.roc is not None
    each = metrics.roc_auc_score(target, score, multi_class="ovr", average=None)
    assert report.roc.auc_by_class == pytest.approx(each)
    assert report.roc.auc == pytest.approx(each.mean())
    assert report.precision_recall is not None
    each = metrics.average_precision_score(np.eye(4)[target], score, average=None)
    assert report.precision_recall.average_precision_by_class == pytest.approx(each)
    assert report.labels == ["a", "b", "c", "d"]
    assert report.worst[0].row == ROWS - 1
    assert report.worst[0].target == "abcd"[target[-1]]
    assert report.worst[0].predicted == "abcd"[score[-1].argmax()]


def test_a_class_that_does_not_occur_has_no_curve_and_takes_no_part_in_the_mean() -> None:
    target, score = RANDOM.integers(0, 2, 100), RANDOM.random((100, 3))
    report = report_output(judged("classes", score, target))

    assert report.roc is not None
    assert report.roc.auc_by_class is not None
    assert report.roc.auc_by_class[2] is None
    assert report.roc.auc == pytest.approx(np.mean(report.roc.auc_by_class[:2]))
    alone = report_output(judged("binary", score[:, :1], np.ones((100, 1))))
    assert alone.roc is None
    assert alone.precision_recall is not None


def test_numbers_have_residuals_in_the_columns_unit() -> None:
    predicted, target = RANDOM.normal(size=(2, 500, 1))
    report = report_output(judged("number", predicted, target, in_units=lambda numbers: numbers * 10 + 3))

    assert report.residuals is not None
    assert report.residuals.mean == pytest.approx(10 * (predicted - target).mean())
    assert report.residuals.deviation == pytest.approx(10 * (predicted - target).std())
    assert sum(report.residuals.counts) == 500
    assert len(report.residuals.edges) == len(report.residuals.counts) + 1
    assert report.predicted_against_target is not None
    np.testing.assert_allclose(
        report.predicted_against_target, np.c_[predicted * 10 + 3, target * 10 + 3], atol=1e-9
    )
    assert report.worst[0].target == pytest.approx(float(target[-1, 0]) * 10 + 3)
    assert report.confusion is None


def test_masked_steps_and_numbers_that_are_not_finite_do_not_count() -> None:
    target = np.array([[0, 1, 0], [1, 1, 0]])
    score = np.eye(2)[target].astype(np.float64)
    score[0, 0] = np.nan
    mask = np.array([[True, True, False], [True, True, False]])
    losses = np.array([np.nan, 0.1])
    report = report_output(judged("classes", score, target, counts=mask, losses=losses))

    assert report.confusion == [[0, 0], [0, 3]]
    assert [(sample.row, sample.loss) for sample in report.worst] == [(0, None), (1, 0.1)]


def test_what_has_no_row_or_no_kind_has_only_its_worst() -> None:
    nothing = report_output(judged("binary", np.full((2, 1), np.nan), np.ones((2, 1))))
    other = report_output(judged("other", np.zeros((3, 5000)), np.zeros((3, 2))))

    assert (nothing.roc, nothing.confusion, len(nothing.worst)) == (None, None, 2)
    assert nothing.worst[0].predicted is None
    assert other.worst[0].predicted is None, "too large to look at"
    assert other.worst[0].target == [0.0, 0.0]
