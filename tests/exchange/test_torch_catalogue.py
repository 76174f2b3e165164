"""Every example of every layer type as PyTorch source: the same outputs, in training too, and tidy text."""

from typing import Any

import pytest

from exchange.torch_sources import around, assert_trains_alike, exported
from layerloom.layers.base import Example, LayerType
from layerloom.layers.catalogue import layer_types

EXAMPLES = [
    (each, example)
    for each in layer_types().values()
    if not each.structural and each.is_callable
    for example in each.examples
]


def _name(value: Any) -> str:
    return value.__name__ if isinstance(value, type) else value.title.replace(" ", "-")


@pytest.mark.parametrize(("layer_type", "example"), EXAMPLES, ids=_name)
def test_the_source_of_a_layer_gives_its_outputs(layer_type: type[LayerType], example: Example) -> None:
    source = around(layer_type, example)

    found = exported(source)

    assert_trains_alike(source, found)
