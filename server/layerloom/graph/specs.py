"""What `infer` gives: tensor specs of every node, and what each layer is called on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from layerloom.graph.resolved import ResolvedLayer
from layerloom.graph.rules import Ruled
from layerloom.layers.base import Inputs, Weight
from layerloom.problems import Problem
from layerloom.tensors import BundleSpec, Spec, TensorSpec

NO_WEIGHTS = Ruled({})


@dataclass(slots=True)
class LayerUse:
    """A layer with the inputs of its first call, which shape its weights; `nested` for a layer that is a model."""

    layer: ResolvedLayer
    inputs: Inputs
    ruled: Ruled = NO_WEIGHTS
    nested: "InferredModel | None" = None
    node: str = ""
    """The node of the first call."""
    masked: frozenset[str] = frozenset()
    """Ports at which any call brings a mask."""
    given: tuple[tuple[str, TensorSpec], ...] = ()
    """What the Inputs of `nested` get: of all calls together, the masks that any of them brings."""
    cast: frozenset[str] = frozenset()
    """Inputs of `nested` to which any call brings another dtype than their own; they turn it into theirs."""
    is_frozen: bool = False
    """A wrapper around it is not to be trained."""

    @property
    def weights(self) -> tuple[Weight, ...]:
        return self.ruled.weights

    @property
    def signature(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """Names and shapes of all weights: what two calls of one layer must agree on."""
        if self.nested is not None:
            return self.nested.signature
        return tuple((weight.name, weight.shape) for weight in self.weights)

    @property
    def size(self) -> int:
        """Numbers in all weights."""
        return self.nested.weights if self.nested is not None else self.ruled.size

    @property
    def trainable(self) -> int:
        """Numbers in the weights that training changes."""
        if self.is_frozen or not self.layer.parsed.is_trainable:
            return 0
        return self.nested.trainable if self.nested is not None else self.ruled.trainable


@dataclass
class InferredModel:
    """One model on given inputs. Nodes of which nothing is known are absent.

    Sums over all layers are worked out once, when the model is whole.
    """

    id: str
    inputs: Mapping[str, TensorSpec]
    nodes: dict[str, Mapping[str, Spec]] = field(default_factory=dict)
    uses: dict[str, LayerUse] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    flops: int = 0
    is_trainable: bool = True
    elements: int = 0
    """Numbers in all results of one sample: what training keeps for the way back."""

    @cached_property
    def weights(self) -> int:
        return sum(use.size for use in self.uses.values())

    @cached_property
    def trainable(self) -> int:
        return sum(use.trainable for use in self.uses.values()) if self.is_trainable else 0

    def output(self, node: str) -> TensorSpec | None:
        """What an Output node gives to the caller."""
        spec = self.nodes.get(node, {}).get("output")
        return None if isinstance(spec, BundleSpec) else spec

    @cached_property
    def signature(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        return tuple(
            (f"{layer_id}/{name}", shape)
            for layer_id, use in sorted(self.uses.items())
            for name, shape in use.signature
        )
