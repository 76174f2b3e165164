"""Documents for tests, made by few words."""

from typing import Any

Json = dict[str, Any]


def dense_document(name: str = "Dense", dataset: str = "generated", epochs: int = 2) -> Json:
    """One input, one hidden layer, one output; trains in a moment."""
    return {
        "format": "layerloom/1",
        "name": name,
        "models": {
            "main": {
                "layers": {
                    "given": {"type": "Input", "config": {"shape": [4]}},
                    "hidden": {"type": "Dense", "config": {"units": 8, "activation": "relu"}},
                    "decide": {"type": "Dense", "config": {"units": 1}},
                    "answer": {"type": "Output"},
                },
                "nodes": {
                    "given": {"layer": "given"},
                    "hidden": {"layer": "hidden", "inputs": {"inputs": ["given"]}},
                    "decide": {"layer": "decide", "inputs": {"inputs": ["hidden"]}},
                    "answer": {"layer": "answer", "inputs": {"inputs": ["decide"]}},
                },
            }
        },
        "training": {
            "model": "main",
            "data": {
                "dataset": dataset,
                "inputs": {"given": "given"},
                "targets": {"answer": "answer"},
            },
            "optimizer": {"type": "SGD", "config": {"learning_rate": 0.01}},
            "outputs": {"answer": {"loss": "mean_squared_error"}},
            "fit": {"epochs": epochs, "batch_size": 32, "seed": 7},
        },
    }


def chain_document(length: int) -> Json:
    """A chain of `length` Dense layers with an Input before and an Output behind."""
    layers: Json = {"given": {"type": "Input", "config": {"shape": [4]}}, "answer": {"type": "Output"}}
    nodes: Json = {"given": {"layer": "given"}}
    before = "given"
    for index in range(length):
        name = f"dense_{index}"
        layers[name] = {"type": "Dense", "config": {"units": 4, "activation": "relu"}}
        nodes[name] = {"layer": name, "inputs": {"inputs": [before]}}
        before = name
    nodes["answer"] = {"layer": "answer", "inputs": {"inputs": [before]}}
    return {
        "format": "layerloom/1",
        "name": "Chain",
        "models": {"main": {"layers": layers, "nodes": nodes}},
    }


def cyclic_document() -> Json:
    """Two layers that feed each other."""
    document = dense_document()
    document["models"]["main"]["nodes"]["hidden"]["inputs"] = {"inputs": ["decide"]}
    return document
