"""Layers that copy the configs of other layers, as Keras' Bidirectional does: nothing is shared with them.

A document names those layers by id; `graph.binding` looks them up and calls `bind`. What comes out is an
ordinary config, whose `infer`, `weights` and `torch_call` use the copied ones.
"""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import PrivateAttr, WithJsonSchema

from layerloom.document import Identifier
from layerloom.layers.base import KerasLayer, LayerType, refuse

LayerId = Annotated[
    Identifier,
    WithJsonSchema(
        {
            "type": "string",
            "format": "layer-id",
            "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
            "minLength": 1,
            "maxLength": 64,
        }
    ),
]
"""The id of a layer of the same model; a form can offer them."""

Parts = Mapping[str, tuple[LayerType, ...]]
"""Configs by the field that names their layers."""


class BindingLayer(KerasLayer):
    """Base of the layer types with `binds`."""

    _parts: Parts = PrivateAttr(default_factory=dict)

    def named(self) -> dict[str, tuple[str, ...]]:
        """Ids of the layers to bind, by field; a field that names none is absent."""
        found: dict[str, tuple[str, ...]] = {}
        for field in self.binds:
            value = getattr(self, field)
            if value:
                found[field] = (value,) if isinstance(value, str) else tuple(value)
        return found

    def bind(self, parts: Parts) -> Self:
        """A copy that carries these configs. It is frozen if they are.

        Raises:
            ProblemError: They can't be used here, or not together.
        """
        frozen = {not getattr(part, "trainable", True) for found in parts.values() for part in found}
        if len(frozen) > 1:
            raise refuse(
                "config.invalid",
                "names layers of which some are to be trained and some are not; they are one layer here.",
                "Set `trainable` alike on all of them.",
                field=self.binds[-1],
            )
        bound = self.model_copy(update={"trainable": False} if True in frozen else None)
        bound._parts = dict(parts)
        bound._check_parts()
        return bound

    @property
    def is_bound(self) -> bool:
        """Whether `bind` has made this config: without, its outputs can't be known."""
        return bool(self._parts)

    def parts(self, field: str) -> tuple[LayerType, ...]:
        """The configs that were bound to a field."""
        return self._parts.get(field, ())

    def penalized_within(self) -> dict[str, Mapping[str, object]]:
        """Penalties of activity within: regularizers by the dotted name of a module below this layer's."""
        return {}

    def _check_parts(self) -> None:
        """Refuse what can't be bound (override)."""
