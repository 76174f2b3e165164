"""Pooling of every kind gives the numbers and the gradients of real Keras on JAX."""

from collections.abc import Mapping
from typing import Any

import pytest
import torch

from layerloom.layers.catalogue import layer_types
from layerloom.problems import ProblemError
from layerloom.tensors import TensorSpec
from layers import calls
from layers.comparison import compare

FIRST = "channels_first"

WINDOWS: list[tuple[Mapping[str, Any], tuple[int | None, ...]]] = [
    ({"pool_size": 3, "strides": 2, "padding": "same"}, (9, 4)),
    ({"pool_size": 4, "strides": 3}, (None, 4)),
    ({"pool_size": 2, "data_format": FIRST}, (4, 9)),
    ({"pool_size": 3, "padding": "same", "data_format": FIRST}, (4, 10)),
    ({"pool_size": [2, 3], "strides": 1, "padding": "same"}, (5, 6, 3)),
    ({"pool_size": 3, "padding": "same", "data_format": FIRST}, (3, 5, 7)),
    ({"pool_size": [3, 1], "strides": [1, 2], "data_format": FIRST}, (3, 5, 7)),
    ({"pool_size": 2, "strides": 1, "padding": "same"}, (3, 4, 5, 2)),
    ({"pool_size": 3, "strides": 2, "padding": "same"}, (3, 6, 5, 2)),
    ({"pool_size": [1, 2, 3], "strides": 2}, (3, None, 5, 2)),
    ({"pool_size": 3, "padding": "same"}, (1, 2, 2, 1)),
    ({"pool_size": [2, 3, 2], "padding": "same", "data_format": FIRST}, (2, 3, 4, 5)),
]


@pytest.mark.parametrize("kind", ["Max", "Average"])
@pytest.mark.parametrize(("config", "shape"), WINDOWS)
def test_windows_are_those_of_keras(
    kind: str, config: Mapping[str, Any], shape: tuple[int | None, ...]
) -> None:
    compare(f"{kind}Pooling{len(shape) - 1}D", config, shape)


@pytest.mark.parametrize("kind", ["Max", "Average"])
@pytest.mark.parametrize("shape", [(6, 5), (4, 6, 5), (3, 4, 6, 5)])
@pytest.mark.parametrize(
    "config", [{"keepdims": True}, {"data_format": FIRST}, {"data_format": FIRST, "keepdims": True}]
)
def test_pooling_over_everything_is_that_of_keras(
    kind: str, shape: tuple[int, ...], config: Mapping[str, Any]
) -> None:
    compare(f"Global{kind}Pooling{len(shape) - 1}D", config, shape)


@pytest.mark.parametrize("kind", ["Max", "Average"])
@pytest.mark.parametrize(
    ("config", "shape"),
    [
        ({"output_size": 3}, (7, 2)),
        ({"output_size": 1}, (7, 2)),
        ({"output_size": 8}, (8, 2)),
        ({"output_size": 5}, (3, 2)),
        ({"output_size": [4], "data_format": FIRST}, (2, 11)),
        ({"output_size": [3, 5]}, (8, 7, 2)),
        ({"output_size": 4}, (3, None, 2)),
        ({"output_size": [2, 3], "data_format": FIRST}, (2, 5, 8)),
        ({"output_size": [2, 3, 4]}, (5, 3, 7, 2)),
        ({"output_size": 2, "data_format": FIRST}, (2, 3, 4, 5)),
    ],
)
def test_adaptive_windows_are_those_of_keras(
    kind: str, config: Mapping[str, Any], shape: tuple[int | None, ...]
) -> None:
    compare(f"Adaptive{kind}Pooling{len(shape) - 1}D", config, shape)


@pytest.mark.parametrize("kind", ["Max", "Average"])
def test_seven_cells_stay_seven_cells_although_keras_rounds_its_windows_wrongly(kind: str) -> None:
    inputs = {"inputs": (TensorSpec((None, 7, 2)),)}  # Keras 3.15 on JAX gives NaN here
    made = calls.make(f"Adaptive{kind}Pooling1D", {"output_size": 7}, inputs)
    tensors = calls.tensors(inputs)

    (output,), _ = made.call(tensors)

    assert torch.equal(output, tensors["inputs"][0])


def test_a_window_that_does_not_fit_is_a_problem() -> None:
    layer = layer_types()["AveragePooling3D"].model_validate({"pool_size": 4})

    with pytest.raises(ProblemError, match="smaller than the window"):
        layer.infer({"inputs": (TensorSpec((None, 5, 3, 9, 2)),)})
