"""The edges of one model: sources and ports checked, bundles spread out, calls put in order."""

import heapq
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from layerloom.document import Model, split_source
from layerloom.graph.bundles import Allowance, Bundles
from layerloom.graph.circles import circles
from layerloom.graph.findings import Report, some
from layerloom.graph.resolved import Bundle, ResolvedCall, ResolvedLayer, Source, Wired
from layerloom.layers.base import Port
from layerloom.problems import Severity


def wire(
    model: Model, layers: Mapping[str, ResolvedLayer], allowance: Allowance, report: Report
) -> tuple[tuple[ResolvedCall, ...], dict[str, Bundle]]:
    """The model's calls in order, nodes on a cycle left out, and what each Join node holds."""
    known = {
        node_id: layers[node.layer] for node_id, node in sorted(model.nodes.items()) if node.layer in layers
    }
    _report_missing_layers(model, layers, report)
    edges = _Edges(model, known, report)
    written = {node_id: edges.of(node_id, layer) for node_id, layer in known.items()}
    order = _in_order(written, report)
    bundles = Bundles(known, allowance, report)
    calls = []
    for node_id in order:
        layer = known[node_id]
        wired = written[node_id]
        is_whole = True
        if layer.type == "Join":
            is_whole = bundles.join(node_id, wired)
        elif bundles.by_node:
            wired, is_whole = bundles.spread(node_id, layer, wired)
        broken = edges.broken.get(node_id, ()) if is_whole else layer.ports.inputs if layer.ports else ()
        is_complete = _is_complete(node_id, layer, wired, broken, report)
        calls.append(ResolvedCall(node_id, layer, wired, is_complete))
    _report_unused(known, written, report)
    return tuple(calls), bundles.by_node


def _report_missing_layers(model: Model, layers: Mapping[str, ResolvedLayer], report: Report) -> None:
    for node_id, node in sorted(model.nodes.items()):
        if node.layer not in layers and not report.is_full:
            report(
                "layer.missing",
                f"`{node_id}` calls the layer `{node.layer}`, which is not in this model.",
                report.meant(node.layer, layers, "Add the layer, or call one that there is."),
                node=node_id,
            )


@dataclass(slots=True)
class _Edges:
    """Edges as the document has them, to the true names of ports; what leads nowhere is reported and left out."""

    model: Model
    known: Mapping[str, ResolvedLayer]
    report: Report
    found: dict[str, Source] = field(default_factory=dict)
    """Sources by their text, once they were looked up."""
    broken: dict[str, set[str]] = field(default_factory=dict)
    """By node, the ports that something is connected to that gives nothing: that is told already."""

    def of(self, node_id: str, layer: ResolvedLayer) -> Wired:
        """The node's sources by input port."""
        written = self.model.nodes[node_id].inputs
        wired: Wired = {}
        for name in sorted(written) if len(written) > 1 else written:
            port = self._port(node_id, layer, name)
            if port is None:
                continue
            sources = []
            for text in written[name]:
                source = self.found.get(text) or self._source(node_id, port, text)
                if source is not None:
                    sources.append(source)
                else:
                    self.broken.setdefault(node_id, set()).add(port)
            wired[port] = (*wired.get(port, ()), *sources)
        return wired

    def _port(self, node_id: str, layer: ResolvedLayer, written: str) -> str | None:
        if layer.ports is None or written in layer.ports.inputs:
            return written
        names = layer.ports.inputs
        if written == "inputs" and (len(names) == 1 or (names and self._has_bundle(node_id))):
            return next(iter(names))
        if not self.report.is_full:
            otherwise = f"Its input ports: {some(names)}." if names else "It takes no input: delete the edge."
            self.report(
                "port.unknown",
                f"`{node_id}` ({layer.type}) has no input port `{written}`.",
                self.report.meant(written, names, otherwise),
                node=node_id,
                port=written,
            )
        return None

    def _has_bundle(self, node_id: str) -> bool:
        """Whether a Join feeds `inputs`: a bundle for several ports begins at the first of them."""
        sources = self.model.nodes[node_id].inputs["inputs"]
        layers = [self.known.get(split_source(source)[0]) for source in sources]
        return any(layer is not None and layer.type == "Join" for layer in layers)

    def _source(self, node_id: str, port: str, text: str) -> Source | None:
        name, wanted = split_source(text)
        layer = self.known.get(name)
        if layer is None:
            if name not in self.model.nodes and not self.report.is_full:
                self.report(
                    "source.unknown",
                    f"`{node_id}` reads `{text}`; there is no node `{name}` in this model.",
                    self.report.meant(name, self.model.nodes, "Connect it to a node that there is."),
                    node=node_id,
                    port=port,
                )
            return None
        if layer.type == "Output":
            self.report(
                "source.output",
                f"`{node_id}` reads `{name}`, an Output: nothing comes out of it.",
                "Connect it to what the Output reads.",
                node=node_id,
                port=port,
            )
            return None
        source = _output_port(name, wanted, layer)
        if source is None:
            names = layer.ports.outputs if layer.ports else ()
            otherwise = f"Its output ports: {some(names)}." if names else "Connect it to another node."
            said = f"has no output port `{wanted}`" if wanted else "gives nothing"
            self.report(
                "source.unknown",
                f"`{node_id}` reads `{text}`; `{name}` ({layer.type}) {said}.",
                self.report.meant(wanted, names, otherwise) if wanted else otherwise,
                node=node_id,
                port=port,
            )
            return None
        self.found[text] = source
        return source


def _output_port(node: str, wanted: str | None, layer: ResolvedLayer) -> Source | None:
    if layer.ports is None:
        return Source(node, wanted or "output")
    names = layer.ports.outputs
    if wanted in names:
        return Source(node, wanted or "")
    if names and (wanted is None or (wanted == "output" and len(names) == 1)):
        return Source(node, next(iter(names)))
    return None


def _in_order(written: Mapping[str, Wired], report: Report) -> list[str]:
    """Sources before targets, ties by id; a cycle is reported on each of its nodes."""
    after: dict[str, list[str]] = {node_id: [] for node_id in written}
    waiting = {}
    for node_id, wired in written.items():
        before = {source.node for sources in wired.values() for source in sources}
        waiting[node_id] = len(before)
        for source in before:
            after[source].append(node_id)
    ready = [node_id for node_id, count in waiting.items() if not count]
    heapq.heapify(ready)
    order = []
    while ready:
        node_id = heapq.heappop(ready)
        order.append(node_id)
        for target in after[node_id]:
            waiting[target] -= 1
            if not waiting[target]:
                heapq.heappush(ready, target)
    if len(order) < len(written):
        _report_cycles(after, report)
    return order


def _report_cycles(after: Mapping[str, Sequence[str]], report: Report) -> None:
    for group in circles(after):
        shown = some(group)
        for node_id in group:
            what = f"lies on a cycle: {shown}" if len(group) > 1 else "reads its own output"
            report(
                "graph.cycle",
                f"`{node_id}` {what}.",
                "Delete one edge of the cycle: a tensor can't depend on itself.",
                node=node_id,
            )


def _is_complete(
    node_id: str, layer: ResolvedLayer, wired: Wired, broken: Collection[str], report: Report
) -> bool:
    """Whether every port has its tensors; `broken` are ports whose lack is told already."""
    if layer.ports is None:
        return False
    is_complete = not broken
    for port in layer.ports.inputs.values():
        count = len(wired.get(port.name, ()))
        if count < port.least:
            is_complete = False
            if port.name not in broken:
                _report_too_few(node_id, layer, port, count, report)
        elif port.most is not None and count > port.most:
            is_complete = False
            report(
                "port.too_many",
                f"`{node_id}` ({layer.type}) takes {port.most} at `{port.name}`; {count} are connected.",
                "Merge them first, with Concatenate or Add, or delete the edges that are too many.",
                node=node_id,
                port=port.name,
            )
    return is_complete


def _report_too_few(node_id: str, layer: ResolvedLayer, port: Port, count: int, report: Report) -> None:
    wanted = f"{count} of at least {port.least} are" if count else "nothing is"
    report(
        "port.missing",
        f"`{node_id}` ({layer.type}): {wanted} connected to `{port.name}`.",
        f"Connect a tensor to `{port.name}`. {port.description}".strip(),
        node=node_id,
        port=port.name,
    )


def _report_unused(known: Mapping[str, ResolvedLayer], written: Mapping[str, Wired], report: Report) -> None:
    """Nodes from which no Output can be reached, where there is one."""
    waiting = [node_id for node_id, layer in known.items() if layer.type == "Output"]
    if not waiting:
        return
    reached = set(waiting)
    while waiting:
        for sources in written[waiting.pop()].values():
            for source in sources:
                if source.node not in reached:
                    reached.add(source.node)
                    waiting.append(source.node)
    if len(reached) == len(known):
        return
    for node_id, layer in known.items():
        if node_id not in reached:
            report(
                "node.unused",
                f"`{node_id}` ({layer.type}) leads to no Output; it is not built.",
                "Connect it, or delete it.",
                node=node_id,
                severity=Severity.WARNING,
            )
