"""Sixty-odd Keras models, imported with their weights: the same outputs, gradients and training, and the way back."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import layerloom
from exchange import numbers
from exchange.architectures import ARCHITECTURES
from layers.reference import keras

every_architecture = pytest.mark.parametrize("name", ARCHITECTURES)


@pytest.fixture(autouse=True)
def _fresh_names() -> None:
    """So that a model is named alike however many were made before it."""
    keras.backend.clear_session()


def imported(name: str, folder: Path) -> tuple[Any, layerloom.Model, list[np.ndarray]]:
    model = numbers.shaken(ARCHITECTURES[name]())
    return model, layerloom.load(numbers.saved(model, folder)), numbers.batch(model)


def test_there_are_at_least_sixty() -> None:
    assert len(ARCHITECTURES) >= 60


@every_architecture
def test_outputs_are_those_of_keras(name: str, tmp_path: Path) -> None:
    model, mine, arrays = imported(name, tmp_path)

    assert mine.problems == ()
    for expected, received in zip(numbers.theirs(model, arrays), numbers.ours(mine, arrays), strict=True):
        assert received.shape == expected.shape
        np.testing.assert_allclose(received, expected, atol=1e-5, rtol=1e-5)


@every_architecture
def test_gradients_are_those_of_keras(name: str, tmp_path: Path) -> None:
    model, mine, arrays = imported(name, tmp_path)
    expected = numbers.gradients_of_theirs(model, arrays, tmp_path)

    received = numbers.gradients_of_ours(mine, arrays)

    assert received or not model.trainable_variables
    for path, gradient in received.items():
        np.testing.assert_allclose(gradient, expected[path], atol=1e-4, rtol=1e-4, err_msg=path)


@every_architecture
def test_what_goes_back_to_keras_is_what_came(name: str, tmp_path: Path) -> None:
    model, mine, arrays = imported(name, tmp_path)

    mine.save(tmp_path / "back.keras")
    back = keras.models.load_model(tmp_path / "back.keras")

    for expected, received in zip(numbers.theirs(model, arrays), numbers.theirs(back, arrays), strict=True):
        np.testing.assert_allclose(received, expected, atol=1e-6, rtol=1e-5)
    again = layerloom.load(tmp_path / "back.keras")
    assert again.document.models == mine.document.models
