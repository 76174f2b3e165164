"""Layers of one Keras model → layers of the document: types, configs, what wrappers wrap, operations."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from layerloom.document import Layer
from layerloom.exchange.keras.configs import document_config, types_by_class, without_defaults
from layerloom.exchange.keras.graph import Entry, Graph, Tensor
from layerloom.exchange.keras.names import Names, identifier
from layerloom.exchange.keras.operations import UnsupportedOperation, read_operation
from layerloom.exchange.keras.tensors_json import from_json, to_json
from layerloom.exchange.keras.tree import SavedLayer
from layerloom.layers.base import LayerType
from layerloom.layers.catalogue import layer_types
from layerloom.layers.unsupported import UNSUPPORTED
from layerloom.problems import Problem

if TYPE_CHECKING:
    from layerloom.exchange.keras.read_graph import Define, ReadGraph

_LONGEST_TYPE = 128


@dataclass(slots=True)
class ReadLayer:
    """A layer of the document. `nested` is the model that it calls, `operands` what an operation's call wires."""

    id: str
    type: type[LayerType] | None
    nested: "ReadGraph | None" = None
    operands: Mapping[str, list[Tensor]] | None = None


@dataclass(slots=True)
class LayerReader:
    """Fills `layers`, and `found` by Keras' name."""

    graph: Graph
    define: "Define"
    dropped: frozenset[str]
    layers: dict[str, Layer] = field(default_factory=dict)
    found: dict[str, list[ReadLayer]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    of_entries: list[tuple[str, Problem]] = field(default_factory=list)
    """Problems of layers that nodes call, by Keras' name."""
    names: Names = field(default_factory=Names)
    saved: dict[str, SavedLayer] = field(default_factory=dict)
    by_shared: dict[int, str] = field(default_factory=dict)
    """Layer ids by Keras' `shared_object_id`."""

    def read(self, inputs: Mapping[str, str]) -> None:
        """Every layer; `inputs` are the Input nodes with their Keras names."""
        node_of = {name: node for node, name in inputs.items()}
        for node in inputs:
            self.names.give(node)
        entries = [each for name, each in self.graph.entries.items() if name not in self.dropped]
        ids = {each.name: self._id(each) for each in entries if not each.is_input and not each.is_operation}
        for entry in entries:
            if entry.name in ids and entry.shared is not None:
                self.by_shared.setdefault(entry.shared, ids[entry.name])
        for entry in entries:
            if entry.is_input:
                self._read_input(entry, node_of[entry.name])
            elif entry.is_operation:
                self._read_operation(entry)
            else:
                read, saved = self._read_layer(entry, ids[entry.name], entry.name)
                self.found[entry.name], self.saved[entry.name] = [read], saved

    def tree(self) -> tuple[SavedLayer, ...]:
        """All layers in Keras' order."""
        return tuple(
            self.saved.get(name) or SavedLayer(each.class_name, name, None, is_operation=each.is_operation)
            for name, each in self.graph.entries.items()
        )

    def _id(self, entry: Entry) -> str:
        said = entry.extras.get("layer")
        return self.names.give(said if isinstance(said, str) and identifier(said) == said else entry.name)

    def _read_input(self, entry: Entry, node: str) -> None:
        shape = entry.config.get("batch_shape", entry.config.get("batch_input_shape"))
        sizes = list(shape[1:]) if isinstance(shape, list) and shape else []
        dtype = entry.config.get("dtype") or "float32"
        config: dict[str, Any] = {"shape": sizes}
        if isinstance(shape, list) and shape and shape[0] is not None:
            config["batch_size"] = shape[0]
        if dtype != "float32":
            config["dtype"] = dtype if isinstance(dtype, str) else str(dtype)[:64]
        for key in ("sparse", "ragged", "optional"):
            if entry.config.get(key) is True:
                self._tell(
                    entry,
                    f"`{entry.name[:100]}` is an Input that is `{key}`; Inputs here are plain tensors that are always "
                    "fed.",
                    "Save the model with a plain Input.",
                )
        self.layers[node] = Layer(type="Input", config=config)
        self.found[entry.name] = [ReadLayer(node, None)]
        self.saved[entry.name] = SavedLayer(entry.class_name, entry.name, node)

    def _read_layer(self, entry: Entry, layer_id: str, told_at: str) -> tuple[ReadLayer, SavedLayer]:
        if entry.model is not None:
            return self._read_model(entry, layer_id)
        layer_type = None if entry.is_custom else types_by_class().get(entry.class_name)
        config = dict(entry.config)
        wraps: SavedLayer | None = None
        for key, held in entry.wrapped.items():
            ids = []
            for inner in held:
                inner_id, inner_saved = self._read_wrapped(inner, told_at)
                ids.append(inner_id)
                wraps = wraps or inner_saved
            config[key] = ids if key == "cells" else ids[0]
        if layer_type is None:
            self._tell_of_unknown(entry, told_at)
            config.pop("function", None)
            config.pop("arguments", None) if entry.class_name == "Lambda" else None
        if entry.class_name == "Bidirectional":
            self._drop_backward(config, layer_type)
        name = _type_name(entry, layer_type)
        if layer_type is not None:
            config |= _said_in_calls(entry, layer_type)
        config = document_config(layer_type, config, layer_id)
        if config.get("name") is None and entry.name != layer_id:
            config["name"] = entry.name[:200]
        self.layers[layer_id] = _layer(name, config)
        shares = entry.class_name == "TimeDistributed"
        saved = SavedLayer(entry.class_name, entry.name, layer_id, wraps=wraps if shares else None)
        return ReadLayer(layer_id, layer_type), saved

    def _read_wrapped(self, entry: Entry, told_at: str) -> tuple[str, SavedLayer | None]:
        if entry.shared is not None and entry.shared in self.by_shared:
            layer_id = self.by_shared[entry.shared]
            return layer_id, SavedLayer(entry.class_name, entry.name, layer_id)
        layer_id = self._id(entry)
        if entry.shared is not None:
            self.by_shared[entry.shared] = layer_id
        _, saved = self._read_layer(entry, layer_id, told_at)
        return layer_id, saved

    def _read_model(self, entry: Entry, layer_id: str) -> tuple[ReadLayer, SavedLayer]:
        model = entry.model
        if model is None:
            raise ValueError(f"{entry.name} is no model")
        model_id, nested = self.define(entry, model)
        config: dict[str, Any] = {"model": model_id}
        if entry.name != layer_id:
            config["name"] = entry.name[:200]
        self.layers[layer_id] = _layer("Model", config)
        saved = SavedLayer(entry.class_name, entry.name, layer_id, layers=_below(nested.tree, layer_id))
        return ReadLayer(layer_id, None, nested), saved

    def _drop_backward(self, config: dict[str, Any], layer_type: type[LayerType] | None) -> None:
        """Keras writes the backward layer out even where it is the forward one turned round."""
        forward, backward = (
            self.layers.get(config.get("layer", "")),
            self.layers.get(config.get("backward_layer", "")),
        )
        if layer_type is None or forward is None or backward is None or forward.type != backward.type:
            return

        def settings(layer: Layer) -> dict[str, Any]:
            return {key: value for key, value in layer.config.items() if key not in ("name", "go_backwards")}

        turned = bool(forward.config.get("go_backwards")) != bool(backward.config.get("go_backwards"))
        cells = {key for layer in (forward, backward) for key in layer.config if key in ("cell", "cells")}
        if turned and not cells and settings(forward) == settings(backward):
            name = config.pop("backward_layer")
            del self.layers[name]
            self.names.taken.discard(name)

    def _read_operation(self, entry: Entry) -> None:
        found: list[ReadLayer] = []
        for number, call in enumerate(entry.calls):
            layer_id = self.names.give(entry.name if not number else f"{entry.name[:59]}_{number + 1}")
            try:
                args, kwargs = to_json(call.args), to_json(call.kwargs)
                read = read_operation(entry.module, entry.class_name, entry.config, args, kwargs)
            except UnsupportedOperation as reason:
                self._tell(entry, f"`{entry.name[:100]}`: {reason}", "Put a layer in its place.")
                name = f"ops.{entry.class_name}"[:_LONGEST_TYPE]
                self.layers[layer_id] = _layer(name, document_config(None, entry.config, layer_id))
                found.append(ReadLayer(layer_id, None))
                continue
            layer_type = layer_types()[read.type]
            config = {key: value for key, value in read.config.items() if key != "name" or value != layer_id}
            self.layers[layer_id] = _layer(read.type, without_defaults(layer_type, config))
            operands = {port: [from_json(each) for each in wired] for port, wired in read.inputs.items()}
            found.append(ReadLayer(layer_id, layer_type, operands=operands))
        self.found[entry.name] = found
        first = found[0].id if found else None
        self.saved[entry.name] = SavedLayer(entry.class_name, entry.name, first, is_operation=True)

    def _tell_of_unknown(self, entry: Entry, told_at: str) -> None:
        reason = UNSUPPORTED.get(entry.class_name)
        if entry.is_custom:
            said = "a class of somebody's own, which Keras' file names but does not hold"
        else:
            said = reason or "there is no such layer type"
        self._tell(
            entry,
            f"`{entry.name[:100]}` is a `{entry.class_name[:100]}`, which is not supported: {said}.",
            "Put layers that there are in its place; everything else of the model is here.",
            told_at,
        )

    def _tell(self, entry: Entry, message: str, hint: str, told_at: str | None = None) -> None:
        self.of_entries.append(
            (told_at or entry.name, Problem(code="import.unsupported", message=message, hint=hint))
        )


def _said_in_calls(entry: Entry, layer_type: type[LayerType]) -> dict[str, Any]:
    """Settings that Keras takes in the call; ports may depend on them.

    One without a default is left open where calls differ: each says it by what it is called on, as ReversibleEmbedding.
    """
    said: dict[str, Any] = {}
    for key in layer_type.call_fields:
        values = [call.kwargs.get(key) for call in entry.calls]
        value = next((each for each in values if isinstance(each, bool | int | float | str)), None)
        is_open = layer_type.model_fields[key].get_default() is None and len(set(map(bool, values))) > 1
        if value is not None and not is_open:
            said[key] = value
    return said


def _layer(type_name: str, config: dict[str, Any]) -> Layer:
    return Layer(type=type_name, config=config) if config else Layer(type=type_name)


def _type_name(entry: Entry, layer_type: type[LayerType] | None) -> str:
    if layer_type is not None:
        return layer_type.__name__
    return ((entry.registered_name if entry.is_custom else None) or entry.class_name)[:_LONGEST_TYPE]


def _below(tree: tuple[SavedLayer, ...], layer_id: str) -> tuple[SavedLayer, ...]:
    """The same layers, with their places below a Model layer."""
    return tuple(
        replace(
            each,
            path=None if each.path is None else f"{layer_id}/{each.path}",
            layers=None if each.layers is None else _below(each.layers, layer_id),
            wraps=None if each.wraps is None else _below((each.wraps,), layer_id)[0],
        )
        for each in tree
    )
