"""Initializers, regularizers, constraints and layouts are those of Keras."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import TypeAdapter

from layerloom.layers.fields.constraint import Constraint
from layerloom.layers.fields.initializer import INITIALIZERS, Initializer
from layerloom.layers.fields.regularizer import Regularizer
from layerloom.layers.modules import constraints, initializers, regularizers
from layerloom.layers.modules.layouts import to_keras, to_torch
from layers.reference import keras

SHAPES = [(200, 300), (3, 3, 40, 60)]


def read_initializer(value: object) -> dict[str, Any]:
    return TypeAdapter(Initializer).validate_python(value)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    "name",
    [
        "glorot_uniform",
        "glorot_normal",
        "he_uniform",
        "he_normal",
        "lecun_uniform",
        "lecun_normal",
        "random_normal",
        "random_uniform",
        "truncated_normal",
        "variance_scaling",
    ],
)
def test_an_initializer_draws_from_the_distribution_of_keras(name: str, shape: tuple[int, ...]) -> None:
    weight = torch.empty(shape)
    initializers.fill(weight, read_initializer(name), shape, None, torch.Generator().manual_seed(0))
    reference = np.asarray(keras.initializers.get(name)(shape))

    assert weight.std().item() == pytest.approx(reference.std(), rel=0.02)
    if name != "random_normal":  # the only one without a bound
        assert weight.abs().max().item() == pytest.approx(np.abs(reference).max(), rel=0.03)
    assert abs(weight.mean().item()) < 3 * reference.std() / math.sqrt(weight.numel())


@pytest.mark.parametrize("shape", [(6, 24), (24, 6), (2, 3, 4, 5)])
def test_orthogonal_matrices_are_orthogonal_as_in_keras(shape: tuple[int, ...]) -> None:
    weight = torch.empty(shape)
    initializers.fill(weight, read_initializer({"type": "Orthogonal", "config": {"gain": 2.0}}), shape)

    matrix = weight.reshape(-1, shape[-1])
    small = matrix if matrix.shape[0] < matrix.shape[1] else matrix.T
    torch.testing.assert_close(small @ small.T, 4 * torch.eye(small.shape[0]), atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ("name", "config"),
    [("zeros", {}), ("ones", {}), ("constant", {"value": 3.5}), ("identity", {"gain": 2.0})],
)
def test_fixed_initializers_equal_those_of_keras(name: str, config: Mapping[str, Any]) -> None:
    weight = torch.empty(3, 5)
    initializers.fill(weight, read_initializer({"type": name, "config": config}), (3, 5))

    reference = keras.initializers.get({"class_name": name, "config": dict(config)})((3, 5))
    np.testing.assert_array_equal(weight.numpy(), np.asarray(reference))


def test_the_same_generator_gives_the_same_weights_and_a_seed_of_its_own_wins() -> None:
    def drawn(initializer: object, seed: int) -> torch.Tensor:
        weight = torch.empty(4, 5)
        generator = torch.Generator().manual_seed(seed)
        initializers.fill(weight, read_initializer(initializer), (4, 5), None, generator)
        return weight

    seeded = {"type": "HeNormal", "config": {"seed": 3}}

    assert torch.equal(drawn("he_normal", 1), drawn("he_normal", 1))
    assert not torch.equal(drawn("he_normal", 1), drawn("he_normal", 2))
    assert torch.equal(drawn(seeded, 1), drawn(seeded, 2))


def test_an_lstm_bias_starts_with_ones_for_the_forget_gate() -> None:
    bias = torch.empty(8)
    zeros = {"type": "Zeros", "config": {}}

    initializers.fill(bias, {"type": "UnitForgetBias", "config": {"bias": zeros}}, (8,))

    assert bias.tolist() == [0, 0, 1, 1, 0, 0, 0, 0]


def test_every_initializer_of_keras_is_known_but_stft() -> None:
    from keras.src.initializers import ALL_OBJECTS

    names = {each.__name__ for each in ALL_OBJECTS} - {"Initializer", "RandomInitializer", "STFT"}

    assert names == set(INITIALIZERS.types)


@pytest.mark.parametrize(
    "value",
    [
        "l1",
        "l2",
        {"type": "L2", "config": {"l2": 0.3}},
        {"class_name": "L1L2", "config": {"l1": 0.1, "l2": 0.2}},
        {"class_name": "OrthogonalRegularizer", "config": {"factor": 0.5, "mode": "columns"}},
        {"class_name": "OrthogonalRegularizer", "config": {}},
    ],
)
def test_a_penalty_equals_that_of_keras(value: Any) -> None:
    kernel = np.random.default_rng(0).normal(size=(4, 6)).astype("float32")
    spec = TypeAdapter(Regularizer).validate_python(value)
    theirs = (
        value
        if isinstance(value, str)
        else {"class_name": value.get("type", value.get("class_name")), "config": value["config"]}
    )

    received = regularizers.penalty(torch.from_numpy(kernel.T.copy()), spec, (1, 0))

    assert received.item() == pytest.approx(
        float(keras.regularizers.get(theirs)(keras.ops.convert_to_tensor(kernel))), rel=1e-5
    )


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("MaxNorm", {"max_value": 1.0}),
        ("MaxNorm", {"max_value": 0.5, "axis": [0, 1, 2]}),
        ("NonNeg", {}),
        ("UnitNorm", {"axis": 1}),
        ("MinMaxNorm", {"min_value": 0.5, "max_value": 0.8, "rate": 0.3}),
    ],
)
def test_a_constraint_leaves_the_weight_that_keras_leaves(name: str, config: dict[str, Any]) -> None:
    kernel = np.random.default_rng(0).normal(size=(3, 2, 4, 5)).astype("float32")
    layout = (3, 2, 0, 1)
    weight = torch.from_numpy(np.ascontiguousarray(to_torch(kernel, layout)))

    constraints.apply(
        weight, TypeAdapter(Constraint).validate_python({"type": name, "config": config}), layout
    )

    expected = np.asarray(keras.constraints.get({"class_name": name, "config": config})(kernel))
    np.testing.assert_allclose(to_keras(weight.numpy(), layout), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("shape", "layout"),
    [
        ((4, 6), (1, 0)),
        ((2, 3, 4, 5), (3, 2, 0, 1)),
        ((4, 6), "gru_kernel"),
        ((2, 6), "gru_bias"),
        ((6,), None),
    ],
)
def test_a_layout_goes_there_and_back(shape: tuple[int, ...], layout: Any) -> None:
    array = np.arange(math.prod(shape)).reshape(shape)

    np.testing.assert_array_equal(to_keras(to_torch(array, layout), layout), array)
    np.testing.assert_array_equal(to_torch(torch.from_numpy(array), layout).numpy(), to_torch(array, layout))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("glorot", "did you mean"),
        ({"type": "HeNormal", "config": {"sed": 1}}, "sed"),
        (3, "expected the name"),
        ("xyz", "known:"),
        ({"type": "RandomNormal", "config": {"stddev": -1}}, "stddev"),
    ],
)
def test_a_wrong_initializer_is_said_to_be_wrong(value: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_initializer(value)
