"""What `resolve` gives: models with their layers parsed, their edges checked, and their calls in order."""

from collections.abc import Mapping
from dataclasses import dataclass

from layerloom.document import Document, Limits
from layerloom.layers.base import LayerType, Port
from layerloom.problems import Problem


@dataclass(frozen=True, slots=True)
class Source:
    """An output port of a node."""

    node: str
    port: str

    def __str__(self) -> str:
        return f"{self.node}.{self.port}"


@dataclass(frozen=True, slots=True)
class ResolvedLayer:
    """A layer with its config parsed.

    `config` is None where type or config are wrong. `model` is the definition that a Model layer calls, `wraps`
    the layer that a wrapper names; both None where they name nothing.
    """

    id: str
    type: str
    config: LayerType | None
    inputs: tuple[Port, ...] = ()
    outputs: tuple[Port, ...] = ()
    model: str | None = None
    wraps: str | None = None

    @property
    def has_ports(self) -> bool:
        """False where the ports can't be known: a wrong config, or a model that isn't there."""
        return self.config is not None and bool(self.outputs or self.type == "Output")


@dataclass(frozen=True, slots=True)
class ResolvedCall:
    """A node: one call of a layer. `inputs` has bundles spread out and aliases of ports replaced."""

    node: str
    layer: ResolvedLayer
    inputs: Mapping[str, tuple[Source, ...]]
    is_complete: bool
    """Every required port is wired to something that exists."""


@dataclass(frozen=True, slots=True)
class ResolvedModel:
    """One model: `calls` in an order in which every source comes before its targets; nodes on a cycle are left out."""

    id: str
    layers: Mapping[str, ResolvedLayer]
    calls: tuple[ResolvedCall, ...]
    bundles: Mapping[str, tuple[tuple[str, Source], ...]]
    """What each Join node holds: names and sources."""
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Resolved:
    """A document whose names are resolved, with every problem found on the way."""

    document: Document
    models: Mapping[str, ResolvedModel]
    problems: tuple[Problem, ...]
    limits: Limits
