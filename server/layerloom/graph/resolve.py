"""Names resolved: layers parsed, ports known, edges checked, calls in order. Pure, iterative, and never in a hurry
to give up: what can be known of an unfinished document is given, with every problem on its node.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from layerloom.document import Document, Limits, Model, Structure, flattened
from layerloom.graph.binding import bind
from layerloom.graph.bundles import Allowance
from layerloom.graph.configs import ParsedLayer, Ports, hint_for, parse_layer
from layerloom.graph.findings import Findings, Report, some
from layerloom.graph.nesting import Nesting, nesting
from layerloom.graph.resolved import Resolved, ResolvedLayer, ResolvedModel
from layerloom.graph.wiring import wire
from layerloom.graph.wrapping import Wrapped, innermost
from layerloom.layers.base import Port
from layerloom.problems import Severity

MOST_WRAPPERS = 8
DEEPEST = 64
"""Models in models, whatever the limit says: infer and build go one Python frame deeper for each."""


def resolve(document: Document, limits: Limits | None = None) -> Resolved:
    """Every model of the document with its layers and calls, and every problem found on the way."""
    limits = limits or Limits()
    findings = Findings()
    precision = document.training.fit.precision if document.training is not None else None
    parsed = {
        name: {layer_id: parse_layer(layer, precision) for layer_id, layer in sorted(model.layers.items())}
        for name, model in document.models.items()
    }
    nested = nesting(document, parsed)
    ports = {name: _ports(model) for name, model in document.models.items()}
    allowance = Allowance(limits.edges)
    models = {
        name: _Model(document, name, parsed[name], nested, ports, limits, Report(findings, name)).resolve(
            allowance
        )
        for name in nested.order
    }
    return Resolved(document, models, findings.all(), limits)


@dataclass(slots=True)
class _Model:
    document: Document
    id: str
    parsed: Mapping[str, ParsedLayer]
    nested: Nesting
    ports: Mapping[str, Ports]
    """Of each model, as a layer: its Inputs and its Outputs."""
    limits: Limits
    report: Report
    nodes_of: dict[str, list[str]] = field(default_factory=dict)
    """Nodes by layer."""
    around: dict[str, list[str]] = field(default_factory=dict)
    """Wrappers by the layer that they wrap."""
    bound: set[str] = field(default_factory=set)
    """Layers whose configs others copy."""

    def resolve(self, allowance: Allowance) -> ResolvedModel:
        model = self.document.models[self.id]
        for node_id, node in sorted(model.nodes.items()):
            self.nodes_of.setdefault(node.layer, []).append(node_id)
        for layer in self.parsed.values():
            for names in layer.binds.values():
                self.bound.update(names)
        wraps = {name: parsed.wraps for name, parsed in self.parsed.items() if parsed.wraps in self.parsed}
        for name, inner in wraps.items():
            self.around.setdefault(inner or "", []).append(name)
        wrapped = innermost(wraps)
        self.parsed = bind(self.parsed, self._wrong, self._meant)
        layers: dict[str, ResolvedLayer] = {}
        for layer_id, parsed in self.parsed.items():
            if parsed.wraps is None:
                layers[layer_id] = self._layer(layer_id, parsed)
        for layer_id, parsed in self.parsed.items():
            if parsed.wraps is not None:
                layers[layer_id] = self._wrapper(
                    layer_id, parsed, parsed.wraps, wrapped.get(layer_id), layers
                )
        inputs, outputs = tuple(self.ports[self.id].inputs), tuple(self.ports[self.id].outputs)
        self._report_doubled_ends(model)
        self._report_model(outputs)
        calls, bundles = wire(model, layers, allowance, self.report)
        return ResolvedModel(self.id, layers, calls, bundles, inputs, outputs, model.trainable)

    def _layer(self, layer_id: str, parsed: ParsedLayer) -> ResolvedLayer:
        if parsed.config is None:
            self._report_config(layer_id, parsed)
            return ResolvedLayer(layer_id, parsed)
        if parsed.model is None:
            return ResolvedLayer(layer_id, parsed, parsed.ports)
        if not self._can_call(layer_id, parsed.model):
            return ResolvedLayer(layer_id, parsed)
        ports = self.ports[parsed.model]
        if not ports.outputs and layer_id in self.nodes_of:
            self._wrong(
                layer_id,
                "model.no_output",
                f"calls the model `{parsed.model}`, which has no Output: nothing comes out of it",
                f"Go inside `{parsed.model}` and add an Output.",
                "model",
            )
        return ResolvedLayer(layer_id, parsed, ports, parsed.model)

    def _wrapper(
        self,
        layer_id: str,
        parsed: ParsedLayer,
        wraps: str,
        wrapped: Wrapped | None,
        layers: Mapping[str, ResolvedLayer],
    ) -> ResolvedLayer:
        nothing = ResolvedLayer(layer_id, parsed)
        if wrapped is None:
            hint = self._meant(wraps)
            self._wrong(
                layer_id,
                "layer.missing",
                f"wraps the layer `{wraps}`, which is not in this model",
                hint,
                "layer",
            )
            return nothing
        if wrapped.is_circle:
            self._wrong(
                layer_id,
                "layer.recursive",
                "is a circle of wrappers with nothing inside",
                "Name a layer that computes.",
                "layer",
            )
            return nothing
        if wrapped.wrappers > MOST_WRAPPERS:
            self._wrong(
                layer_id,
                "layer.too_deep",
                f"is {wrapped.wrappers} wrappers in one another; at most {MOST_WRAPPERS} are built",
                "Wrap the layer itself.",
                "layer",
            )
            return nothing
        kind = self.parsed[wrapped.layer].type
        if kind in ("Input", "Output", "Join"):
            article = "an" if kind[0] in "IO" else "a"
            said = f"wraps `{wrapped.layer}`, {article} {kind}, which computes nothing"
            self._wrong(layer_id, "config.invalid", said, "Name a layer that computes.", "layer")
            return nothing
        inner = layers.get(wrapped.layer)  # None: it is a wrapper that names no layer, which is told there
        if inner is None or inner.ports is None:
            return nothing
        return ResolvedLayer(layer_id, parsed, inner.ports, inner.model, wraps)

    def _can_call(self, layer_id: str, definition: str) -> bool:
        """Whether the model can be called from here; if not, why not is reported."""
        circle = self.nested.circle.get(self.id, ())
        said = f"calls `{definition}`, "
        if definition not in self.document.models:
            others = [name for name in self.document.models if name != self.id]
            hint = self.report.meant(definition, others, "Add a model, or name one that there is.")
            code, said = "model.unknown", f"calls the model `{definition}`, which is not there"
        elif definition in circle:
            code, hint = "model.recursive", "Take the call out, or call a copy of the model."
            said = "calls its own model" if definition == self.id else f"{said}which contains `{self.id}`"
            said += ": a model can't contain itself"
        elif definition not in self.nested.depth:
            code, hint = (
                "model.problem",
                f"Go inside `{definition}` and take out the call that closes the circle.",
            )
            said += "which can't be built: it contains a model that contains itself"
        elif self.nested.depth[definition] >= (deepest := min(self.limits.model_depth, DEEPEST)):
            code, hint = "model.too_deep", "Put what the inner models hold into the outer ones."
            said += (
                f"which has {self.nested.depth[definition]} levels; at most {deepest - 1} may lie in a model"
            )
        elif self.nested.nodes[definition] > self.limits.expanded_nodes:
            code, hint = "model.problem", f"Call fewer models inside `{definition}`."
            said += "which can't be built: it is too large with all its models spread out"
        else:
            return True
        self._wrong(layer_id, code, said, hint, "model")
        return False

    def _report_config(self, layer_id: str, parsed: ParsedLayer) -> None:
        nodes: Iterable[str | None] = self.nodes_of.get(layer_id) or self._wrapper_nodes(layer_id) or (None,)
        if nodes == (None,) and layer_id in self.bound:
            return  # told where it is named
        hints = [hint_for(problem, parsed.type, self.report) for problem in parsed.problems]
        for node_id in nodes:
            if self.report.is_full:
                return
            for problem, hint in zip(parsed.problems, hints, strict=True):
                self.report(
                    problem.code,
                    f"`{node_id or layer_id}`: {problem.message}",
                    hint,
                    node=node_id,
                    field=problem.field,
                    severity=_severity(node_id),
                )

    def _wrapper_nodes(self, layer_id: str) -> list[str]:
        """Nodes of the wrappers around a layer that no node calls itself."""
        around = [layer_id]
        for _ in range(MOST_WRAPPERS):
            around = [outer for name in around for outer in self.around.get(name, ())]
            nodes = sorted(node for name in around for node in self.nodes_of.get(name, ()))
            if nodes or not around:
                return nodes
        return []

    def _wrong(self, layer_id: str, code: str, said: str, hint: str, field: str) -> None:
        """A problem of a layer, on each node that calls it."""
        nodes: Iterable[str | None] = self.nodes_of.get(layer_id) or self._wrapper_nodes(layer_id) or (None,)
        for node_id in nodes:
            if not self.report.is_full:
                message = f"`{node_id or layer_id}` ({self.parsed[layer_id].type}) {said}."
                self.report(code, message, hint, node=node_id, field=field, severity=_severity(node_id))

    def _meant(self, name: str) -> str:
        return self.report.meant(name, self.parsed, "Name a layer of this model.")

    def _report_doubled_ends(self, model: Model) -> None:
        for layer_id, nodes in self.nodes_of.items():
            layer = model.layers.get(layer_id)
            if layer is None or layer.type not in ("Input", "Output") or len(nodes) < 2:
                continue
            for node_id in nodes:
                self.report(
                    "layer.called_once",
                    f"{layer.type} `{layer_id}` is called by {len(nodes)} nodes ({some(nodes)}); it names one end.",
                    "Make the nodes independent: each end has a layer of its own.",
                    node=node_id,
                )

    def _report_model(self, outputs: tuple[str, ...]) -> None:
        trained = self.document.training.model if self.document.training else "main"
        if self.id == trained and not outputs and self.document.models[self.id].nodes:
            self.report(
                "model.no_output",
                f"The model `{self.id}` has no Output: nothing of it can be trained.",
                "Add an Output and connect it; its name is the name of its loss.",
                severity=Severity.WARNING,
            )
        nodes = self.nested.nodes.get(self.id, 0)
        if nodes > self.limits.expanded_nodes:
            self.report(
                "model.too_large",
                f"The model `{self.id}` has {_count(nodes)} nodes with all its models spread out; "
                f"at most {self.limits.expanded_nodes:,} are built.",
                "Call fewer models, or raise LAYERLOOM_EXPANDED_NODES.",
            )


def _ports(model: Model) -> Ports:
    """The Input nodes and the Output nodes by id, in the model's order, then sorted: their order as ports."""
    found: dict[str, dict[str, Port]] = {"Input": {}, "Output": {}}
    for node_id, node in sorted(model.nodes.items()):
        layer = model.layers.get(node.layer)
        if layer is not None and layer.type in found:
            found[layer.type][node_id] = Port(node_id, node.label or "")
    return Ports(_ordered(found["Input"], model.inputs), _ordered(found["Output"], model.outputs))


def _ordered(ends: dict[str, Port], structure: Structure | None) -> dict[str, Port]:
    if structure is None:
        return ends
    return {name: ends[name] for name in flattened(structure) if name in ends} | ends


def _severity(node: str | None) -> Severity:
    """What no node calls is not built, and can't be seen on the canvas."""
    return Severity.WARNING if node is None else Severity.ERROR


def _count(number: int) -> str:
    return f"{number:,}" if number < 10**12 else "over a million million"
