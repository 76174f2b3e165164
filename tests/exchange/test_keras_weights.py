"""Weights files of real Keras are read into the same predictions, and real Keras reads ours."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch

from builder import ModelBuilder, document
from exchange.saved import (
    Array,
    cases,
    first_cases,
    keras_layer,
    known,
    one_layer,
    random_inputs,
    shuffle_weights,
    tree_of,
)  # fmt: skip
from layerloom.document import Document
from layerloom.exchange.keras.hdf5 import opened
from layerloom.exchange.keras.legacy import legacy_root, read_legacy_weights
from layerloom.exchange.keras.limits import FileLimits
from layerloom.exchange.keras.saving import write_weights
from layerloom.exchange.keras.tree import SavedLayer
from layerloom.exchange.keras.weights import Taken, read_weights
from layerloom.graph.build import BuiltModel, build
from layerloom.graph.infer import infer
from layerloom.graph.plan import plan
from layerloom.graph.resolve import resolve
from layerloom.layers.base import Inputs
from layers.reference import keras

pytestmark = pytest.mark.filterwarnings(
    "ignore:You are saving your model as an HDF5", "ignore:The structure of"
)


def built(document: Document) -> BuiltModel:
    return build(plan(infer(resolve(document))), seed=3).eval()


def read(path: Path, tree: SavedLayer, document: Document) -> Taken:
    with opened(path, FileLimits()) as file:
        root = legacy_root(file)
        if root is not None:
            return read_legacy_weights(file, root, tree, known(document))
        return read_weights(file, tree, known(document))


def outputs(model: BuiltModel, arrays: list[Array]) -> list[Array]:
    with torch.no_grad():
        return [each.numpy() for each in model(*(torch.from_numpy(array) for array in arrays))]


def expected(model: Any, arrays: list[Array]) -> list[Array]:
    result = model.predict(arrays, verbose=0)
    return list(result) if isinstance(result, list | tuple) else [result]


def assert_equal(received: list[Array], wanted: list[Array]) -> None:
    assert len(received) == len(wanted)
    for ours, theirs in zip(received, wanted, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(
    ("suffix", "type_name", "config", "inputs"),
    [
        *(("keras3.weights.h5", *case) for case in cases()),
        *(("legacy.h5", *case) for case in first_cases()),
    ],
)
def test_keras_weights_give_keras_predictions(
    tmp_path: Path, suffix: str, type_name: str, config: Mapping[str, Any], inputs: Inputs
) -> None:
    theirs = keras_layer(type_name, config, inputs)
    shuffle_weights(theirs)
    path = tmp_path / suffix
    theirs.save_weights(path) if suffix.startswith("keras3") else theirs.save(path)
    ours = one_layer(type_name, config, inputs)
    model = built(ours)

    taken = read(path, tree_of(theirs, **{theirs.operations[-1].name: "tested"}), ours)
    model.set_weights(taken.weights)

    assert taken.problems == []
    assert set(taken.weights) == set(model.get_weights())
    arrays = random_inputs(inputs)
    assert_equal(outputs(model, arrays), expected(theirs, arrays))


@pytest.mark.parametrize(("type_name", "config", "inputs"), first_cases())
def test_keras_reads_the_weights_that_are_written(
    tmp_path: Path, type_name: str, config: Mapping[str, Any], inputs: Inputs
) -> None:
    theirs = keras_layer(type_name, config, inputs)
    shuffle_weights(theirs)
    ours = one_layer(type_name, config, inputs)
    model = built(ours)
    tree = tree_of(theirs, **{theirs.operations[-1].name: "tested"})

    with (tmp_path / "ours.weights.h5").open("wb") as target:
        write_weights(target, tree, known(ours), model.get_weights())
    theirs.load_weights(tmp_path / "ours.weights.h5")

    arrays = random_inputs(inputs)
    assert_equal(outputs(model, arrays), expected(theirs, arrays))


def nested_pair() -> tuple[Any, Document, SavedLayer]:
    """Classes that are counted, an operation that is not, a model called twice, a wrapper that shares it."""
    inner_input = keras.Input((4,))
    hidden = keras.layers.Dense(5, activation="tanh", name="hidden")(inner_input)
    inner = keras.Model(inner_input, keras.layers.BatchNormalization(name="norm")(hidden), name="vision")
    first, second = keras.Input((3, 4), name="first"), keras.Input((4,), name="second")
    stem = keras.layers.Dense(4, name="stem")
    steps = keras.layers.TimeDistributed(inner, name="steps")(stem(first))
    gru = keras.layers.GRU(5, name="gru")(steps)
    alone = inner(keras.ops.add(stem(second), 0.0))
    merged = keras.layers.Add(name="merge")([gru, alone])
    model = keras.Model([first, second], keras.layers.Dense(2, name="head")(merged))
    shuffle_weights(model)
    nested = (
        ModelBuilder()
        .input("x", [4])
        .call("hidden", "Dense", "x", units=5, activation="tanh")
        .call("norm", "BatchNormalization", "hidden")
        .output("y", "norm")
    )
    ours = document(
        ModelBuilder()
        .input("first", [3, 4])
        .input("second", [4])
        .layer("stem", "Dense", units=4)
        .layer("vision", "Model", model="inner")
        .layer("steps", "TimeDistributed", layer="vision")
        .node("stem_1", "stem", sources="first")
        .node("stem_2", "stem", sources="second")
        .node("steps", "steps", "x", "stem_1")
        .node("alone", "vision", "x", "stem_2")
        .call("gru", "GRU", "steps", "sequence", units=5)
        .call("merge", "Add", ["gru", "alone"])
        .call("head", "Dense", "merge", units=2)
        .output("out", "head"),
        inner=nested,
    )
    paths = {"stem": "stem", "hidden": "vision/hidden", "norm": "vision/norm", "gru": "gru", "head": "head"}
    return model, ours, tree_of(model, **paths)


@pytest.mark.parametrize("suffix", ["keras3.weights.h5", "legacy.weights.h5"])
def test_models_in_models_and_wrappers_find_their_weights(tmp_path: Path, suffix: str) -> None:
    theirs, ours, tree = nested_pair()
    path = tmp_path / suffix
    if suffix.startswith("keras3"):
        theirs.save_weights(path)
    else:
        save_legacy(theirs, path)
    model = built(ours)

    taken = read(path, tree, ours)
    model.set_weights(taken.weights)

    assert [each.message for each in taken.problems] == []
    assert set(taken.weights) == set(model.get_weights())
    arrays = [random(2, 3, 4), random(2, 4)]
    assert_equal(outputs(model, arrays), expected(theirs, arrays))


def test_keras_reads_models_in_models_that_are_written(tmp_path: Path) -> None:
    theirs, ours, tree = nested_pair()
    model = built(ours)

    with (tmp_path / "ours.weights.h5").open("wb") as target:
        write_weights(target, tree, known(ours), model.get_weights())
    theirs.load_weights(tmp_path / "ours.weights.h5")

    arrays = [random(2, 3, 4), random(2, 4)]
    assert_equal(outputs(model, arrays), expected(theirs, arrays))


def test_a_frozen_layer_in_a_model_stands_last_in_old_files(tmp_path: Path) -> None:
    start = keras.Input((4,))
    frozen = keras.layers.Dense(4, name="frozen", trainable=False)(start)
    inner = keras.Model(start, keras.layers.Dense(4, name="free")(frozen), name="vision")
    theirs = keras.Sequential([keras.Input((4,)), inner])
    shuffle_weights(theirs)
    save_legacy(theirs, tmp_path / "old.h5")
    nested = (
        ModelBuilder()
        .input("x", [4])
        .call("frozen", "Dense", "x", units=4, trainable=False)
        .call("free", "Dense", "frozen", units=4)
        .output("y", "free")
    )
    ours = document(
        ModelBuilder().input("a", [4]).call("vision", "Model", "a", "x", model="inner").output("b", "vision"),
        inner=nested,
    )
    tree = SavedLayer("Sequential", "s", "", (tree_of(inner, frozen="vision/frozen", free="vision/free"),))
    model = built(ours)

    taken = read(tmp_path / "old.h5", tree, ours)
    model.set_weights(taken.weights)

    assert taken.problems == []
    arrays = [random(2, 4)]
    assert_equal(outputs(model, arrays), expected(theirs, arrays))


def two_dense(first: int = 3, second: int = 2) -> Document:
    return document(
        ModelBuilder()
        .input("x", [4])
        .call("first", "Dense", "x", units=first)
        .call("second", "Dense", "first", units=second)
        .output("y", "second")
    )


def saved_two(
    tmp_path: Path, first: int = 3, second: int = 2, name: str = "w.weights.h5"
) -> tuple[Path, SavedLayer]:
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((4,)), layers.Dense(first, name="first"), layers.Dense(second, name="second")]
    )
    path = tmp_path / name
    model.save_weights(path) if name.endswith(".weights.h5") else save_legacy(model, path)
    tree = SavedLayer(
        "Sequential",
        "model",
        "",
        (
            SavedLayer("InputLayer", "x", None),
            SavedLayer("Dense", "first", "first"),
            SavedLayer("Dense", "second", "second"),
        ),
    )
    return path, tree


@pytest.mark.parametrize("name", ["w.weights.h5", "w.h5"])
def test_a_weight_of_another_shape_is_named_and_the_rest_is_taken(tmp_path: Path, name: str) -> None:
    path, tree = saved_two(tmp_path, second=5, name=name)

    taken = read(path, tree, two_dense())

    assert sorted(taken.weights) == ["first/bias", "first/kernel"]
    assert [each.code for each in taken.problems] == ["weights.shape", "weights.shape"]
    problem = taken.problems[0]
    assert "`second`: weight `kernel` has shape (3, 5)" in problem.message
    assert "expected (3, 2)" in problem.message
    assert (problem.model, problem.node, problem.is_error) == ("main", "second", False)


def test_missing_and_extra_weights_are_named(tmp_path: Path) -> None:
    path, tree = saved_two(tmp_path)
    third = two_dense()
    grown = document(
        ModelBuilder()
        .input("x", [4])
        .call("lstm", "Dense", "x", units=3)
        .call("norm", "BatchNormalization", "lstm")
        .output("y", "norm")
    )
    tree = SavedLayer(
        "Sequential",
        "model",
        "",
        (SavedLayer("Dense", "lstm", "lstm"), SavedLayer("BatchNormalization", "norm", "norm")),
    )
    assert third is not grown

    taken = read(path, tree, grown)

    assert sorted(taken.weights) == ["lstm/bias", "lstm/kernel"]
    missing, extra = taken.problems
    assert missing.code == "weights.missing"
    assert "`gamma` (3,)" in missing.message
    assert missing.node == "norm"
    assert extra.code == "weights.extra"
    assert "`layers/dense_1/vars/0`" in extra.message


def test_a_layer_shared_with_a_model_takes_its_twins_weights(tmp_path: Path) -> None:
    shared = keras.layers.Dense(4, name="shared")
    start = keras.Input((4,))
    inner = keras.Model(start, shared(start), name="vision")
    end = keras.Input((4,), name="a")
    theirs = keras.Model(end, inner(shared(end)))
    shuffle_weights(theirs)
    theirs.save_weights(tmp_path / "w.weights.h5")
    nested = ModelBuilder().input("x", [4]).call("shared", "Dense", "x", units=4).output("y", "shared")
    ours = document(
        ModelBuilder()
        .input("a", [4])
        .call("shared", "Dense", "a", units=4)
        .call("vision", "Model", "shared", "x", model="inner")
        .output("b", "vision"),
        inner=nested,
    )
    tree = SavedLayer(
        "Functional",
        "m",
        "",
        (
            SavedLayer("InputLayer", "a", None),
            SavedLayer("Dense", "shared", "shared"),
            tree_of(inner, shared="vision/shared"),
        ),
    )
    model = built(ours)

    taken = read(tmp_path / "w.weights.h5", tree, ours)
    model.set_weights(taken.weights)

    assert [each.code for each in taken.problems] == ["weights.shared"]
    arrays = [random(2, 4)]
    assert_equal(outputs(model, arrays), expected(theirs, arrays))


def test_bfloat16_is_read_as_float32(tmp_path: Path) -> None:
    theirs = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="first", dtype="bfloat16")])
    shuffle_weights(theirs)
    theirs.save_weights(tmp_path / "w.weights.h5")
    tree = SavedLayer("Sequential", "m", "", (SavedLayer("Dense", "first", "first"),))

    taken = read(tmp_path / "w.weights.h5", tree, two_dense())

    kernel = taken.weights["first/kernel"]
    assert kernel.dtype == np.float32
    np.testing.assert_array_equal(kernel, np.asarray(theirs.layers[0].kernel).astype("float32"))


def test_the_same_weights_give_the_same_bytes() -> None:
    _, ours, tree = nested_pair()
    weights = built(ours).get_weights()
    files = []
    for _ in range(2):
        target = io.BytesIO()
        write_weights(target, tree, known(ours), weights)
        files.append(target.getvalue())

    assert files[0] == files[1]


def random(*shape: int) -> Array:
    return np.random.default_rng(5).normal(size=shape).astype("float32")


def save_legacy(model: Any, path: Path) -> None:  # Any: keras.Model has no types
    """The old layout of weights alone, which Keras 3 still reads."""
    from keras.src.legacy.saving import legacy_h5_format

    with h5py.File(path, "w") as file:
        legacy_h5_format.save_weights_to_hdf5_group(file, model)
