"""Metrics against real Keras, over several batches, with sample weights and without."""

from typing import Any

import numpy as np
import pytest
import torch

from layerloom.problems import ProblemError
from layerloom.training.data import TrainingData
from layerloom.training.metrics.base import create_metric, metrics
from training.reference import keras
from training.small_models import SmallModel, rows, training
from training.test_fit_keras import assert_same, history, twin

RANDOM = np.random.default_rng(3)

Pair = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]


def yes_or_no() -> Pair:
    return RANDOM.integers(0, 2, (12, 3)).astype(np.float32), RANDOM.uniform(0, 1, (12, 3)).astype(np.float32)


def shares() -> np.ndarray[Any, Any]:
    values = RANDOM.uniform(0.01, 1, (12, 4)).astype(np.float32)
    return values / values.sum(-1, keepdims=True)


def one_hot() -> Pair:
    return np.eye(4, dtype=np.float32)[RANDOM.integers(0, 4, 12)], shares()


def sparse() -> Pair:
    return RANDOM.integers(0, 4, 12), shares()


def signs() -> Pair:
    return RANDOM.integers(0, 2, (12, 3)).astype(np.float32) * 2 - 1, normal()


def normal() -> np.ndarray[Any, Any]:
    return RANDOM.normal(size=(12, 3)).astype(np.float32)


def numbers() -> Pair:
    return normal(), normal()


def counts() -> Pair:
    many = RANDOM.integers(0, 9, (12, 3)).astype(np.float32)
    return many, RANDOM.uniform(0, 5, (12, 3)).astype(np.float32)


def classes() -> Pair:
    return RANDOM.integers(0, 4, 12), RANDOM.integers(0, 4, 12).astype(np.float32)


CASES: list[tuple[str, dict[str, Any], Any]] = [
    ("BinaryAccuracy", {}, yes_or_no),
    ("BinaryAccuracy", {"threshold": 0.3}, yes_or_no),
    ("CategoricalAccuracy", {}, one_hot),
    ("SparseCategoricalAccuracy", {}, sparse),
    ("TopKCategoricalAccuracy", {"k": 2}, one_hot),
    ("SparseTopKCategoricalAccuracy", {"k": 3}, sparse),
    ("SparseTopKCategoricalAccuracy", {"k": 1, "from_sorted_ids": True},
     lambda: (RANDOM.integers(0, 4, 12), RANDOM.integers(0, 4, (12, 3)).astype(np.float32))),
    ("Accuracy", {}, classes),
    ("BinaryCrossentropy", {"label_smoothing": 0.1}, yes_or_no),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1, "from_logits": True}, one_hot),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, sparse),
    ("SparseCategoricalCrossentropy", {"ignore_class": 2}, sparse),
    ("KLDivergence", {}, lambda: (shares(), shares())),
    ("Poisson", {}, counts),
    ("MeanSquaredError", {}, numbers),
    ("RootMeanSquaredError", {}, numbers),
    ("MeanAbsoluteError", {}, numbers),
    ("MeanAbsolutePercentageError", {}, numbers),
    ("MeanSquaredLogarithmicError", {}, counts),
    ("CosineSimilarity", {}, numbers),
    ("CosineSimilarity", {"axis": 0}, numbers),
    ("LogCoshError", {}, numbers),
    ("R2Score", {}, numbers),
    ("R2Score", {"class_aggregation": "variance_weighted_average", "num_regressors": 2}, numbers),
    ("R2Score", {"class_aggregation": None}, numbers),
    ("PearsonCorrelation", {}, numbers),
    ("PearsonCorrelation", {"axis": 0}, numbers),
    ("ConcordanceCorrelation", {}, numbers),
    ("Hinge", {}, signs),
    ("SquaredHinge", {}, signs),
    ("CategoricalHinge", {}, one_hot),
    *((kind, config, yes_or_no) for kind in ("Precision", "Recall") for config in (
        {}, {"thresholds": 0.7}, {"thresholds": [0.2, 0.9, 0.5]}, {"thresholds": [0.0, 0.5, 1.0]},
        {"class_id": 1}, {"thresholds": 0.4, "class_id": 2})),
    *((kind, config, one_hot) for kind in ("Precision", "Recall") for config in (
        {"top_k": 2}, {"top_k": 2, "class_id": 1}, {"top_k": 1, "thresholds": [0.3, 0.6]})),
    *((kind, config, yes_or_no) for kind in (
        "TruePositives", "FalsePositives", "TrueNegatives", "FalseNegatives") for config in (
        {}, {"thresholds": 0.2}, {"thresholds": [0.9, 0.1]})),
    *((kind, {name: 0.6, **config}, yes_or_no) for kind, name in (
        ("SensitivityAtSpecificity", "specificity"), ("SpecificityAtSensitivity", "sensitivity"),
        ("PrecisionAtRecall", "recall"), ("RecallAtPrecision", "precision")) for config in (
        {}, {"num_thresholds": 1}, {"num_thresholds": 30, "class_id": 1})),
    ("AUC", {}, yes_or_no),
    ("AUC", {"num_thresholds": 20}, yes_or_no),
    ("AUC", {"from_logits": True}, lambda: (yes_or_no()[0], normal() * 3)),
    ("AUC", {"thresholds": [0.8, 0.2, 0.55]}, yes_or_no),
    *(("AUC", {"curve": curve, "summation_method": method}, yes_or_no)
      for curve in ("ROC", "PR", "PRGAIN") for method in ("interpolation", "minoring", "majoring")),
    ("AUC", {"multi_label": True}, yes_or_no),
    ("AUC", {"multi_label": True, "num_labels": 3, "label_weights": [1.0, 0.5, 2.0], "curve": "PR"}, yes_or_no),
    ("AUC", {"label_weights": [1.0, 0.5, 2.0]}, yes_or_no),
    *((kind, {"average": average, "threshold": threshold}, one_hot) for kind in ("F1Score", "FBetaScore")
      for average in (None, "micro", "macro", "weighted") for threshold in (None, 0.3)),
    ("FBetaScore", {"average": "macro", "beta": 2.0}, one_hot),
    ("IoU", {"num_classes": 4, "target_class_ids": [1, 3]}, classes),
    ("IoU", {"num_classes": 4, "target_class_ids": [0], "sparse_y_pred": False}, sparse),
    ("MeanIoU", {"num_classes": 4}, classes),
    ("MeanIoU", {"num_classes": 4, "ignore_class": 2, "sparse_y_pred": False}, sparse),
    ("OneHotIoU", {"num_classes": 4, "target_class_ids": [0, 2]}, one_hot),
    ("OneHotMeanIoU", {"num_classes": 4}, one_hot),
    ("BinaryIoU", {}, yes_or_no),
    ("BinaryIoU", {"target_class_ids": [1], "threshold": 0.3}, yes_or_no),
]  # fmt: skip

UNWEIGHABLE = ("IoU", "MeanIoU", "OneHotIoU", "OneHotMeanIoU", "BinaryIoU")
"""Keras wants a weight for each number here, and cuts it to a whole one; tested apart."""


def ours_of(kind: str, config: dict[str, Any]) -> Any:
    return create_metric("exact_accuracy" if kind == "Accuracy" else kind, config, "")


def takes_fractions(kind: str, config: dict[str, Any]) -> bool:
    """Whether a weight for each row makes sense to Keras there."""
    return kind not in UNWEIGHABLE and config.get("axis") != 0 and "ignore_class" not in config


RUNS = [(*case, False) for case in CASES] + [(*case, True) for case in CASES if takes_fractions(*case[:2])]


@pytest.mark.parametrize(
    ("kind", "config", "case", "is_weighted"), RUNS, ids=lambda item: "" if callable(item) else str(item)
)
def test_a_metric_over_several_batches_equals_keras(
    kind: str, config: dict[str, Any], case: Any, is_weighted: bool
) -> None:
    metric, theirs = ours_of(kind, config), getattr(keras.metrics, kind)(**config)
    kept = metric.begin(torch.zeros(()))

    for _ in range(3):
        target, output = case()
        weight = RANDOM.uniform(0, 2, 12).astype(np.float32) if is_weighted else None
        weights = None if weight is None else torch.from_numpy(weight)
        metric.update(kept, torch.from_numpy(target), torch.from_numpy(output), weights)
        theirs.update_state(target, output, sample_weight=weight)

    expected = np.asarray(theirs.result())
    assert metric.is_several == (expected.ndim == 1)
    np.testing.assert_allclose(np.array(metric.result(kept)), expected, rtol=2e-5, atol=1e-6)


def test_whole_weights_count_in_overlaps_as_in_keras() -> None:
    metric, theirs = ours_of("BinaryIoU", {}), keras.metrics.BinaryIoU()
    kept = metric.begin(torch.zeros(()))
    target, output = yes_or_no()
    weight = RANDOM.integers(0, 3, 12)

    metric.update(kept, torch.from_numpy(target), torch.from_numpy(output), torch.from_numpy(weight).float())
    theirs.update_state(target, output, sample_weight=np.repeat(weight[:, None], 3, 1))

    assert metric.result(kept) == pytest.approx(float(theirs.result()), rel=1e-5)


def test_every_metric_of_keras_that_has_a_target_is_known() -> None:
    tested = {kind for kind, _, _ in CASES}
    classes = {name for name in dir(keras.metrics) if isinstance(getattr(keras.metrics, name), type)}

    assert classes - tested == {"Mean", "MeanMetricWrapper", "Metric", "Sum"}
    types = {ours_of(kind, config).type_name for kind, config, _ in CASES}
    assert types | {"accuracy"} == set(metrics())


@pytest.mark.parametrize("kind", sorted({kind for kind, _, _ in CASES}))
def test_a_metric_that_keras_has_saved_is_read_and_bears_its_name(kind: str) -> None:
    config = next(config for name, config, _ in CASES if name == kind)
    saved = keras.metrics.serialize(getattr(keras.metrics, kind)(**config))

    assert ours_of(kind, saved["config"]).name == saved["config"]["name"]


@pytest.mark.parametrize("name", ["Mean", "sum", "MeanMetricWrapper"])
def test_a_metric_without_a_target_is_refused_with_the_reason(name: str) -> None:
    with pytest.raises(ProblemError) as caught:
        create_metric(name, {}, "")

    assert "nothing to compare" in caught.value.problems[0].message


def test_a_metric_that_needs_a_setting_says_so() -> None:
    with pytest.raises(ProblemError) as caught:
        create_metric("PrecisionAtRecall", {}, "metrics.0")

    problem = caught.value.problems[0]
    assert (problem.code, problem.field) == ("config.invalid", "metrics.0.config.recall")
    assert "needs the config field `recall`" in problem.message


def test_weighted_metrics_and_families_of_numbers_are_named_as_in_keras() -> None:
    features, weight = rows(20), np.linspace(0, 2, 20).astype(np.float32)
    target = (features[:, :2] > 0).astype(np.float32)
    model = SmallModel(outputs=(("main", 2, "sigmoid"),))
    theirs = twin(model)
    theirs.compile(
        "rmsprop",
        loss="binary_crossentropy",
        metrics=["mae", keras.metrics.Precision(name="exact")],
        weighted_metrics=["mae", "mse", keras.metrics.AUC(name="area")],
    )
    outputs = {
        "main": {
            "loss": "bce",
            "metrics": ["mae", {"type": "Precision", "config": {"name": "exact"}}],
            "weighted_metrics": ["mae", "mse", {"type": "AUC", "config": {"name": "area"}}],
        }
    }
    data = TrainingData({"features": features}, {"main": target}, sample_weight={"main": weight})

    expected = theirs.fit(
        features, target, sample_weight=weight, epochs=3, batch_size=8, shuffle=False, verbose=0
    ).history
    found = history(model, data, training(outputs, shuffle=False))

    assert {"mae", "weighted_mae", "mse", "exact", "area", "loss"} == set(found)
    assert_same(found, expected)


def test_several_numbers_of_one_metric_are_curves_of_their_own() -> None:
    features = rows(20)
    target = (features[:, :2] > 0).astype(np.float32)
    outputs = {
        "main": {
            "loss": "bce",
            "metrics": ["f1_score", {"type": "Recall", "config": {"thresholds": [0.2, 0.8]}}],
        }
    }
    callback = {"type": "EarlyStopping", "config": {"monitor": "f1_score_1", "patience": 30}}

    data = TrainingData({"features": features}, {"main": target})
    found = history(
        SmallModel(outputs=(("main", 2, "sigmoid"),)), data, training(outputs, callbacks=[callback])
    )

    assert set(found) == {"loss", "f1_score_0", "f1_score_1", "recall_0", "recall_1"}


@pytest.mark.parametrize(
    ("target", "output", "expected"),
    [((9, 1), (9, 1), "binary_accuracy"), ((9,), (9, 5), "sparse_categorical_accuracy"),
     ((9, 5), (9, 5), "categorical_accuracy"), ((9,), (9, 1), "binary_accuracy")],
)  # fmt: skip
def test_accuracy_fits_itself_to_the_shapes(
    target: tuple[int, ...], output: tuple[int, ...], expected: str
) -> None:
    assert create_metric("acc", {}, "").fitting(target, output).type_name == expected


def test_masked_steps_do_not_count_in_metrics() -> None:
    metric = create_metric("mae", {}, "")
    kept = metric.begin(torch.zeros(()))
    target, output = torch.zeros(2, 3, 1), torch.tensor([[1.0, 2.0, 90.0], [3.0, 80.0, 70.0]]).unsqueeze(-1)

    metric.update(kept, target, output, torch.tensor([[True, True, False], [True, False, False]]))

    assert metric.result(kept) == pytest.approx(2.0)
