"""`graph.Graph` → Keras' JSON, and the tree that a weights file goes by."""

from typing import Any

from layerloom.exchange.keras.configs import saved_object
from layerloom.exchange.keras.graph import EXTRAS, Argument, Entry, Graph, Tensor
from layerloom.exchange.keras.tensors_json import to_json
from layerloom.exchange.keras.tree import SavedLayer

Json = dict[str, Any]

_FLOAT32 = saved_object("keras", "DTypePolicy", {"name": "float32"})


def model_json(graph: Graph) -> Json:
    """A model as `to_json` gives it, without what `compile` was told."""
    return entry_json(model_entry(graph))


def model_entry(graph: Graph) -> Entry:
    """The model as an entry of its own."""
    if graph.kind == "Sequential":
        return Entry("Sequential", graph.name, {}, "keras", None, model=graph)
    return Entry("Functional", graph.name, {}, "keras.src.models.functional", "Functional", model=graph)


def entry_json(entry: Entry) -> Json:
    """A layer, or a model with all that it holds."""
    saved: Json = {
        "module": entry.module,
        "class_name": entry.class_name,
        "config": dict(entry.config),
        "registered_name": entry.registered_name,
    }
    extras: dict[str, Any] = dict(entry.extras)
    if entry.model is not None:
        saved["config"] = graph_config(entry.model)
        shape = saved["config"].get("build_input_shape")
        saved["build_config"] = {"input_shape": shape}
        extras |= entry.model.extras
    for key, held in entry.wrapped.items():
        inner = [entry_json(each) for each in held]
        saved["config"][key] = inner if key == "cells" else inner[0]
    if entry.shared is not None:
        saved["shared_object_id"] = entry.shared
    if extras:
        saved[EXTRAS] = extras
    return saved


def graph_config(graph: Graph) -> Json:
    """The config of a model."""
    if graph.kind == "Sequential":
        layers = [entry_json(each) for each in graph.entries.values()]
        shape = next(iter(graph.entries.values())).config["batch_shape"]
        return {
            "name": graph.name,
            "trainable": graph.trainable,
            "dtype": _FLOAT32,
            "layers": layers,
            "build_input_shape": shape,
        }
    return {
        "name": graph.name,
        "trainable": graph.trainable,
        "layers": [_layer_json(entry) for entry in graph.entries.values()],
        "input_layers": _ends(graph, graph.inputs),
        "output_layers": _ends(graph, graph.outputs),
    }


def tree_of(graph: Graph, below: str = "") -> tuple[SavedLayer, ...]:
    """The layers in Keras' order, with their places in our weights."""
    return tuple(_saved(entry, below) for entry in graph.entries.values())


def _saved(entry: Entry, below: str) -> SavedLayer:
    path = f"{below}{entry.layer_id}" if entry.layer_id else None
    if entry.is_operation:
        return SavedLayer(entry.class_name, entry.name, path, is_operation=True)
    shared = entry.wrapped["layer"][0] if entry.class_name == "TimeDistributed" else None
    return SavedLayer(
        entry.class_name,
        entry.name,
        path,
        layers=None if entry.model is None else tree_of(entry.model, f"{path}/"),
        wraps=None if shared is None else _saved(shared, below),
    )


def _layer_json(entry: Entry) -> Json:
    saved = entry_json(entry)
    saved["name"] = entry.name
    saved["inbound_nodes"] = []
    for call in entry.calls:
        made = {"args": to_json(call.args), "kwargs": to_json(call.kwargs)}
        if call.id is not None:
            made[EXTRAS] = {"node": call.id}
        saved["inbound_nodes"].append(made)
    return saved


def _ends(graph: Graph, ends: Argument) -> Any:  # Any: JSON
    """`[layer, call, index]`; a Functional model's own node counts here."""
    if isinstance(ends, Tensor):
        entry = graph.entries[ends.layer]
        counts = entry.model is not None and entry.model.kind == "Functional"
        return [ends.layer, ends.call + counts, ends.index]
    if isinstance(ends, dict):
        return {key: _ends(graph, each) for key, each in ends.items()}
    return [_ends(graph, each) for each in ends]
