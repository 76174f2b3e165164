"""Losses of single samples: their mean is the loss of all, with masks and without."""

from typing import Any

import numpy as np
import pytest

from builder import ModelBuilder, document
from layerloom.graph.build import BuiltModel, build
from layerloom.graph.infer import infer
from layerloom.graph.plan import plan
from layerloom.graph.resolve import resolve
from layerloom.training.data import TrainingData
from layerloom.training.evaluation import evaluate
from layerloom.training.judging import judge

RANDOM = np.random.default_rng(4)
ROWS = 37
"""Not a multiple of the batch size."""


def made(main: ModelBuilder, outputs: dict[str, Any]) -> tuple[BuiltModel, Any]:
    training = {"model": "main", "outputs": outputs, "fit": {"batch_size": 8}}
    source = document(main, training)
    return build(plan(infer(resolve(source))), 3), source.training


@pytest.mark.parametrize("loss", ["mse", "mae", "huber", "log_cosh", "binary_crossentropy"])
def test_the_mean_of_the_samples_is_the_loss_of_all(loss: str) -> None:
    main = (
        ModelBuilder()
        .input("x", [4])
        .call("hidden", "Dense", "x", units=3, activation="sigmoid")
        .output("y", "hidden")
    )
    model, training = made(main, {"y": {"loss": loss}})
    x, y = RANDOM.random((ROWS, 4), np.float32), RANDOM.integers(0, 2, (ROWS, 3)).astype(np.float32)
    data = TrainingData({"x": x}, {"y": y})
    found = judge(model, data, training)["y"]

    assert found.losses.shape == (ROWS,)
    assert found.losses.mean() == pytest.approx(evaluate(model, data, training)["loss"], rel=1e-5)
    np.testing.assert_array_equal(found.target, y)
    alone = TrainingData({"x": x[5:6]}, {"y": y[5:6]})
    assert found.losses[5] == pytest.approx(evaluate(model, alone, training)["loss"], rel=1e-5)


def test_masked_steps_do_not_count_in_a_samples_loss() -> None:
    main = (
        ModelBuilder()
        .input("ids", [6], dtype="int32")
        .call("embed", "Embedding", "ids", input_dim=9, output_dim=4, mask_zero=True)
        .call("steps", "LSTM", "embed", "sequence", units=3, return_sequences=True)
        .call("which", "Dense", "steps", units=5, activation="softmax")
        .output("tag", "which")
    )
    model, training = made(main, {"tag": {"loss": "sparse_categorical_crossentropy"}})
    ids = RANDOM.integers(1, 9, (ROWS, 6))
    ids[np.arange(6) >= RANDOM.integers(1, 7, ROWS)[:, None]] = 0
    tags = RANDOM.integers(0, 5, (ROWS, 6))
    found = judge(model, TrainingData({"ids": ids}, {"tag": tags}), training)["tag"]
    chosen = np.take_along_axis(found.predicted, tags[..., None], 2)[..., 0]
    counts = ids != 0

    assert found.mask is not None
    np.testing.assert_array_equal(found.mask, counts)
    expected = (-np.log(chosen) * counts).sum(1) / counts.sum(1)
    np.testing.assert_allclose(found.losses, expected, rtol=1e-4)


def test_an_output_without_a_loss_is_not_judged_and_the_model_stays_in_its_mode() -> None:
    main = ModelBuilder().input("x", [2]).call("line", "Dense", "x", units=1)
    main = main.output("y", "line").output("seen", "x")
    model, training = made(main, {"y": {"loss": "mse"}, "seen": {"metrics": ["mae"]}})
    model.train()
    x = RANDOM.random((5, 2), np.float32)
    found = judge(model, TrainingData({"x": x}, {"y": x[:, :1], "seen": x}), training)

    assert set(found) == {"y"}
    assert model.training
