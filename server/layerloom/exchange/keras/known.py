"""The weights that a document's layers have, by the layer's path, without torch."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from layerloom.document import Document, Limits
from layerloom.graph.infer import infer
from layerloom.graph.resolve import resolve
from layerloom.graph.specs import InferredModel
from layerloom.layers.base import Weight

Array = np.ndarray[Any, Any]  # Any: any shape, any number type
Weights = Mapping[str, Array]
"""By path (`vision/dense/kernel`), in Keras' layout, as `BuiltModel.get_weights` gives them."""


@dataclass(frozen=True, slots=True)
class KnownLayer:
    """A layer whose inputs are known; `weights` may be none."""

    path: str
    weights: tuple[Weight, ...]
    is_frozen: bool
    model: str
    node: str
    """Of its first call: where a problem with it is shown."""

    @property
    def in_order(self) -> tuple[Weight, ...]:
        """As Keras keeps them: those that training changes first."""
        return tuple(sorted(self.weights, key=lambda weight: not weight.trainable))


def known_layers(
    document: Document, model: str = "main", limits: Limits | None = None
) -> dict[str, KnownLayer]:
    """By path. A layer of which nothing can be known (an unknown type, a cycle) is absent."""
    inferred = infer(resolve(document, limits)).models.get(model)
    return {} if inferred is None else {layer.path: layer for layer in layers_of(inferred)}


def layers_of(inferred: InferredModel) -> list[KnownLayer]:
    """All layers of a model, those of models in it among them."""
    return list(_layers(inferred, "", False))


def _layers(model: InferredModel, prefix: str, is_frozen: bool) -> Iterator[KnownLayer]:
    is_frozen = is_frozen or not model.is_trainable
    for layer_id, use in model.uses.items():
        frozen = is_frozen or use.is_frozen or not use.layer.parsed.is_trainable
        if use.nested is not None:
            yield from _layers(use.nested, f"{prefix}{layer_id}/", frozen)
        else:
            yield KnownLayer(f"{prefix}{layer_id}", use.weights, frozen, model.id, use.node)
