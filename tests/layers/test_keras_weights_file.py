"""Where Keras keeps each weight in a `.weights.h5`: groups, order and shapes, of every layer type with weights."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import pytest

from exchange.saved import cases, keras_layer
from layerloom.layers.base import Inputs, Weight
from layerloom.layers.catalogue import layer_types

pytestmark = pytest.mark.filterwarnings("ignore")

CASES = list(cases())


@pytest.mark.parametrize(
    ("name", "config", "inputs"), CASES, ids=[f"{name}-{place}" for place, (name, *_) in enumerate(CASES)]
)
def test_weights_stand_where_keras_keeps_them(
    name: str, config: Mapping[str, Any], inputs: Inputs, tmp_path: Path
) -> None:
    layer = layer_types()[name].model_validate(dict(config))
    path = tmp_path / "one.weights.h5"

    keras_layer(name, config, inputs).save_weights(path)

    assert _shapes(path) == _expected(layer.weights(inputs))


def test_attention_and_normalization_are_among_them() -> None:
    assert {name for name, *_ in CASES} >= {
        "EinsumDense", "ReversibleEmbedding", "PReLU", "BatchNormalization", "GroupNormalization", "RMSNormalization",
        "Attention", "AdditiveAttention", "MultiHeadAttention", "GroupQueryAttention", "Normalization", "LSTM",
    }  # fmt: skip


def _shapes(path: Path) -> dict[str, list[tuple[int, ...]]]:
    """By group below the one layer, in the order of `vars`; states of random generators are left out."""
    found: dict[str, dict[int, tuple[int, ...]]] = {}

    def note(way: str, item: Any) -> None:  # Any: h5py has no types
        if isinstance(item, h5py.Dataset):
            group, _, number = way.rpartition("/vars/")
            below = group.split("/", 2)[2:]  # after `layers/lstm`
            if "seed_generator" not in group:
                found.setdefault("".join(below), {})[int(number)] = tuple(item.shape)

    with h5py.File(path) as file:
        file.visititems(note)
    return {group: [shapes[number] for number in sorted(shapes)] for group, shapes in found.items()}


def _expected(weights: tuple[Weight, ...]) -> dict[str, list[tuple[int, ...]]]:
    found: dict[str, list[tuple[int, ...]]] = {}
    for is_trainable in (True, False):  # as Keras stores the variables of one object
        for weight in weights:
            if weight.trainable is is_trainable:
                found.setdefault(weight.group, []).append(tuple(weight.shape))
    return found
