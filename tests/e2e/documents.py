"""Documents that the browser tests open: the examples, and small ones that show one thing."""

import json
from pathlib import Path
from typing import Any

from builder import ModelBuilder, plain_document

EXAMPLES = Path(__file__).parents[2] / "examples"

Document = dict[str, Any]


def example(name: str) -> Document:
    return dict(json.loads((EXAMPLES / f"{name}.json").read_text()))


def placed(document: Document, **positions: tuple[int, int]) -> Document:
    """The document with its main model's nodes at these places."""
    return {**document, "view": {"main": {"nodes": {node: list(at) for node, at in positions.items()}}}}


def unwired() -> Document:
    """Two inputs, a sum, a Dense and an output, and no edge."""
    model = ModelBuilder().input("a", [4]).input("b", [4]).call("total", "Add")
    model = model.call("dense", "Dense", units=3).output("answer", [])
    return placed(
        plain_document(model), a=(0, 0), b=(0, 160), total=(260, 80), dense=(520, 80), answer=(780, 80)
    )


def chain() -> Document:
    """An input through two layers of Dense to an output."""
    model = ModelBuilder().input("x", [8]).call("first", "Dense", "x", units=4)
    model = model.call("second", "Dense", "first", units=2).output("y", "second")
    return placed(plain_document(model), x=(0, 0), first=(260, 0), second=(520, 0), y=(780, 0))


def brief(document: Document, **fit: Any) -> Document:
    """The document with other arguments of fit."""
    training = document["training"]
    return {**document, "training": {**training, "fit": {**training["fit"], **fit}}}


def tabular() -> Document:
    """Three numbers in, one yes or no out, with no data chosen yet."""
    model = ModelBuilder().input("x", [3]).call("hidden", "Dense", "x", units=8, activation="relu")
    model = model.call("head", "Dense", "hidden", units=1, activation="sigmoid").output("bought", "head")
    return placed(plain_document(model), x=(0, 0), hidden=(260, 0), head=(520, 0), bought=(780, 0))
