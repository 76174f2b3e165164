"""Models of `keras.applications`, by their configs: every layer's shape, the number of weights, and back."""

import json
from typing import Any

import pytest

from exchange.models import keras
from layerloom.exchange.keras.reading import read_model
from layerloom.exchange.keras.writing import write_model
from layerloom.graph.check import check

NAMES = (
    "MobileNetV2", "ResNet50", "InceptionV3", "DenseNet121", "EfficientNetB0", "NASNetMobile", "Xception", "VGG16",
    "ConvNeXtTiny",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_large_model_is_read_whole_and_comes_back(name: str) -> None:
    keras.backend.clear_session()
    model = getattr(keras.applications, name)(weights=None)
    config = json.loads(model.to_json())

    read = read_model(config)
    checked = check(read.document)
    written = write_model(read.document)

    assert not read.problems
    assert not [problem.message for problem in checked.problems if problem.is_error]
    assert checked.totals.weights == model.count_params()
    nodes = checked.models["main"].nodes
    for layer in model.layers:
        node = layer.name.replace("-", "_")
        specs = nodes.get(f"{node}_layer") or nodes[node]
        assert [tuple(spec.shape) for spec in specs.values()] == [tuple(layer.output.shape)], layer.name  # type: ignore[union-attr]
    before, after = config["config"], written.config["config"]
    assert [each["name"] for each in after["layers"]] == [each["name"] for each in before["layers"]]
    assert [_calls(each) for each in after["layers"]] == [_calls(each) for each in before["layers"]]
    assert (after["input_layers"], after["output_layers"]) == (
        before["input_layers"],
        before["output_layers"],
    )
    assert read_model(written.config).document == read.document


def _calls(layer: dict[str, Any]) -> list[Any]:
    """Calls without arguments that say nothing: Keras writes `mask` and `training` where none was given."""
    return [
        (call["args"], {key: value for key, value in call["kwargs"].items() if value not in (None, False)})
        for call in layer["inbound_nodes"]
    ]
