"""Documents for tests, in few words: `ModelBuilder().input("a", [8]).call("dense", "Dense", "a", units=4)`."""

from collections.abc import Sequence
from typing import Any

from layerloom.document import Document
from layerloom.versions import load_document

Sources = str | Sequence[str]


class ModelBuilder:
    """One model; every method gives the builder back."""

    def __init__(self) -> None:
        self.layers: dict[str, dict[str, Any]] = {}
        self.nodes: dict[str, dict[str, Any]] = {}

    def layer(self, layer_id: str, layer_type: str, **config: Any) -> "ModelBuilder":
        """A layer that no node calls yet."""
        self.layers[layer_id] = {"type": layer_type, "config": config}
        return self

    def node(
        self, node_id: str, layer_id: str, port: str = "inputs", sources: Sources = (), **more: Sources
    ) -> "ModelBuilder":
        """A call of a layer; further ports by keyword."""
        wired = {port: sources, **more}
        inputs = {
            name: [each] if isinstance(each, str) else list(each) for name, each in wired.items() if each
        }
        self.nodes[node_id] = {"layer": layer_id, "inputs": inputs} if inputs else {"layer": layer_id}
        return self

    def call(
        self, name: str, layer_type: str, sources: Sources = (), port: str = "inputs", **config: Any
    ) -> "ModelBuilder":
        """A layer and its one node under the same id."""
        return self.layer(name, layer_type, **config).node(name, name, port, sources)

    def input(self, name: str, shape: Sequence[int | None], dtype: str = "float32") -> "ModelBuilder":
        config: dict[str, Any] = {"shape": list(shape)}
        if dtype != "float32":
            config["dtype"] = dtype
        return self.layer(name, "Input", **config).node(name, name)

    def output(self, name: str, source: Sources) -> "ModelBuilder":
        return self.call(name, "Output", source)

    def plain(self) -> dict[str, Any]:
        return {"layers": self.layers, "nodes": self.nodes}


def document(main: ModelBuilder, training: dict[str, Any] | None = None, **models: ModelBuilder) -> Document:
    """A document of the main model and the models that it calls."""
    return load_document(plain_document(main, training, **models))


def plain_document(
    main: ModelBuilder, training: dict[str, Any] | None = None, **models: ModelBuilder
) -> dict[str, Any]:
    data: dict[str, Any] = {
        "format": "layerloom/1",
        "name": "Test",
        "models": {name: model.plain() for name, model in {"main": main, **models}.items()},
    }
    if training is not None:
        data["training"] = training
    return data


def shared_lstm(units: int = 8) -> ModelBuilder:
    """Two inputs through one LSTM, a merge, a hidden Dense and one output: the document of the design."""
    return (
        ModelBuilder()
        .input("first", [8, 8])
        .input("second", [8, 8])
        .layer("shared_lstm", "LSTM", units=units)
        .node("encoded_a", "shared_lstm", "sequence", "first")
        .node("encoded_b", "shared_lstm", "sequence", "second")
        .call("merge", "Concatenate", ["encoded_a", "encoded_b"])
        .call("compare", "Dense", "merge", units=16, activation="relu")
        .call("decide", "Dense", "compare", units=1, activation="sigmoid")
        .output("same", "decide")
    )
