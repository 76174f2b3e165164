"""Imported models train as in Keras: three epochs with each optimizer, the same history."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import layerloom
from exchange import side_by_side
from exchange.architectures import ARCHITECTURES
from layers.reference import keras

OPTIMIZERS = (
    "SGD", "RMSprop", "Adam", "AdamW", "Nadam", "Adamax", "Adagrad", "Adadelta", "Ftrl", "Lion", "Adafactor", "Lamb",
    "Muon",
)  # fmt: skip

MODELS = (
    "residual_perceptron", "headlines_with_an_auxiliary_output", "residual_pictures", "words_without_dropout",
    "ends_in_dicts", "video_question_answering",
)  # fmt: skip
"""Of every kind of input, output and layer that Keras trains without drawing random side_by_side."""


def words_without_dropout() -> Any:
    layers = keras.layers
    x = keras.Input((8,), dtype="int32")
    y = layers.Embedding(10, 6, mask_zero=True)(x)
    y = layers.Bidirectional(layers.GRU(4, return_sequences=True))(y)
    return keras.Model(x, layers.Dense(3, "softmax")(layers.LSTM(5)(y)))


def targets(model: Any, rows: int) -> list[np.ndarray]:
    random = np.random.default_rng(7)
    return [
        random.normal(size=(rows, *each.shape[1:])).astype("float32")
        for each in keras.tree.flatten(model.outputs)
    ]


CASES = [
    (each, MODELS[(place + more) % len(MODELS)]) for place, each in enumerate(OPTIMIZERS) for more in (0, 3)
]
"""Each optimizer with two models, each model with several: all pairs take minutes more and found nothing else."""


@pytest.mark.parametrize(("optimizer", "name"), CASES)
def test_three_epochs_leave_the_history_of_keras(optimizer: str, name: str, tmp_path: Path) -> None:
    keras.backend.clear_session()
    make = ARCHITECTURES.get(name, words_without_dropout)
    model = side_by_side.shaken(make())
    mine = layerloom.load(side_by_side.saved(model, tmp_path))
    arrays = side_by_side.batch(model, rows=20)
    wanted = targets(model, 20)
    settings = {"learning_rate": 0.01}

    model.compile(getattr(keras.optimizers, optimizer)(**settings), loss="mse")
    expected = model.fit(
        keras.tree.pack_sequence_as(model.input, arrays),
        keras.tree.pack_sequence_as(model.output, wanted),
        epochs=3, batch_size=8, shuffle=False, verbose=0,
    ).history  # fmt: skip
    mine.compile({"type": optimizer, "config": settings}, loss="mse")
    received = mine.fit(arrays, wanted, epochs=3, batch_size=8, shuffle=False).history

    assert len(received["loss"]) == 3
    np.testing.assert_allclose(received["loss"], expected["loss"], rtol=1e-4)
    shared = [key for key in received if key in expected]
    assert len(shared) == len(received)
    for key in shared:
        np.testing.assert_allclose(received[key], expected[key], rtol=1e-4, err_msg=key)
