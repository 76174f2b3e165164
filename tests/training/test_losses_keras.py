"""Losses and metrics against real Keras."""

from typing import Any

import numpy as np
import pytest
import torch

from layerloom.training.losses.base import Loss, create_loss, losses
from layerloom.training.metrics.base import create_metric, metrics
from training.reference import keras

RANDOM = np.random.default_rng(3)


def probabilities(*shape: int) -> np.ndarray[Any, Any]:
    values = RANDOM.uniform(0, 1, shape).astype(np.float32)
    values.reshape(-1)[:3] = (0.0, 1.0, 1e-9)  # where clipping shows
    return values


def distributions(*shape: int) -> np.ndarray[Any, Any]:
    values = RANDOM.uniform(0.01, 1, shape).astype(np.float32)
    return values / values.sum(-1, keepdims=True)


def one_hot(rows: int, classes: int) -> np.ndarray[Any, Any]:
    return np.eye(classes, dtype=np.float32)[RANDOM.integers(0, classes, rows)]


def normal(*shape: int) -> np.ndarray[Any, Any]:
    return RANDOM.normal(size=shape).astype(np.float32)


def cases_for(kind: str) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Target and output that this loss is meant for."""
    if kind.startswith("binary"):
        return RANDOM.integers(0, 2, (9, 3)).astype(np.float32), probabilities(9, 3)
    if kind.startswith("sparse"):
        return RANDOM.integers(0, 5, 9), distributions(9, 5) * 1.5
    if kind.startswith("categorical_hinge"):
        return one_hot(9, 5), normal(9, 5)
    if kind.startswith("categorical"):
        return one_hot(9, 5), distributions(9, 5) * 1.5
    if kind == "kl_divergence":
        return distributions(9, 5), distributions(9, 5)
    if "hinge" in kind:
        return RANDOM.integers(0, 2, (9, 3)).astype(np.float32), normal(9, 3)
    if kind in ("poisson", "mean_squared_logarithmic_error"):
        return RANDOM.integers(0, 9, (9, 3)).astype(np.float32), RANDOM.uniform(0, 5, (9, 3)).astype(
            np.float32
        )
    return normal(9, 3), normal(9, 3)


def ours(loss: Loss, target: Any, output: Any, mask: Any = None, weight: Any = None) -> float:
    tensors = [None if item is None else torch.from_numpy(np.asarray(item)) for item in (mask, weight)]
    return float(loss.measure(torch.from_numpy(target), torch.from_numpy(output), *tensors))


CONFIGS = [
    *((kind, {}) for kind in losses()),
    ("binary_crossentropy", {"label_smoothing": 0.2}),
    ("binary_focal_crossentropy", {"apply_class_balancing": True, "gamma": 1.5, "label_smoothing": 0.1}),
    ("categorical_crossentropy", {"label_smoothing": 0.2}),
    ("categorical_focal_crossentropy", {"gamma": 1.0, "alpha": 0.5}),
    ("sparse_categorical_crossentropy", {"ignore_class": 2}),
    ("huber", {"delta": 0.3}),
    ("mean_squared_error", {"reduction": "sum"}),
    ("mean_absolute_error", {"reduction": "mean_with_sample_weight"}),
]


@pytest.mark.parametrize(("kind", "config"), CONFIGS, ids=lambda item: str(item))
def test_a_loss_equals_keras(kind: str, config: dict[str, Any]) -> None:
    target, output = cases_for(kind)
    theirs = keras.losses.get({"class_name": keras_class(kind), "config": config})

    expected = float(theirs(target, output))

    assert ours(create_loss(kind, config, ""), target, output) == pytest.approx(expected, rel=1e-6, abs=1e-7)


@pytest.mark.parametrize(
    "kind", ["binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"]
)
def test_logits_are_judged_as_by_keras(kind: str) -> None:
    target, output = cases_for(kind)
    logits = normal(*output.shape) * 5
    theirs = keras.losses.get({"class_name": keras_class(kind), "config": {"from_logits": True}})

    found = ours(create_loss(kind, {"from_logits": True}, ""), target, logits)

    assert found == pytest.approx(float(theirs(target, logits)), rel=1e-6)


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "mean", "sum", "mean_with_sample_weight"])
@pytest.mark.parametrize("with_mask", [False, True])
@pytest.mark.parametrize("with_weight", [False, True])
def test_masks_and_weights_count_as_in_keras(reduction: str, with_mask: bool, with_weight: bool) -> None:
    target, output = normal(4, 5, 3), normal(4, 5, 3)
    mask = RANDOM.integers(0, 2, (4, 5)).astype(bool) if with_mask else None
    weight = RANDOM.uniform(0, 2, (4, 5)).astype(np.float32) if with_weight else None
    theirs = keras.losses.MeanSquaredError(reduction=reduction)

    expected = float(
        keras.src.losses.loss.reduce_weighted_values(
            theirs.call(target, output), sample_weight=weight, mask=mask, reduction=reduction
        )
    )

    found = ours(create_loss("mse", {"reduction": reduction}, ""), target, output, mask, weight)
    assert found == pytest.approx(expected, rel=1e-6)


def test_a_batch_that_is_masked_everywhere_loses_nothing() -> None:
    target, output = normal(4, 5, 3), normal(4, 5, 3)

    assert ours(create_loss("mse", {}, ""), target, output, np.zeros((4, 5), dtype=bool)) == 0.0


def test_probabilities_of_zero_and_one_cost_at_most_what_clipping_allows() -> None:
    target = np.array([[1.0], [0.0]], dtype=np.float32)
    output = np.array([[0.0], [1.0]], dtype=np.float32)

    found = ours(create_loss("bce", {}, ""), target, output)

    assert found == pytest.approx(float(keras.losses.binary_crossentropy(target, output).mean()), rel=1e-6)


def test_a_loss_of_nan_is_nan_and_no_crash() -> None:
    output = np.full((4, 3), np.nan, dtype=np.float32)

    for kind in losses():
        target = (
            np.zeros(4, dtype=np.int64) if kind.startswith("sparse") else np.zeros((4, 3), dtype=np.float32)
        )
        assert np.isnan(ours(create_loss(kind, {}, ""), target, output)), kind


METRICS = [
    *((kind, {}) for kind in metrics() if kind not in ("accuracy", "hinge")),
    ("binary_accuracy", {"threshold": 0.3}),
    ("top_k_categorical_accuracy", {"k": 2}),
    ("sparse_top_k_categorical_accuracy", {"k": 3}),
    ("precision", {"thresholds": 0.7}),
    ("recall", {"thresholds": 0.2}),
    ("auc", {"num_thresholds": 20}),
]


@pytest.mark.parametrize(("kind", "config"), METRICS, ids=lambda item: str(item))
def test_a_metric_over_several_batches_equals_keras(kind: str, config: dict[str, Any]) -> None:
    metric = create_metric(kind, config, "")
    theirs = keras.metrics.get({"class_name": keras_class(kind, of="metrics"), "config": config})
    kept = metric.begin(torch.zeros(()))
    as_case = {
        "top_k_categorical_accuracy": "categorical_crossentropy",
        "categorical_accuracy": "categorical_crossentropy",
        "precision": "binary",
        "recall": "binary",
        "auc": "binary",
    }.get(kind, kind)

    for _ in range(3):
        target, output = cases_for(as_case)
        metric.update(kept, torch.from_numpy(target), torch.from_numpy(output), None)
        theirs.update_state(target, output)

    assert metric.result(kept) == pytest.approx(float(theirs.result()), rel=1e-5, abs=1e-6)


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


def test_the_usual_short_names_are_known() -> None:
    names = {"mse": "mean_squared_error", "MAE": "mean_absolute_error", "bce": "binary_crossentropy",
             "MeanSquaredError": "mean_squared_error", "KLDivergence": "kl_divergence",
             "SparseCategoricalCrossentropy": "sparse_categorical_crossentropy"}  # fmt: skip

    assert {name: create_loss(name, {}, "").type_name for name in names} == names


def keras_class(kind: str, of: str = "losses") -> str:
    """Keras' class name of one of our types."""
    module = getattr(keras, of)
    wanted = kind.replace("_", "")
    return next(
        name for name in dir(module) if name.lower() == wanted and isinstance(getattr(module, name), type)
    )
