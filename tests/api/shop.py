"""A small table of a shop: numbers and categories in, a class, a yes or no and a price out; and a model for it."""

import csv
import io
from typing import Any

import numpy as np

CITIES = ("Bergen", "Oslo", "Tromsø")
SIZES = ("large", "medium", "small")
ROWS = 240


def rows(count: int = ROWS, seed: int = 0) -> list[dict[str, Any]]:
    random = np.random.default_rng(seed)
    made = []
    for age, city, noise in zip(
        random.integers(18, 80, count).tolist(),
        random.integers(0, 3, count).tolist(),
        random.normal(0, 1, count).tolist(),
        strict=True,
    ):
        price = 200 + 6 * age + 120 * city + 10 * noise
        made.append(
            {
                "age": age + 0.5,
                "city": CITIES[city],
                "size": SIZES[min(2, age // 27)],
                "bought": "yes" if age + 10 * city > 55 else "no",
                "price": round(price, 2),
            }
        )
    return made


def as_csv(table: list[dict[str, Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(table[0]))
    writer.writeheader()
    writer.writerows(table)
    return text.getvalue().encode()


def document(dataset: str, epochs: int = 40) -> dict[str, Any]:
    def node(layer: str, *sources: str) -> dict[str, Any]:
        return {"layer": layer, "inputs": {"inputs": list(sources)}}

    dense: dict[str, dict[str, Any]] = {
        "hidden": {"units": 16, "activation": "relu"},
        "which": {"units": 3, "activation": "softmax"},
        "whether": {"units": 1, "activation": "sigmoid"},
        "how_much": {"units": 1},
    }
    return {
        "format": "layerloom/1",
        "name": "Shop",
        "models": {
            "main": {
                "layers": {
                    "age": {"type": "Input", "config": {"shape": [1]}},
                    "city": {"type": "Input", "config": {"shape": [3]}},
                    "both": {"type": "Concatenate"},
                    **{name: {"type": "Dense", "config": config} for name, config in dense.items()},
                    **{name: {"type": "Output"} for name in ("size", "bought", "price")},
                },
                "nodes": {
                    "age": {"layer": "age"},
                    "city": {"layer": "city"},
                    "both": node("both", "age", "city"),
                    "hidden": node("hidden", "both"),
                    "which": node("which", "hidden"),
                    "whether": node("whether", "hidden"),
                    "how_much": node("how_much", "hidden"),
                    "size": node("size", "which"),
                    "bought": node("bought", "whether"),
                    "price": node("price", "how_much"),
                },
            }
        },
        "training": {
            "model": "main",
            "data": {
                "dataset": dataset,
                "inputs": {
                    "age": {"columns": "age", "encoder": {"type": "standardize"}},
                    "city": {"columns": "city", "encoder": {"type": "one-hot"}},
                },
                "targets": {
                    "size": "size",
                    "bought": "bought",
                    "price": {"columns": "price", "encoder": {"type": "standardize"}},
                },
            },
            "optimizer": {"type": "Adam", "config": {"learning_rate": 0.02}},
            "outputs": {
                "size": {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]},
                "bought": {"loss": "binary_crossentropy", "metrics": ["accuracy"]},
                "price": {"loss": "mse", "metrics": ["mae"]},
            },
            "fit": {"epochs": epochs, "batch_size": 32, "validation_split": 0.25, "seed": 3},
        },
    }
