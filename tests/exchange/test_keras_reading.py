"""Keras' JSON, read: architecture as Keras has it, and every hostile or foreign file as a problem."""

import contextlib
import json
from typing import Any

import numpy as np
import pytest

from exchange.models import MODELS, built, keras
from layerloom.document import Typed
from layerloom.exchange.keras.reading import ReadModel, read_model
from layerloom.graph.check import check
from layerloom.problems import ProblemError


def read(model: Any) -> ReadModel:
    return read_model(json.loads(model.to_json()))


@pytest.mark.parametrize("name", MODELS)
def test_a_model_is_read_whole(name: str) -> None:
    model = built(name)

    found = read(model)
    checked = check(found.document)

    assert not [problem.message for problem in found.problems]
    assert not [problem.message for problem in checked.problems if problem.is_error]
    again = keras.models.model_from_json(model.to_json())  # one layer that is wrapped and called is two there
    assert checked.totals.weights == again.count_params()
    trainable = sum(int(np.prod(each.shape)) for each in again.trainable_variables)
    assert checked.totals.trainable == trainable
    ends = checked.inferred.resolved.models["main"]
    shapes = [checked.models["main"].nodes[node] for node in ends.outputs]
    assert [each["output"].shape for each in shapes] == [tuple(each.shape) for each in model.outputs]
    inputs = [checked.models["main"].nodes[node] for node in ends.inputs]
    assert [each["output"].shape for each in inputs] == [tuple(each.shape) for each in model.inputs]


def test_a_shared_layer_is_one_layer_with_two_nodes() -> None:
    model = read(built("shared_twice")).document.models["main"]

    nodes = {name: node for name, node in model.nodes.items() if node.layer == "shared_lstm"}

    assert {name: node.inputs for name, node in nodes.items()} == {
        "shared_lstm": {"sequence": ["first"]},
        "shared_lstm_2": {"sequence": ["second"]},
    }
    assert model.inputs == ["second", "first"]
    assert model.nodes["same"].inputs == {"inputs": ["same_layer"]}
    assert model.layers["same"].type == "Dense"


def test_outputs_of_a_dict_are_named_by_their_keys() -> None:
    model = read(built("dicts")).document.models["main"]

    assert model.outputs == {"class": "class", "tags": "tags"}
    assert model.nodes["class"].inputs == {"inputs": ["to_class"]}


def test_masks_that_keras_worked_out_are_not_layers() -> None:
    model = read(built("masks_merged")).document.models["main"]

    types = {layer.type for layer in model.layers.values()}

    assert types == {"Input", "Embedding", "Concatenate", "Add", "LSTM", "Output"}


def test_what_has_no_counterpart_is_named_and_the_rest_is_read() -> None:
    x = keras.Input((4, 4, 3), name="x")
    y = keras.layers.Lambda(lambda each: each * 2, name="double")(keras.layers.RandomFlip()(x))
    model = keras.Model(x, keras.layers.Dense(2)(keras.layers.Flatten()(y)))

    found = read(model)

    assert {problem.code for problem in found.problems} == {"import.unsupported"}
    assert {problem.node for problem in found.problems} == {"double", "random_flip"}
    layers = found.document.models["main"].layers
    assert layers["double"].type == "Lambda"
    assert "function" not in layers["double"].config
    assert {"Flatten", "Dense", "Input", "Output"} <= {layer.type for layer in layers.values()}
    told = [problem.message for problem in check(found.document).problems if problem.code == "layer.unknown"]
    assert any("holds Python code" in message for message in told)


def test_a_subclassed_model_is_refused_with_words() -> None:
    config = {
        "module": "mine",
        "class_name": "Mine",
        "config": {"name": "mine"},
        "registered_name": "mine>Mine",
    }

    with pytest.raises(ProblemError) as caught:
        read_model(config)

    assert caught.value.problems[0].code == "import.subclassed"


def test_a_layer_inside_and_around_a_model_is_told_of() -> None:
    dense = keras.layers.Dense(4, name="both")
    a = keras.Input((4,))
    inner = keras.Model(a, dense(a), name="inner")
    x = keras.Input((4,))

    problems = read(keras.Model(x, dense(inner(x)))).problems

    assert [problem.code for problem in problems] == ["import.shared_layer"]
    assert "`both`" in problems[0].message
    assert "`inner`" in problems[0].message


def test_the_training_section_has_what_was_compiled() -> None:
    model = built("dicts")
    model.compile(
        keras.optimizers.RMSprop(0.01),
        loss={"class": "mse", "tags": keras.losses.BinaryCrossentropy(label_smoothing=0.1)},
        loss_weights={"tags": 0.2},
        metrics={"class": ["mae"]},
    )

    training = read(model).document.training

    assert training is not None
    assert training.optimizer is not None
    assert (training.optimizer.type, training.optimizer.config["learning_rate"]) == ("RMSprop", 0.01)
    assert training.outputs["tags"].loss_weight == 0.2
    loss = training.outputs["tags"].loss
    assert isinstance(loss, Typed)
    assert (loss.type, loss.config["label_smoothing"]) == ("BinaryCrossentropy", 0.1)
    assert training.outputs["class"].metrics == ["mae"]


@pytest.mark.parametrize("seed", range(60))
def test_a_spoiled_file_gives_problems_and_never_an_exception(seed: int) -> None:
    config = json.loads(built(sorted(MODELS)[seed % len(MODELS)]).to_json())
    rng = np.random.default_rng(seed)
    for _ in range(3):
        _spoil(config, rng)

    with contextlib.suppress(ProblemError):
        check(read_model(config).document)


def _spoil(config: Any, rng: np.random.Generator) -> None:
    """Put something wrong somewhere."""
    while True:
        keys = list(config) if isinstance(config, dict) else list(range(len(config)))
        key = keys[rng.integers(len(keys))]
        inner = config[key]
        if not isinstance(inner, dict | list) or not inner or rng.random() < 0.1:
            wrong = [
                None,
                -1,
                2**70,
                "",
                "x" * 3000,
                [],
                {},
                [["a", 0, 0]],
                {"class_name": 3},
                True,
                0.5,
                [None],
            ]
            config[key] = wrong[rng.integers(len(wrong))]
            return
        config = inner


def test_json_that_is_too_deep_is_refused() -> None:
    config: Any = {}
    for _ in range(900):
        config = {"class_name": "Functional", "config": {"layers": [config]}}

    with pytest.raises(ProblemError) as caught:
        read_model(config)

    assert caught.value.problems[0].code == "import.too_large"


def test_an_axis_that_is_not_the_default_stays() -> None:
    x = keras.Input((4, 3), name="x")
    model = keras.Model(x, [keras.ops.mean(x, axis=-1), keras.ops.expand_dims(x, -1)])

    layers = read(model).document.models["main"].layers.values()

    assert [layer.config["axis"] for layer in layers if layer.type in ("Reduction", "Reshaping")] == [-1, -1]


def test_a_file_of_keras_2_is_read() -> None:
    """Inbound nodes as lists, masks and states as leaves, a model's calls counted from 1."""

    def layer(kind: str, name: str, config: dict[str, Any], *calls: Any) -> dict[str, Any]:
        return {
            "class_name": kind,
            "name": name,
            "config": {"name": name, "trainable": True, **config},
            "inbound_nodes": list(calls),
        }

    inner = {
        "name": "inner",
        "layers": [
            layer("InputLayer", "a", {"batch_input_shape": [None, 4], "dtype": "float32"}),
            layer("Dense", "dense", {"units": 4, "activation": "relu"}, [["a", 0, 0, {}]]),
        ],
        "input_layers": [["a", 0, 0]],
        "output_layers": [["dense", 0, 0]],
    }
    outer = {
        "name": "outer",
        "layers": [
            layer("InputLayer", "x", {"batch_input_shape": [None, 4], "dtype": "float32"}),
            layer("InputLayer", "s", {"batch_input_shape": [None, 6, 2], "dtype": "float32"}),
            layer("Functional", "inner", inner, [["x", 0, 0, {}]], [["inner", 1, 0, {}]]),
            layer(
                "GRU", "gru", {"units": 4, "implementation": 2, "time_major": False},
                [["s", 0, 0, {"initial_state": ["inner", 2, 0]}]],
            ),
            layer("Add", "add", {}, [["inner", 1, 0, {}], ["gru", 0, 0, {}]]),
        ],
        "input_layers": [["x", 0, 0], ["s", 0, 0]],
        "output_layers": [["add", 0, 0], ["inner", 2, 0]],
    }  # fmt: skip

    found = read_model({"class_name": "Functional", "config": outer, "keras_version": "2.15.0"})
    nodes = found.document.models["main"].nodes

    assert not found.problems
    assert not [problem for problem in check(found.document).problems if problem.is_error]
    assert nodes["inner_2"].inputs == {"a": ["inner_layer"]}
    assert nodes["gru"].inputs == {"sequence": ["s"], "initial_state": ["inner_2"]}
    assert nodes["add_layer"].inputs == {"inputs": ["inner_layer", "gru"]}
    assert nodes["inner"].inputs == {"inputs": ["inner_2"]}
