"""What `infer` gives: tensor specs of every node, and what each layer is called on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from layerloom.graph.resolved import ResolvedLayer
from layerloom.layers.base import Inputs, Weight
from layerloom.problems import Problem
from layerloom.tensors import BundleSpec, Spec, TensorSpec


@dataclass(slots=True)
class LayerUse:
    """A layer with the inputs of its first call, which shape its weights; `nested` for a layer that is a model."""

    layer: ResolvedLayer
    inputs: Inputs
    weights: tuple[Weight, ...] = ()
    nested: "InferredModel | None" = None
    node: str = ""
    """The node of the first call."""
    masked: frozenset[str] = frozenset()
    """Ports at which any call brings a mask."""
    given: tuple[tuple[str, TensorSpec], ...] = ()
    """What the Inputs of `nested` get: of all calls together, the masks that any of them brings."""
    cast: frozenset[str] = frozenset()
    """Inputs of `nested` to which any call brings another dtype than their own; they turn it into theirs."""

    def signature(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """Names and shapes of all weights: what two calls of one layer must agree on."""
        if self.nested is not None:
            return self.nested.signature()
        return tuple((weight.name, weight.shape) for weight in self.weights)

    def count(self) -> int:
        return self.nested.weights if self.nested is not None else sum(weight.size for weight in self.weights)

    def trainable(self) -> int:
        if not getattr(self.layer.config, "trainable", True):
            return 0
        if self.nested is not None:
            return self.nested.trainable
        return sum(weight.size for weight in self.weights if weight.trainable)


@dataclass(slots=True)
class InferredModel:
    """One model on given inputs. Nodes of which nothing is known are absent."""

    id: str
    inputs: Mapping[str, TensorSpec]
    nodes: dict[str, dict[str, Spec]] = field(default_factory=dict)
    uses: dict[str, LayerUse] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    flops: int = 0
    elements: int = 0
    """Numbers in all results of one sample: what training keeps for the way back."""

    @property
    def weights(self) -> int:
        return sum(use.count() for use in self.uses.values())

    @property
    def trainable(self) -> int:
        return sum(use.trainable() for use in self.uses.values())

    def output(self, node: str) -> TensorSpec | None:
        """What an Output node gives to the caller."""
        spec = self.nodes.get(node, {}).get("output")
        return None if isinstance(spec, BundleSpec) else spec

    def signature(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        return tuple(
            (f"{layer_id}/{name}", shape)
            for layer_id, use in sorted(self.uses.items())
            for name, shape in use.signature()
        )
