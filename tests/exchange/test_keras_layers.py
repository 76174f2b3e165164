"""Every layer type that Keras has: its examples are written, real Keras loads them, and they come back as they were."""

import json
from typing import Any

import pytest

from exchange.models import keras
from exchange.test_keras_source import run
from layerloom.document import Document, Layer, Model, Node
from layerloom.exchange.keras.configs import without_defaults
from layerloom.exchange.keras.reading import read_model
from layerloom.exchange.keras.source import write_source
from layerloom.exchange.keras.writing import write_model
from layerloom.graph.check import check
from layerloom.layers.catalogue import layer_types

_SHAPES_ELSE = {"Activation-2", "EinsumDense-0", "EinsumDense-2", "MultiHeadAttention-2"}
"""Where Keras is wrong, or knows less, before it computes: `glu` halves, an axis that `einsum` keeps, scores."""

_OF_THE_GRAPH = {"Input", "Output", "Model", "Join", "SetMask", "TimeDistributed", "Cosine"}

CASES = [
    (name, number)
    for name, each in layer_types().items()
    if name not in _OF_THE_GRAPH and each.is_callable
    for number in range(len(each.examples))
]


def document(name: str, number: int) -> Document:
    """The example called on Inputs; each of its outputs is an output of the model."""
    layer_type = layer_types()[name]
    example = layer_type.examples[number]
    layers = {key: Layer.model_validate(dict(value)) for key, value in getattr(example, "layers", {}).items()}
    config = json.loads(json.dumps(dict(example.config)))
    layers["layer"] = Layer(type=name, config=without_defaults(layer_type, config))
    nodes: dict[str, Node] = {}
    wired: dict[str, list[str]] = {}
    for port, specs in example.inputs.items():
        for place, spec in enumerate(specs):
            source = f"in_{port}_{place}"
            settings = {"shape": list(spec.shape[1:])}
            layers[source] = Layer(
                type="Input", config=settings | ({} if spec.dtype == "float32" else {"dtype": spec.dtype})
            )
            nodes[source] = Node(layer=source)
            wired.setdefault(port, []).append(source)
    nodes["layer"] = Node(layer="layer", inputs=wired)
    whole = Document(models={"main": Model(layers=layers, nodes=nodes)})
    ports = check(whole).models["main"].layers["layer"].outputs
    for port in ports:
        layers[f"out_{port.name}"] = Layer(type="Output")
        nodes[f"out_{port.name}"] = Node(
            layer=f"out_{port.name}", inputs={"inputs": [f"layer.{port.name}" if len(ports) > 1 else "layer"]}
        )
    return Document(models={"main": Model(layers=layers, nodes=nodes)})


@pytest.mark.parametrize(("name", "number"), CASES)
def test_an_example_is_the_same_after_keras(name: str, number: int) -> None:
    before = document(name, number)

    written = write_model(before)
    keras.backend.clear_session(free_memory=False)
    model = keras.models.model_from_json(json.dumps(written.config))
    again = read_model(written.config).document
    through = read_model(json.loads(model.to_json())).document.models["main"]

    assert again.models["main"].nodes == before.models["main"].nodes
    assert _plain(again) == _plain(before)
    types = [layer.type for layer in before.models["main"].layers.values()]
    assert sorted(layer.type for layer in through.layers.values()) == sorted(types)
    if f"{name}-{number}" not in _SHAPES_ELSE:
        assert [tuple(each.shape) for each in model.outputs] == _shapes(before, written.graph.outputs)


@pytest.mark.parametrize(("name", "number"), [case for case in CASES if case[1] == 0 or case == ("RNN", 1)])
def test_the_source_of_an_example_runs(name: str, number: int) -> None:
    before = document(name, number)
    written = write_model(before)
    keras.backend.clear_session(free_memory=False)
    model = keras.models.model_from_json(json.dumps(written.config))

    again = run(write_source(before).text)

    assert _configs(again) == _configs(model)


def _plain(document: Document) -> dict[str, tuple[str, Any]]:
    layers = document.models["main"].layers.items()
    return {name: (layer.type, _normal(layer)) for name, layer in layers}


def _normal(layer: Layer) -> dict[str, Any]:
    """The config as the type reads it; arrays in Keras' form as plain lists."""
    config = {
        key: value["config"]["value"] if isinstance(value, dict) and "class_name" in value else value
        for key, value in layer.config.items()
    }
    return without_defaults(layer_types()[layer.type], config) if layer.type in layer_types() else config


def _shapes(document: Document, outputs: Any) -> list[tuple[int | None, ...]]:
    specs = check(document).models["main"].nodes
    names = (
        sorted(outputs) if isinstance(outputs, dict) else [name for name in specs if name.startswith("out_")]
    )
    return [tuple(specs[name]["output"].shape) for name in names]  # type: ignore[union-attr]


def _configs(model: Any) -> list[Any]:
    found = []
    for each in json.loads(json.dumps(model.get_config()))["layers"]:
        config = {key: value for key, value in each["config"].items() if value is not None}
        if ".ops." in each["module"]:
            for key in ("name", "data_format", "dtype"):  # functions write their defaults out
                config.pop(key, None)
        found.append(({"Abs": "Absolute"}.get(each["class_name"], each["class_name"]), config))
    return found
