"""Recurrent models of Keras in their files: read, they give Keras' outputs; written again, so does Keras."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import layerloom
from exchange.models import keras

layers = keras.layers


def chained(*parts: Callable[[Any], Any], shape: tuple[int | None, ...] = (6, 4), **more: Any) -> Any:
    x = first = keras.Input(shape, **more)
    for part in parts:
        x = part(x)
    return keras.Model(first, x)


def with_states() -> Any:
    first, second = keras.Input((6, 4), name="first"), keras.Input((5, 4), name="second")
    encoder = layers.Bidirectional(layers.LSTM(3, return_state=True), merge_mode="sum")
    _, *states = encoder(first)
    decoder = layers.Bidirectional(layers.LSTM(3, return_sequences=True), merge_mode=None)
    return keras.Model([first, second], list(decoder(second, initial_state=states)))


def with_stacked_states() -> Any:
    x = keras.Input((6, 4))
    cells = [layers.LSTMCell(3), layers.GRUCell(5), layers.LSTMCell(2)]
    return keras.Model(x, keras.tree.flatten(layers.RNN(cells, return_state=True, return_sequences=True)(x)))


def lasting() -> Any:
    x = keras.Input(batch_shape=(3, 6, 4))
    return keras.Model(x, layers.Bidirectional(layers.LSTM(3, stateful=True))(x))


def with_named_mask() -> Any:
    x, mask = keras.Input((6, 4), name="x"), keras.Input((6,), name="mask", dtype="bool")
    y = layers.Bidirectional(layers.GRU(3, return_sequences=True))(x, mask=mask)
    return keras.Model([x, mask], layers.LSTM(4)(y, mask=mask))


MODELS: dict[str, Callable[[], Any]] = {
    **{
        f"bidirectional {mode}": lambda mode=mode: chained(
            layers.Bidirectional(layers.LSTM(3, return_sequences=True), merge_mode=mode)
        )
        for mode in ("concat", "sum", "mul", "ave", None)
    },
    "a backward layer": lambda: chained(
        layers.Bidirectional(layers.GRU(3), backward_layer=layers.SimpleRNN(3, go_backwards=True))
    ),
    "masked": lambda: chained(
        layers.Masking(), layers.Bidirectional(layers.LSTM(3, return_sequences=True)), layers.GRU(4)
    ),
    "cell": lambda: chained(layers.RNN(layers.GRUCell(3, reset_after=False), go_backwards=True)),
    "bidirectional of a stack": lambda: chained(
        layers.Bidirectional(
            layers.RNN(layers.StackedRNNCells([layers.LSTMCell(3), layers.SimpleRNNCell(2)]))
        )
    ),
    "each step": lambda: chained(
        layers.TimeDistributed(layers.Bidirectional(layers.LSTM(3))), shape=(3, 6, 4)
    ),
    "films": lambda: chained(
        layers.ConvLSTM2D(3, 3, padding="same", return_sequences=True),
        layers.Bidirectional(layers.ConvLSTM2D(2, 2)),
        shape=(4, 6, 5, 2),
    ),
    "rows and volumes": lambda: chained(
        layers.ConvLSTM3D(3, 2, data_format="channels_first"), shape=(3, 2, 4, 4, 3)
    ),
    "spectral": lambda: chained(
        layers.SpectralNormalization(layers.Conv1D(3, 2), power_iterations=2),
        layers.SpectralNormalization(layers.Dense(2, use_bias=False)),
    ),
    "states": with_states,
    "stacked states": with_stacked_states,
    "named mask": with_named_mask,
    "stateful": lasting,
}


def arrays(model: Any) -> list[Any]:
    random = np.random.default_rng(4)
    found = []
    for each in model.inputs:
        values = random.normal(size=(3, *each.shape[1:])).astype(np.float32)
        if len(each.shape) == 3:
            values[0, 2:4] = 0
        found.append(values > -0.5 if each.dtype == "bool" else values)
    return found


@pytest.mark.parametrize("name", MODELS)
def test_a_recurrent_model_goes_in_and_out_with_its_weights(name: str, tmp_path: Path) -> None:
    keras.utils.set_random_seed(3)
    model = MODELS[name]()
    for each in model.weights:
        each.assign(each + np.random.default_rng(1).normal(size=each.shape) * 0.2)
    model.save(tmp_path / "theirs.keras")
    x = arrays(model)
    expected = keras.tree.flatten(model(x if len(x) > 1 else x[0]))

    ours = layerloom.load(str(tmp_path / "theirs.keras"))
    received = ours.predict(dict(zip(ours.inputs, x, strict=True)))
    ours.save(str(tmp_path / "ours.keras"))
    again = keras.saving.load_model(tmp_path / "ours.keras")
    back = keras.tree.flatten(again(x if len(x) > 1 else x[0]))

    for want, have, last in zip(expected, received.values(), back, strict=True):
        np.testing.assert_allclose(have, np.asarray(want), atol=1e-5)
        np.testing.assert_allclose(np.asarray(last), np.asarray(want), atol=1e-5)
