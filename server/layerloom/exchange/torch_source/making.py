"""What a class makes: a module a layer, torch's own where every call of the layer allows it, and where weights lie."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from layerloom.exchange.torch_source.constructing import Constructors
from layerloom.exchange.torch_source.names import attributes
from layerloom.exchange.torch_source.native import NativeCall, native_call
from layerloom.graph.plan import Plan, PlannedLayer, Step
from layerloom.graph.resolved import Source
from layerloom.graph.specs import InferredModel
from layerloom.layers.base import KerasLayer
from layerloom.layers.calls import Call
from layerloom.tensors import TensorSpec

_MODULES = "layerloom.layers.modules."
_AUTOCAST = f"{_MODULES}autocast.autocast"
_TIME_DISTRIBUTED = f"{_MODULES}time_distributed.TimeDistributed"


@dataclass(frozen=True)
class Kept:
    """Where a weight lies: `shared_lstm/kernel` at `shared_lstm.weight_ih`, in that layout."""

    path: str
    attribute: str
    layout: tuple[int, ...] | str | None


@dataclass
class Written:
    """A class: its name and text, how it is called, and its weights."""

    name: str
    text: str
    inputs: Mapping[str, str]
    """Names of the arguments, by input."""
    masks: Mapping[str, str]
    """Names of the masks' arguments, by input."""
    weights: list[Kept] = field(default_factory=list)


class WritesClasses(Protocol):
    """What writes the classes of nested models."""

    constructors: Constructors

    def write(
        self, plan: Plan, specs: InferredModel, *, gives_masks: bool, runs: bool, frozen: bool
    ) -> Written: ...


class Modules:
    """The modules of one plan: their attributes, the statements that make them, their weights."""

    def __init__(self, classes: WritesClasses, plan: Plan, specs: InferredModel, frozen: bool) -> None:
        self.classes, self.plan, self.specs, self.frozen = classes, plan, specs, frozen
        self.layers = {layer.id: layer for layer in plan.layers}
        self.wrapped = {layer.wraps for layer in plan.layers if layer.wraps is not None}
        self.steps: dict[str, list[Step]] = {}
        for step in plan.steps:
            self.steps.setdefault(step.layer, []).append(step)
        self.nested: dict[str, Written] = {}
        self.made: list[str] = []
        self.weights: list[Kept] = []
        names = attributes()
        self.attributes = {layer.id: names.name(layer.id) for layer in plan.layers}
        self.native = dict(self._natives())
        done: set[str] = set()
        for layer in plan.layers:
            self._make(layer, done)

    def native_step(self, step: Step) -> NativeCall | None:
        """How torch makes this call, if the layer's module is torch's own."""
        return self._native(step, self.layers[step.layer]) if step.layer in self.native else None

    def gives_masks(self, model_layer: str) -> bool:
        """Whether calls of a model give masks beside the outputs."""
        steps = self.steps.get(model_layer, ())
        return model_layer in self.wrapped or any(any(step.masked) for step in steps)

    def called(self, layer: PlannedLayer) -> PlannedLayer:
        """The layer, or what lies inside its wrappers."""
        while layer.wraps is not None:
            layer = self.layers[layer.wraps]
        return layer

    def rank(self, source: Source) -> int:
        """How many axes a value has."""
        spec = self.specs.nodes[source.node][source.port]
        assert isinstance(spec, TensorSpec)
        return spec.rank

    def _make(self, layer: PlannedLayer, done: set[str]) -> None:
        if layer.id in done:
            return
        done.add(layer.id)
        attribute = self.attributes[layer.id]
        frozen = self.frozen or layer.is_frozen
        if layer.wraps is not None:
            inner = self.layers[layer.wraps]
            self._make(inner, done)
            call = Call(
                _TIME_DISTRIBUTED,
                {
                    "fold": not any(each.config.depends_on_training for each in self._inside(inner)),
                    "takes_mask": self.called(inner).config.takes_mask and self.called(inner).model is None,
                },
            )
            made = self.classes.constructors.text(call, first=f"self.{self.attributes[inner.id]}")
        elif layer.model is not None:
            made = self._model(layer, frozen)
        else:
            found = self.native.get(layer.id)
            call_of = found.module if found is not None else layer.config.torch_call(layer.inputs)
            self._note_weights(layer, found)
            if call_of is None:
                return
            made = self.classes.constructors.text(call_of, frozen=frozen)
            if found is not None and found.zeros:
                made = f"with_zeros({made}, {', '.join(map(repr, found.zeros))})"
        suffix = ".requires_grad_(False)" if frozen and not self.frozen else ""
        self.made.append(f"self.{attribute} = {made}{suffix}")
        if (
            self.plan.is_mixed
            and isinstance(layer.config, KerasLayer)
            and not layer.model
            and not layer.wraps
        ):
            autocast = self.classes.constructors.inliner.add(_AUTOCAST)
            self.made.append(f"{autocast}(self.{attribute}, torch.{layer.config.computes_in})")

    def _model(self, layer: PlannedLayer, frozen: bool) -> str:
        assert layer.model is not None
        nested = self.specs.uses[layer.id].nested
        assert nested is not None
        is_wrapped = layer.id in self.wrapped
        gives_masks = self.gives_masks(layer.id)
        written = self.classes.write(
            layer.model, nested, gives_masks=gives_masks, runs=is_wrapped, frozen=frozen
        )
        self.nested[layer.id] = written
        attribute = self.attributes[layer.id]
        self.weights += [
            Kept(f"{layer.id}/{each.path}", f"{attribute}.{each.attribute}", each.layout)
            for each in written.weights
        ]
        return f"{written.name}()"

    def _note_weights(self, layer: PlannedLayer, found: NativeCall | None) -> None:
        elsewhere = found.weights if found is not None else {}
        for weight in layer.weights:
            path, layout = elsewhere.get(weight.name, (weight.path, weight.layout))
            attribute = f"{self.attributes[layer.id]}.{path}"
            self.weights.append(Kept(f"{layer.id}/{weight.name}", attribute, layout))

    def _natives(self) -> Iterator[tuple[str, NativeCall]]:
        """For each layer whose every call torch can do by itself: one of these calls."""
        for layer in self.plan.layers:
            if layer.wraps is not None or layer.model is not None or self.plan.is_mixed:
                continue
            calls = [self._native(step, layer) for step in self.steps.get(layer.id, ())]
            if layer.id in self.wrapped:  # then it is called as a module
                found = native_call(layer.config, layer.inputs)
                is_plain = (
                    found is not None
                    and found.module
                    and found == NativeCall(module=found.module, weights=found.weights, mask=found.mask)
                )
                calls.append(found if is_plain else None)
            first = calls[0]
            if first is not None and all(each is not None and each.module == first.module for each in calls):
                yield layer.id, first

    def _native(self, step: Step, layer: PlannedLayer) -> NativeCall | None:
        inputs = self._specs_of(step)
        if inputs is None:
            return None
        first = next(iter(inputs.values()), [])
        if layer.config.takes_mask and any(spec.masked for spec in first):
            return None
        found = native_call(layer.config, inputs)
        if found is None:
            return None
        own_mask = layer.config.mask_out == "own" and any(step.masked)
        return None if (own_mask and found.mask is None) or len(step.results) > 1 else found

    def _specs_of(self, step: Step) -> dict[str, list[TensorSpec]] | None:
        ports = self.called(self.layers[step.layer]).config.input_ports
        inputs: dict[str, list[TensorSpec]] = {}
        for port, sources in zip(ports, step.arguments, strict=False):
            for source in sources:
                spec = self.specs.nodes.get(source.node, {}).get(source.port)
                if not isinstance(spec, TensorSpec):
                    return None
                inputs.setdefault(port.name, []).append(spec)
        return inputs

    def _inside(self, layer: PlannedLayer) -> Iterator[PlannedLayer]:
        layer = self.called(layer)
        if layer.model is None:
            yield layer
        else:
            yield from _spread_out(layer.model)


def _spread_out(plan: Plan) -> Iterator[PlannedLayer]:
    for layer in plan.layers:
        if layer.model is not None:
            yield from _spread_out(layer.model)
        elif layer.wraps is None:
            yield layer
