"""Keras' policy mixed_bfloat16: specs and numbers beside real Keras; layers of both policies in one model."""

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

MIXED = "mixed_bfloat16"
CLOSE = {"rtol": 0.03, "atol": 0.03}
"""bfloat16 keeps eight bits."""


def built(main: ModelBuilder, **models: ModelBuilder) -> BuiltModel:
    return build(plan(infer(resolve(document(main, **models)))), seed=3)


def picture_model(policy: str) -> ModelBuilder:
    return (
        ModelBuilder()
        .input("x", [8, 8, 2])
        .call("conv", "Conv2D", "x", filters=4, kernel_size=3, activation="relu", dtype=policy)
        .call("norm", "BatchNormalization", "conv", dtype=policy)
        .call("flat", "Flatten", "norm", dtype=policy)
        .call("out", "Dense", "flat", units=3, activation="softmax", dtype="float32")
        .output("y", "out")
    )


def the_same_in_keras(model: BuiltModel) -> Any:
    layers = keras.layers
    x = keras.Input((8, 8, 2))
    y = layers.Conv2D(4, 3, activation="relu", dtype=MIXED, name="conv")(x)
    y = layers.Flatten(dtype=MIXED)(layers.BatchNormalization(dtype=MIXED, name="norm")(y))
    theirs = keras.Model(x, layers.Dense(3, activation="softmax", dtype="float32", name="out")(y))
    weights = model.get_weights()
    for name in ("conv", "norm", "out"):
        layer = theirs.get_layer(name)
        layer.set_weights([weights[f"{name}/{each.path.split('/')[-1]}"] for each in layer.weights])
    return theirs


def test_specs_say_which_type_each_layer_gives() -> None:
    specs = infer(resolve(document(picture_model(MIXED)))).models["main"].nodes

    assert [specs[name]["output"].dtype for name in ("x", "conv", "norm", "flat", "out")] == [
        "float32", "bfloat16", "bfloat16", "bfloat16", "float32",
    ]  # fmt: skip


def test_outputs_are_those_of_keras_and_weights_stay_float32() -> None:
    model = built(picture_model(MIXED))
    x = np.random.default_rng(0).normal(size=(16, 8, 8, 2)).astype("float32")

    (received,) = model.eval()(torch.from_numpy(x))

    assert {weight.dtype for _, weight, _ in model.weights()} == {torch.float32}
    np.testing.assert_allclose(
        received.detach().numpy(), np.asarray(the_same_in_keras(model)(x)).astype("float32"), **CLOSE
    )
    assert not np.allclose(
        received.detach().numpy(),
        built(picture_model("float32")).eval()(torch.from_numpy(x))[0].detach(),
        atol=1e-7,
    )


def test_gradients_and_moving_statistics_are_those_of_keras() -> None:
    model = built(picture_model(MIXED))
    theirs = the_same_in_keras(model)
    random = np.random.default_rng(1)
    x, y = random.normal(size=(64, 8, 8, 2)).astype("float32"), random.integers(0, 3, 64)
    theirs.compile(optimizer=keras.optimizers.SGD(0.1), loss="sparse_categorical_crossentropy")
    theirs.fit(x, y, batch_size=64, epochs=1, shuffle=False, verbose=0)

    (outputs,) = model.train()(torch.from_numpy(x))
    torch.nn.functional.nll_loss(outputs.log(), torch.from_numpy(y)).backward()
    with torch.no_grad():
        for weight in model.parameters():
            weight -= 0.1 * weight.grad

    for name in ("conv", "norm", "out"):
        for each in theirs.get_layer(name).weights:
            mine = model.get_weights()[f"{name}/{each.path.split('/')[-1]}"]
            np.testing.assert_allclose(mine, np.asarray(each.value), rtol=0.02, atol=0.01, err_msg=each.path)


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "SimpleRNN"])
def test_recurrent_layers_compute_in_bfloat16(kind: str) -> None:
    main = (
        ModelBuilder()
        .input("x", [7, 5])
        .call("rnn", kind, "x", port="sequence", units=6, return_sequences=True, dtype=MIXED)
        .output("y", "rnn")
    )
    model = built(main)
    x = np.random.default_rng(0).normal(size=(4, 7, 5)).astype("float32")
    layer = getattr(keras.layers, kind)(6, return_sequences=True, dtype=MIXED)
    layer(x)
    layer.set_weights(list(model.get_weights().values()))

    (received,) = model.eval()(torch.from_numpy(x))

    np.testing.assert_allclose(received.detach().numpy(), np.asarray(layer(x)).astype("float32"), **CLOSE)


def test_models_and_wrapped_layers_of_another_policy_are_fed_in_their_own_type() -> None:
    inner = ModelBuilder().input("x", [4]).call("d", "Dense", "x", units=3).output("y", "d")
    main = (
        ModelBuilder()
        .input("x", [5, 4])
        .call("mixed", "Dense", "x", units=4, dtype=MIXED)
        .layer("inner", "Model", model="inner")
        .call("each", "TimeDistributed", "mixed", port="x", layer="inner")
        .call("again", "TimeDistributed", "each", layer="mixed_step")
        .layer("mixed_step", "Dense", units=2, dtype=MIXED)
        .call("plain", "Dense", "again", units=1)
        .output("y", "plain")
    )
    resolved = infer(resolve(document(main, inner=inner)))

    model = built(main, inner=inner)
    (received,) = model(torch.randn(2, 5, 4))
    received.sum().backward()

    nodes = resolved.models["main"].nodes
    assert [nodes[name]["output"].dtype for name in ("mixed", "again", "plain")] == [
        "bfloat16",
        "bfloat16",
        "float32",
    ]
    assert nodes["each"]["y"].dtype == "float32"
    assert received.shape == (2, 5, 1)
    assert all(weight.grad is not None and weight.grad.abs().sum() > 0 for weight in model.parameters())
