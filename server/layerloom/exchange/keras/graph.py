"""A Keras model as its config has it: layers with their calls, tensors by (layer, call, index). Plain data; what a
layer means is not known here.

Indices are those of `keras_history`: the first call of any layer, models too, is call 0.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

EXTRAS = "layerloom"
"""Key beside Keras' own, which Keras passes over: ids that Keras has no place for."""


_KERAS = ("keras", "keras_core", "tensorflow", "tf_keras", "")


@dataclass(frozen=True, slots=True)
class Tensor:
    """Output `index` of call number `call` of a layer."""

    layer: str
    call: int = 0
    index: int = 0
    shape: tuple[int | None, ...] | None = None
    dtype: str = "float32"

    @property
    def key(self) -> tuple[str, int, int]:
        return self.layer, self.call, self.index


Argument = Any
"""A Tensor, a literal, or a list or dict of them."""


@dataclass(slots=True)
class Call:
    """One call of a layer: an entry of `inbound_nodes`."""

    args: list[Argument]
    kwargs: dict[str, Argument] = field(default_factory=dict)
    id: str | None = None
    """Id of the node in the document that wrote it, where no rule gives it."""
    automatic: frozenset[str] = frozenset()
    """Keyword arguments that Keras fills in by itself."""

    def tensors(self) -> Iterator[Tensor]:
        yield from tensors([self.args, self.kwargs])


@dataclass(slots=True)
class Entry:
    """A layer, or an operation, of a model's `config.layers`."""

    class_name: str
    name: str
    config: dict[str, Any]
    module: str = "keras.layers"
    registered_name: str | None = None
    build_config: Mapping[str, Any] | None = None
    shared: int | None = None
    """Keras' `shared_object_id`: entries with the same one are one layer."""
    calls: list[Call] = field(default_factory=list)
    model: "Graph | None" = None
    wrapped: dict[str, list["Entry"]] = field(default_factory=dict)
    """Layers that the config holds whole, by field: what a wrapper wraps, cells."""
    extras: Mapping[str, Any] = field(default_factory=dict)
    layer_id: str = ""
    """Of a layer that was written: its id in the document."""

    @property
    def is_input(self) -> bool:
        return self.class_name == "InputLayer"

    @property
    def is_operation(self) -> bool:
        return ".ops." in f"{self.module}." or self.module == "keras.ops"

    @property
    def is_custom(self) -> bool:
        return ">" in (self.registered_name or "") or self.module.split(".")[0] not in _KERAS


@dataclass(slots=True)
class Graph:
    """A Functional or Sequential model."""

    name: str
    kind: Literal["Functional", "Sequential"]
    entries: dict[str, Entry]
    inputs: Argument
    outputs: Argument
    trainable: bool = True
    extras: Mapping[str, Any] = field(default_factory=dict)
    nodes: Mapping[tuple[str, int], tuple[str, int]] = field(default_factory=dict)
    """Of a model that was written: the node of each call, and how many outputs it has."""
    model_id: str = ""
    """Of a model that was written: its id in the document."""


def tensors(argument: Argument) -> Iterator[Tensor]:
    """All tensors within an argument, in the order in which Keras flattens it (dicts by their sorted keys)."""
    waiting = [argument]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Tensor):
            yield part
        elif isinstance(part, dict):
            waiting += [part[key] for key in sorted(part, key=str, reverse=True)]
        elif isinstance(part, list | tuple):
            waiting += reversed(part)


def leaves(argument: Argument) -> list[tuple[tuple[str | int, ...], Argument]]:
    """Tensors and literals with their paths, in Keras' order."""
    found: list[tuple[tuple[str | int, ...], Argument]] = []
    waiting: list[tuple[tuple[str | int, ...], Argument]] = [((), argument)]
    while waiting:
        path, part = waiting.pop()
        if isinstance(part, dict):
            waiting += [((*path, key), part[key]) for key in sorted(part, key=str, reverse=True)]
        elif isinstance(part, list | tuple):
            waiting += reversed([((*path, place), each) for place, each in enumerate(part)])
        else:
            found.append((path, part))
    return found
