"""An activation may be a layer with settings: same numbers as Keras, read from its files and back to them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch

from layerloom.layers.catalogue import layer_types
from layerloom.problems import ProblemError
from layerloom.tensors import TensorSpec
from layers import calls
from layers.agreement import on, spec
from layers.reference import keras

LAYERS = {
    "ReLU": keras.layers.ReLU(max_value=1.5, negative_slope=0.1, threshold=0.3),
    "relu": keras.layers.ReLU(),
    "LeakyReLU": keras.layers.LeakyReLU(negative_slope=0.05, name="leaky"),
    "ELU": keras.layers.ELU(alpha=0.4),
    "Softmax": keras.layers.Softmax(axis=1),
    "two axes": keras.layers.Softmax(axis=[1, 2]),
    "Activation": keras.layers.Activation("softsign"),
}
HOLDERS: list[tuple[str, Mapping[str, Any], Any]] = [
    ("Dense", {"units": 4}, on(spec(6, 3))),
    ("Conv1D", {"filters": 4, "kernel_size": 2}, on(spec(6, 3))),
    ("Activation", {}, on(spec(6, 3))),
]


@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.parametrize(("type_name", "config", "inputs"), HOLDERS, ids=[name for name, *_ in HOLDERS])
def test_a_layer_as_activation_gives_the_numbers_of_keras(
    type_name: str, config: Mapping[str, Any], inputs: Any, kind: str
) -> None:
    theirs = getattr(keras.layers, type_name)(**config, activation=LAYERS[kind])
    made = calls.make(type_name, {**config, "activation": keras.layers.serialize(LAYERS[kind])}, inputs)
    tensors = calls.tensors(inputs)
    theirs.build((None, 6, 3))
    if made.weights:
        from layerloom.layers.modules.layouts import to_keras

        theirs.set_weights(
            [to_keras(made.parameter(each).detach(), each.layout).numpy() for each in made.weights]
        )

    (received,), _ = made.call(tensors)

    expected = np.asarray(theirs(tensors["inputs"][0].numpy()))
    np.testing.assert_allclose(received.detach().numpy(), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("type_name", ["LSTM", "GRU", "SimpleRNN"])
def test_a_recurrent_layer_takes_one(type_name: str) -> None:
    inputs = on(sequence=spec(6, 3))
    layer = {"type": "LeakyReLU", "config": {"negative_slope": 0.2}}
    by_layer = calls.make(type_name, {"units": 4, "activation": layer}, inputs)
    by_name = calls.make(type_name, {"units": 4, "activation": "leaky_relu"}, inputs)

    (first,), _ = by_layer.call(calls.tensors(inputs))
    (second,), _ = by_name.call(calls.tensors(inputs))

    assert torch.equal(first, second)


@pytest.mark.parametrize("kind", LAYERS)
def test_what_keras_saved_is_read_and_given_back(kind: str) -> None:
    saved = keras.layers.serialize(LAYERS[kind])
    read = layer_types()["Dense"].model_validate({"units": 3, "activation": saved})

    back = keras.layers.deserialize(
        {"module": "keras.layers", "class_name": read.activation["type"], "config": read.activation["config"]}
    )

    assert back.get_config() == LAYERS[kind].get_config()
    assert layer_types()["Dense"].model_validate({"units": 3, "activation": read.activation}) == read


def test_functions_are_read_by_their_names() -> None:
    saved = keras.layers.serialize(keras.layers.Dense(3, activation=keras.activations.relu6))
    function = {
        "module": "builtins",
        "class_name": "function",
        "config": "mish",
        "registered_name": "function",
    }

    assert layer_types()["Dense"].model_validate(saved["config"])
    assert layer_types()["Dense"].model_validate({"units": 3, "activation": function}).activation == "mish"


@pytest.mark.parametrize(
    ("activation", "said"),
    [
        ({"class_name": "PReLU", "config": {}}, "has weights"),
        ({"class_name": "Dense", "config": {"units": 3}}, "is not a layer that serves"),
        ({"class_name": "LeakyReLU", "config": {"slope": 0.1}}, "slope"),
        ({"class_name": "Activation", "config": {"activation": "rellu"}}, "did you mean"),
        ({"class_name": "function", "config": "my_own"}, "is not an activation"),
        (7, "is not an activation"),
    ],
)
def test_what_is_no_activation_is_refused_in_words(activation: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        layer_types()["Dense"].model_validate({"units": 3, "activation": activation})


def test_a_softmax_over_an_axis_that_is_not_there_is_a_problem() -> None:
    layer = layer_types()["Dense"].model_validate(
        {"units": 3, "activation": {"type": "Softmax", "config": {"axis": 4}}}
    )

    with pytest.raises(ProblemError, match="`activation` is 4"):
        layer.infer({"inputs": [TensorSpec((None, 4))]})


def test_relu_of_booleans_is_a_number() -> None:
    inputs = on(spec(3, dtype="bool"))
    made = calls.make("Activation", {"activation": "relu"}, inputs)

    (received,), _ = made.call({"inputs": [torch.tensor([[True, False, True]])]})

    assert str(received.dtype) == f"torch.{made.specs['output'].dtype}"
    assert received.tolist() == [[1.0, 0.0, 1.0]]
