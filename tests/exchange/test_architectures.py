"""Sixty-odd Keras models, imported with their weights: the same outputs and gradients, and the way back."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import layerloom
from exchange import side_by_side
from exchange.architectures import ARCHITECTURES
from layers.reference import keras


@dataclass
class Case:
    """A Keras model, ours from its file, and a batch for both."""

    theirs: Any  # a keras.Model
    mine: layerloom.Model
    arrays: list[np.ndarray]
    folder: Path


@pytest.fixture(scope="module", params=ARCHITECTURES)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    keras.backend.clear_session()  # so that a model is named alike however many were made before it
    folder = tmp_path_factory.mktemp(request.param)
    model = side_by_side.shaken(ARCHITECTURES[request.param]())
    return Case(model, layerloom.load(side_by_side.saved(model, folder)), side_by_side.batch(model), folder)


def test_there_are_at_least_sixty() -> None:
    assert len(ARCHITECTURES) >= 60


def test_outputs_are_those_of_keras(case: Case) -> None:
    assert {problem.code for problem in case.mine.problems} <= {"weights.shared"}  # Keras' file has them once

    received = side_by_side.ours(case.mine, case.arrays)

    for expected, each in zip(side_by_side.theirs(case.theirs, case.arrays), received, strict=True):
        assert each.shape == expected.shape
        np.testing.assert_allclose(each, expected, atol=1e-5, rtol=1e-5)


def test_gradients_are_those_of_keras(case: Case) -> None:
    expected = side_by_side.gradients_of_theirs(case.theirs, case.arrays, case.folder)

    received = side_by_side.gradients_of_ours(case.mine, case.arrays)
    if (
        case.mine.problems
    ):  # one layer of Keras is two here, and the file gives both the gradient that Keras has
        sums = _summed(received)
        expected = {path: expected[path] for path in received}
        received = {path: sums["/".join(path.split("/")[-3:])] for path in received}

    assert received or not case.theirs.trainable_variables
    for path, gradient in received.items():
        np.testing.assert_allclose(gradient, expected[path], atol=1e-4, rtol=1e-4, err_msg=path)


def test_what_goes_back_to_keras_is_what_came(case: Case) -> None:
    case.mine.save(case.folder / "back.keras")

    back = keras.models.load_model(case.folder / "back.keras")

    assert architecture(back) == architecture(case.theirs)
    pairs = zip(
        side_by_side.theirs(case.theirs, case.arrays), side_by_side.theirs(back, case.arrays), strict=True
    )
    for expected, received in pairs:
        np.testing.assert_allclose(received, expected, atol=1e-6, rtol=1e-5)
    assert layerloom.load(case.folder / "back.keras").document.models == case.mine.document.models


def _summed(gradients: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """By the last parts of a path (`inner/dense/kernel`): those of one name are copies of one layer."""
    sums: dict[str, np.ndarray] = {}
    for path, gradient in gradients.items():
        name = "/".join(path.split("/")[-3:])
        sums[name] = sums.get(name, 0.0) + gradient
    return sums


def architecture(model: Any) -> Any:  # Any: JSON
    """What Keras writes of a model, without what an empty default of a call adds."""
    saved = json.loads(model.to_json())
    return _without(saved["config"], {"training"})


def _without(part: Any, keys: set[str]) -> Any:
    if isinstance(part, dict):
        return {key: _without(value, keys) for key, value in part.items() if key not in keys}
    return [_without(each, keys) for each in part] if isinstance(part, list) else part
