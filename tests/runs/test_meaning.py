"""What an output's numbers mean: names of classes, and the unit of its column."""

from typing import Any

import numpy as np
import pytest

from layerloom.data.encoding import EncoderState
from layerloom.runs.meaning import meaning
from layerloom.tensors import TensorSpec
from layerloom.training.losses.base import create_loss


def encoder(**column: Any) -> EncoderState:
    return EncoderState.model_validate({"columns": [{"column": "c", **column}]})


def of(units: int, loss: str, state: EncoderState | None, **config: Any) -> Any:
    return meaning(TensorSpec((None, units)), create_loss(loss, config, "loss"), state)


def test_classes_are_called_by_their_names() -> None:
    found = of(
        3, "sparse_categorical_crossentropy", encoder(form="index", classes=("a", "b"), holds_codes=True)
    )

    assert found.labels == ["a", "b", "2"], "a place without a class is called by its number"
    assert found.decoded(np.array([[0.1, 0.7, 0.2], [0.1, 0.2, 0.7]])) == ["b", 2]


def test_classes_of_every_step_are_named() -> None:
    found = of(2, "categorical_crossentropy", encoder(form="one-hot", classes=("no", "yes")))

    assert found.decoded(np.array([[[0.9, 0.1], [0.2, 0.8]]])) == [["no", "yes"]]


@pytest.mark.parametrize(("is_logit", "values"), [(False, [[0.4], [0.6]]), (True, [[-1.0], [1.0]])])
def test_yes_or_no_is_decided_at_one_half(is_logit: bool, values: list[list[float]]) -> None:
    state = encoder(form="index", classes=("even", "odd"), holds_codes=True)
    found = of(1, "binary_crossentropy", state, from_logits=is_logit)

    assert (found.kind, found.labels) == ("binary", ["even", "odd"])
    assert found.decoded(np.array(values)) == ["even", "odd"]
    if is_logit:
        np.testing.assert_allclose(found.probabilities(np.array(values)), 1 / (1 + np.exp(-np.array(values))))


def test_logits_of_classes_become_probabilities() -> None:
    found = of(3, "categorical_crossentropy", None, from_logits=True)
    given = found.probabilities(np.array([[1000.0, 1000.0, 0.0]]))

    np.testing.assert_allclose(given, [[0.5, 0.5, 0.0]])


def test_numbers_come_back_in_the_columns_unit() -> None:
    found = of(1, "mse", encoder(form="standardize", shift=(100.0,), scale=(20.0,)))

    assert found.kind == "number"
    assert found.decoded(np.array([[0.0], [1.5], [np.nan]])) == [100.0, 130.0, None]
    assert found.labels is None


def test_a_sigmoid_for_each_class_still_means_classes() -> None:
    found = of(3, "binary_crossentropy", encoder(form="one-hot", classes=("a", "b", "c"), holds_codes=True))

    assert (found.kind, found.labels) == ("classes", ["a", "b", "c"])
    assert found.decoded(np.array([[0.1, 0.3, 0.2]])) == ["b"]
