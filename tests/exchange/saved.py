"""A layer of ours and the Keras model of the same one layer, for tests of weights files."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from builder import ModelBuilder, plain_document
from layerloom.document import Document
from layerloom.exchange.keras.known import KnownLayer, known_layers
from layerloom.exchange.keras.tree import SavedLayer
from layerloom.layers.base import Inputs
from layerloom.layers.catalogue import layer_types
from layerloom.versions import load_document
from layers.calls import sized
from layers.reference import keras, keras_layer_class

Array = np.ndarray[Any, Any]  # Any: any shape, any number type

LISTED = ("Attention", "AdditiveAttention")
"""Called on a list of query, value and key."""


def cases() -> Iterator[tuple[str, Mapping[str, Any], Inputs]]:
    """Every example of every layer type that has weights and is Keras' too."""
    for name, each in layer_types().items():
        if each.structural or each.binds or not each.is_callable or each.keras_name == "":
            continue  # those that name other layers: test_recurrent_files
        for example in each.examples:
            if example.layers:
                continue  # they name other layers: `test_keras_files` has such models
            layer = each.model_validate(dict(example.config))
            if layer.weights(example.inputs):
                yield name, example.config, example.inputs


def first_cases() -> list[tuple[str, Mapping[str, Any], Inputs]]:
    """One for each layer type."""
    return list({name: (name, config, inputs) for name, config, inputs in reversed(list(cases()))}.values())


def one_layer(type_name: str, config: Mapping[str, Any], inputs: Inputs) -> Document:
    """Inputs, the layer under the id `tested`, and an output for each of its ports."""
    model = ModelBuilder()
    wired: dict[str, list[str]] = {}
    for port, specs in inputs.items():
        for number, spec in enumerate(specs):
            name = f"{port}_{number}"
            model.input(name, spec.shape[1:], spec.dtype)
            wired.setdefault(port, []).append(name)
    model.layer("tested", type_name, **config).node("tested", "tested", **wired)
    layer = layer_types()[type_name].model_validate(dict(config))
    for port in layer.outputs():
        model.output(f"out_{port.name}", f"tested.{port.name}")
    plain = plain_document(model)
    plain["models"]["main"]["inputs"] = [name for names in wired.values() for name in names]
    plain["models"]["main"]["outputs"] = [f"out_{port.name}" for port in layer.outputs()]
    return load_document(plain)


def keras_layer(
    type_name: str, config: Mapping[str, Any], inputs: Inputs
) -> Any:  # Any: keras.Model has no types
    """The model of one layer; its first input port is what it is called on, further ones go by keyword."""
    kind = layer_types()[type_name]
    given = {name: value for name, value in config.items() if name not in kind.call_fields}
    called = {name: value for name, value in config.items() if name in kind.call_fields}
    layer = keras_layer_class(kind.keras_name or type_name)(**given)
    ends = {
        port: [keras.Input(spec.shape[1:], dtype=spec.dtype) for spec in specs]
        for port, specs in inputs.items()
    }
    first, *others = kind.input_ports
    argument = ends[first.name] if first.is_variadic else ends[first.name][0]
    if type_name in LISTED:
        argument, others = [end for each in ends.values() for end in each], []
    further: dict[str, Any] = {
        port.name: ends[port.name] if port.is_variadic else ends[port.name][0]
        for port in others
        if port.name in ends
    }
    result = layer(argument, **further, **called)
    return keras.Model([end for each in ends.values() for end in each], result)


def tree_of(model: Any, **paths: str) -> SavedLayer:  # Any: keras.Model has no types
    """What importing the config gives, for a model with the layers' paths by Keras' names."""
    return SavedLayer("Functional", model.name, "", tuple(_saved(layer, paths) for layer in model.operations))


def _saved(layer: Any, paths: Mapping[str, str]) -> SavedLayer:
    inner = None
    if hasattr(layer, "operations"):
        inner = tuple(_saved(each, paths) for each in layer.operations)
    wraps = _saved(layer.layer, paths) if type(layer).__name__ == "TimeDistributed" else None
    is_operation = not isinstance(layer, keras.layers.Layer)
    return SavedLayer(type(layer).__name__, layer.name, paths.get(layer.name), inner, wraps, is_operation)


def known(document: Document) -> dict[str, KnownLayer]:
    return known_layers(document)


def random_inputs(inputs: Inputs) -> list[Array]:
    generator = np.random.default_rng(0)
    return [
        generator.normal(size=sized(spec.shape)).astype("float32")
        if spec.dtype == "float32"
        else generator.integers(0, 3, sized(spec.shape)).astype(spec.dtype)
        for specs in inputs.values()
        for spec in specs
    ]


def shuffle_weights(model: Any) -> None:  # Any: keras.Model has no types
    """Random numbers in every weight, none negative, for some are variances."""
    generator = np.random.default_rng(1)
    for weight in model.weights:
        if "float" in str(weight.dtype):
            weight.assign(generator.uniform(0.1, 0.9, weight.shape))
    for layer in model.layers:
        if hasattr(layer, "finalize_state"):
            layer.finalize_state()  # Normalization computes with copies that it makes here
