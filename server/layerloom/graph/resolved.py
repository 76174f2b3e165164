"""What `resolve` gives: models with their layers parsed, their edges checked, and their calls in order."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from layerloom.document import Document, Limits
from layerloom.graph.configs import ParsedLayer, Ports
from layerloom.layers.base import LayerType, Port
from layerloom.problems import Problem


class Source(NamedTuple):
    """An output port of a node."""

    node: str
    port: str

    def __str__(self) -> str:
        return f"{self.node}.{self.port}"


Wired = dict[str, tuple[Source, ...]]
"""Sources by input port, in edge order."""

Bundle = tuple[tuple[str, Source], ...]
"""What a Join node holds: names and sources, in edge order."""


@dataclass(frozen=True, slots=True)
class ResolvedLayer:
    """A layer with its config parsed.

    `ports` is None where they can't be known: a wrong config, or a model that isn't there. `model` is the
    definition that a Model layer calls (a wrapper of one names it too), `wraps` the layer that a wrapper names.
    """

    id: str
    parsed: ParsedLayer
    ports: Ports | None = None
    model: str | None = None
    wraps: str | None = None

    @property
    def type(self) -> str:
        return self.parsed.type

    @property
    def config(self) -> LayerType | None:
        return self.parsed.config

    @property
    def inputs(self) -> tuple[Port, ...]:
        return tuple(self.ports.inputs.values()) if self.ports else ()

    @property
    def outputs(self) -> tuple[Port, ...]:
        return tuple(self.ports.outputs.values()) if self.ports else ()


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
    bundles: Mapping[str, Bundle]
    """By Join node."""
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    is_trainable: bool = True


@dataclass(frozen=True, slots=True)
class Resolved:
    """A document whose names are resolved, with every problem found on the way."""

    document: Document
    models: Mapping[str, ResolvedModel]
    problems: tuple[Problem, ...]
    limits: Limits
