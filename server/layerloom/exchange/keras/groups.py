"""Where Keras' weights file keeps each layer: classes in snake case, counted in the order of the model's layers."""

import re
from collections.abc import Iterator
from dataclasses import replace

from layerloom.exchange.keras.tree import SavedLayer

_CLASSES = {"GroupQueryAttention": "GroupedQueryAttention"}
"""Where a class bears another name than the one that Keras exports, which stands in configs."""


def placed(tree: SavedLayer) -> Iterator[tuple[str, SavedLayer]]:
    """Every layer with its group: `("layers/functional/layers/dense_1", …)`; the model itself comes first, as `""`."""
    yield from _placed(tree, "")


def snake_case(class_name: str) -> str:
    """`Conv2DTranspose` → `conv2d_transpose`, as Keras names groups and layers."""
    name = re.sub(r"\W+", "", class_name.rpartition(">")[2])
    name = _CLASSES.get(name, name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def below(group: str, inner: str) -> str:
    """`below("layers/lstm", "cell/vars/0")`; either may be empty."""
    return "/".join(part for part in (group, inner) if part)


def _placed(layer: SavedLayer, group: str) -> Iterator[tuple[str, SavedLayer]]:
    yield group, layer
    if layer.wraps is not None:
        yield from _placed(layer.wraps, below(group, "layer"))
    counts: dict[str, int] = {}
    for inner in layer.layers or ():
        if inner.is_operation:
            continue
        name = snake_case(inner.class_name)
        count = counts[name] = counts.get(name, -1) + 1
        yield from _placed(inner, below(group, f"layers/{name}_{count}" if count else f"layers/{name}"))


def without_operations(tree: SavedLayer) -> SavedLayer:
    """The same layers, as Keras' `model.layers` has them."""
    if tree.layers is None:
        return tree
    return replace(tree, layers=tuple(layer for layer in tree.layers if not layer.is_operation))
