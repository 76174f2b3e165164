"""TimeDistributed around layers of every kind, beside Keras; and where Keras raises, beside its layer step by step."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch

from builder import ModelBuilder, document
from layerloom.graph.build import BuiltModel, build
from layerloom.graph.infer import infer
from layerloom.graph.plan import plan
from layerloom.graph.resolve import resolve
from layers.reference import keras

Config = Mapping[str, Any]
STEPS = 4


def around(main: ModelBuilder, **models: ModelBuilder) -> BuiltModel:
    planned = plan(infer(resolve(document(main, **models))))
    assert not planned.problems, planned.problems
    return build(planned, seed=2).eval()


def one_layer(type_name: str, config: Config, shape: tuple[int, ...], dtype: str = "float32") -> ModelBuilder:
    port = (
        "sequence" if type_name in ("LSTM", "GRU", "SimpleRNN", "Bidirectional", "ConvLSTM1D") else "inputs"
    )
    main = ModelBuilder().input("x", [STEPS, *shape], dtype).layer("inner", type_name, **config)
    return main.call("each", "TimeDistributed", "x", port=port, layer="inner")


CASES: list[tuple[str, Config, tuple[int, ...]]] = [
    ("Dense", {"units": 3, "activation": "relu"}, (5,)),
    ("Dense", {"units": 3}, (2, 5)),
    ("Conv1D", {"filters": 3, "kernel_size": 2}, (6, 2)),
    ("Conv2D", {"filters": 3, "kernel_size": 3, "padding": "same", "strides": 2}, (6, 5, 2)),
    ("Conv2DTranspose", {"filters": 2, "kernel_size": 3}, (4, 4, 2)),
    ("MaxPooling2D", {}, (4, 6, 2)),
    ("GlobalAveragePooling1D", {}, (5, 3)),
    ("Flatten", {}, (4, 3)),
    ("LayerNormalization", {}, (4, 3)),
    ("BatchNormalization", {}, (4, 3)),
    ("LSTM", {"units": 3}, (5, 2)),
    ("GRU", {"units": 3, "return_sequences": True, "reset_after": False}, (5, 2)),
    ("SimpleRNN", {"units": 3, "go_backwards": True}, (5, 2)),
    ("ConvLSTM1D", {"filters": 2, "kernel_size": 3}, (3, 6, 2)),
]


@pytest.mark.parametrize(("type_name", "config", "shape"), CASES)
def test_a_layer_at_each_step(type_name: str, config: Config, shape: tuple[int, ...]) -> None:
    model = around(one_layer(type_name, config, shape).output("y", "each"))
    theirs = keras.layers.TimeDistributed(getattr(keras.layers, type_name)(**config))
    x = np.random.default_rng(0).normal(size=(3, STEPS, *shape)).astype("float32")
    theirs.build(x.shape)
    theirs.layer.set_weights(list(model.get_weights().values()))

    (received,) = model(torch.from_numpy(x))

    np.testing.assert_allclose(received.detach().numpy(), np.asarray(theirs(x)), atol=1e-5)


def test_bidirectional_at_each_step() -> None:
    main = one_layer("Bidirectional", {"layer": "lstm"}, (5, 2)).layer("lstm", "LSTM", units=3)
    model = around(main.output("y", "each"))
    theirs = keras.layers.TimeDistributed(keras.layers.Bidirectional(keras.layers.LSTM(3)))
    x = np.random.default_rng(0).normal(size=(3, STEPS, 5, 2)).astype("float32")
    theirs.build(x.shape)
    theirs.layer.set_weights(list(model.get_weights().values()))

    (received,) = model(torch.from_numpy(x))

    np.testing.assert_allclose(received.detach().numpy(), np.asarray(theirs(x)), atol=1e-5)


def test_several_outputs_where_keras_raises() -> None:
    main = one_layer("LSTM", {"units": 3, "return_state": True}, (5, 2))
    model = around(main.output("y", "each.output").output("h", "each.state_h").output("c", "each.state_c"))
    theirs = keras.layers.LSTM(3, return_state=True)
    x = np.random.default_rng(0).normal(size=(3, STEPS, 5, 2)).astype("float32")
    theirs.build((3, 5, 2))
    theirs.set_weights(list(model.get_weights().values()))

    received = dict(zip(model.output_names, model(torch.from_numpy(x)), strict=True))

    expected = [theirs(x[:, step]) for step in range(STEPS)]
    for place, name in enumerate(("y", "h", "c")):
        want = np.stack([np.asarray(each[place]) for each in expected], 1)
        np.testing.assert_allclose(received[name].detach().numpy(), want, atol=1e-5)
    with pytest.raises(Exception):  # noqa: B017, PT011  which one is Keras' matter
        keras.layers.TimeDistributed(theirs)(keras.Input((STEPS, 5, 2)))


def test_several_inputs_and_outputs_where_keras_raises() -> None:
    pair = (
        ModelBuilder()
        .input("a", [3])
        .input("b", [3])
        .call("dense", "Dense", "a", units=2)
        .call("both", "Concatenate", ["dense", "b"])
        .output("joined", "both")
        .output("narrow", "dense")
    )
    main = ModelBuilder().input("x", [STEPS, 3]).input("y", [STEPS, 3]).layer("pair", "Model", model="pair")
    main.layer("each", "TimeDistributed", layer="pair").node("each", "each", "a", "x", b="y")
    model = around(main.output("joined", "each.joined").output("narrow", "each.narrow"), pair=pair)
    a, b = keras.Input((3,)), keras.Input((3,))
    dense = keras.layers.Dense(2)
    narrow = dense(a)
    theirs = keras.Model([a, b], [keras.layers.Concatenate()([narrow, b]), narrow])
    dense.set_weights(list(model.get_weights().values()))
    x, y = np.random.default_rng(0).normal(size=(2, 3, STEPS, 3)).astype("float32")

    received = dict(zip(model.output_names, model(torch.from_numpy(x), torch.from_numpy(y)), strict=True))

    expected = [theirs([x[:, step], y[:, step]]) for step in range(STEPS)]
    for place, name in enumerate(("joined", "narrow")):
        want = np.stack([np.asarray(each[place]) for each in expected], 1)
        np.testing.assert_allclose(received[name].detach().numpy(), want, atol=1e-5)
    with pytest.raises(Exception):  # noqa: B017, PT011  which one is Keras' matter
        keras.layers.TimeDistributed(theirs)([keras.Input((STEPS, 3)), keras.Input((STEPS, 3))])
