"""The edges of one model: sources and ports checked, bundles spread out, calls put in order."""

import heapq
from collections.abc import Callable, Mapping, Sequence

from layerloom.document import Model, split_source
from layerloom.graph.configs import nearest
from layerloom.graph.resolved import ResolvedCall, ResolvedLayer, Source
from layerloom.layers.base import Port
from layerloom.problems import Problem, Severity

Report = Callable[[Problem], None]
Bundle = tuple[tuple[str, Source], ...]
Wired = dict[str, tuple[Source, ...]]


def wire(
    model: Model, layers: Mapping[str, ResolvedLayer], report: Report
) -> tuple[tuple[ResolvedCall, ...], dict[str, Bundle]]:
    """The model's calls in order, nodes on a cycle left out, and what each Join node holds."""
    known = {node_id: layers[node.layer] for node_id, node in model.nodes.items() if node.layer in layers}
    for node_id in sorted(set(model.nodes) - set(known)):
        name = model.nodes[node_id].layer
        meant = nearest(name, layers)
        report(
            Problem(
                code="layer.missing",
                message=f"`{node_id}` calls the layer `{name}`, which is not in this model.",
                hint=f"Did you mean `{meant}`?" if meant else "Add the layer, or call one that there is.",
                node=node_id,
            )
        )
    written = {node_id: _sources(node_id, model, known, report) for node_id in sorted(known)}
    order = _in_order(written, report)
    bundles: dict[str, Bundle] = {}
    calls = []
    for node_id in order:
        layer = known[node_id]
        if layer.type == "Join":
            bundles[node_id] = _bundle(written[node_id], bundles, known)
        inputs, is_whole = _spread(node_id, layer, written[node_id], bundles, report)
        is_complete = _is_complete(node_id, layer, inputs, report) and is_whole
        calls.append(ResolvedCall(node_id, layer, inputs, is_complete))
    _report_unused(model, known, written, report)
    return tuple(calls), bundles


def _sources(node_id: str, model: Model, known: Mapping[str, ResolvedLayer], report: Report) -> Wired:
    """The node's edges by the true names of its ports; what leads nowhere is reported and left out."""
    layer = known[node_id]
    wired: Wired = {}
    for written, sources in sorted(model.nodes[node_id].inputs.items()):
        port = _input_port(node_id, layer, written, report)
        if port is None:
            continue
        found = [_source(node_id, port, text, known, model, report) for text in sources]
        wired[port] = (*wired.get(port, ()), *(source for source in found if source is not None))
    return wired


def _input_port(node_id: str, layer: ResolvedLayer, written: str, report: Report) -> str | None:
    names = [port.name for port in layer.inputs]
    if written in names or not layer.has_ports:
        return written
    if written == "inputs" and len(names) == 1:
        return names[0]
    if names:
        meant = nearest(written, names)
        listed = ", ".join(f"`{name}`" for name in names)
        hint = f"Did you mean `{meant}`?" if meant else f"Its input ports: {listed}."
    else:
        hint = "It takes no input: delete the edge."
    report(
        Problem(
            code="port.unknown",
            message=f"`{node_id}` ({layer.type}) has no input port `{written}`.",
            hint=hint,
            node=node_id,
            port=written,
        )
    )
    return None


def _source(
    node_id: str, port: str, text: str, known: Mapping[str, ResolvedLayer], model: Model, report: Report
) -> Source | None:
    name, wanted = split_source(text)
    problem = Problem(code="source.unknown", message="", node=node_id, port=port)
    if name not in model.nodes:
        meant = nearest(name, model.nodes)
        report(
            problem.model_copy(
                update={
                    "message": f"`{node_id}` reads `{text}`; there is no node `{name}` in this model.",
                    "hint": f"Did you mean `{meant}`?" if meant else "Connect it to a node that there is.",
                }
            )
        )
        return None
    layer = known.get(name)
    if layer is None:
        return None
    if layer.type == "Output":
        report(
            problem.model_copy(
                update={
                    "code": "source.output",
                    "message": f"`{node_id}` reads `{name}`, an Output: nothing comes out of it.",
                    "hint": "Connect it to what the Output reads.",
                }
            )
        )
        return None
    names = [each.name for each in layer.outputs]
    if not names:
        return Source(name, wanted or "output")
    if wanted is None or wanted in names:
        return Source(name, wanted or names[0])
    if wanted == "output" and len(names) == 1:
        return Source(name, names[0])
    meant = nearest(wanted, names)
    listed = ", ".join(f"`{each}`" for each in names)
    report(
        problem.model_copy(
            update={
                "message": f"`{node_id}` reads `{text}`; `{name}` ({layer.type}) has no output port `{wanted}`.",
                "hint": f"Did you mean `{name}.{meant}`?" if meant else f"Its output ports: {listed}.",
            }
        )
    )
    return None


def _in_order(written: Mapping[str, Wired], report: Report) -> list[str]:
    """Sources before targets, ties by id; a cycle is reported on each of its nodes."""
    before = {
        node_id: {source.node for sources in wired.values() for source in sources}
        for node_id, wired in written.items()
    }
    after: dict[str, list[str]] = {node_id: [] for node_id in written}
    for node_id, sources in before.items():
        for source in sources:
            after[source].append(node_id)
    waiting = {node_id: len(sources) for node_id, sources in before.items()}
    ready = [node_id for node_id, count in waiting.items() if count == 0]
    heapq.heapify(ready)
    order = []
    while ready:
        node_id = heapq.heappop(ready)
        order.append(node_id)
        for target in after[node_id]:
            waiting[target] -= 1
            if waiting[target] == 0:
                heapq.heappush(ready, target)
    if len(order) < len(written):
        _report_cycles(set(written) - set(order), before, after, report)
    return order


def _report_cycles(
    rest: set[str], before: Mapping[str, set[str]], after: Mapping[str, Sequence[str]], report: Report
) -> None:
    """What lies behind a cycle is no part of it: nodes that lead nowhere within the rest are taken off."""
    count = {node_id: sum(target in rest for target in after[node_id]) for node_id in rest}
    ends = [node_id for node_id in rest if count[node_id] == 0]
    while ends:
        node_id = ends.pop()
        rest.discard(node_id)
        for source in before[node_id] & rest:
            count[source] -= 1
            if count[source] == 0:
                ends.append(source)
    shown = ", ".join(f"`{node_id}`" for node_id in sorted(rest)[:6]) + (", …" if len(rest) > 6 else "")
    for node_id in sorted(rest):
        what = "reads its own output" if node_id in before[node_id] else f"lies on a cycle: {shown}"
        report(
            Problem(
                code="graph.cycle",
                message=f"`{node_id}` {what}.",
                hint="Delete one edge of the cycle: a tensor can't depend on itself.",
                node=node_id,
            )
        )


def _bundle(wired: Wired, bundles: Mapping[str, Bundle], known: Mapping[str, ResolvedLayer]) -> Bundle:
    """Names and sources in edge order; a bundle in a bundle is spread out."""
    items: list[tuple[str, Source]] = []
    for sources in wired.values():
        for source in sources:
            if source.node in bundles:
                items += bundles[source.node]
                continue
            outputs = known[source.node].outputs
            is_first = not outputs or source.port == outputs[0].name
            items.append((source.node if is_first else f"{source.node}_{source.port}", source))
    named: dict[str, Source] = {}
    for name, source in items:
        free, number = name, 2
        while free in named:
            free, number = f"{name}_{number}", number + 1
        named[free] = source
    return tuple(named.items())


def _spread(
    node_id: str, layer: ResolvedLayer, wired: Wired, bundles: Mapping[str, Bundle], report: Report
) -> tuple[Wired, bool]:
    """The node's edges with the tensors of bundles in their places; False where a bundle did not fit."""
    ports = {port.name: port for port in layer.inputs}
    result: dict[str, list[Source]] = {}
    is_whole = True
    for name, sources in wired.items():
        for source in sources:
            bundle = bundles.get(source.node)
            if bundle is None or layer.type == "Join" or name not in ports:
                result.setdefault(name, []).append(source)
                continue
            placed = _placed(bundle, ports, name)
            if isinstance(placed, str):
                report(
                    Problem(
                        code="bundle.mismatch",
                        message=f"`{node_id}` ({layer.type}) got the bundle `{source.node}` of {len(bundle)} tensors "
                        f"({', '.join(item for item, _ in bundle)}) at `{name}`; {placed}.",
                        hint="Feed a merge, a model with as many inputs, or take single tensors instead of the Join.",
                        node=node_id,
                        port=name,
                    )
                )
                is_whole = False
                continue
            for port, item in placed:
                result.setdefault(port, []).append(item)
    return {port: tuple(sources) for port, sources in result.items()}, is_whole


def _placed(bundle: Bundle, ports: Mapping[str, Port], name: str) -> list[tuple[str, Source]] | str:
    """Port and source of each tensor of a bundle, or why there is no place for them."""
    if ports[name].is_variadic or len(bundle) == 1:
        return [(name, source) for _, source in bundle]
    if len(ports) == 1:
        return "it takes one tensor"
    if {item for item, _ in bundle} == set(ports):
        return list(bundle)
    names = list(ports)[list(ports).index(name) :]
    if len(bundle) > len(names):
        return f"there are {len(names)} ports from there on ({', '.join(names)})"
    return [(port, source) for port, (_, source) in zip(names, bundle, strict=False)]


def _is_complete(node_id: str, layer: ResolvedLayer, inputs: Wired, report: Report) -> bool:
    if not layer.has_ports:
        return False
    is_complete = True
    for port in layer.inputs:
        count = len(inputs.get(port.name, ()))
        if port.least <= count and (port.most is None or count <= port.most):
            continue
        is_complete = False
        if count < port.least:
            wanted = (
                "nothing is connected to"
                if count == 0
                else f"{count} of at least {port.least} are connected to"
            )
            report(
                Problem(
                    code="port.missing",
                    message=f"`{node_id}` ({layer.type}): {wanted} `{port.name}`.",
                    hint=f"Connect a tensor to `{port.name}`. {port.description}".strip(),
                    node=node_id,
                    port=port.name,
                )
            )
        else:
            report(
                Problem(
                    code="port.too_many",
                    message=f"`{node_id}` ({layer.type}) takes {port.most} at `{port.name}`; {count} are connected.",
                    hint="Merge them first, with Concatenate or Add, or delete the edges that are too many.",
                    node=node_id,
                    port=port.name,
                )
            )
    return is_complete


def _report_unused(
    model: Model, known: Mapping[str, ResolvedLayer], written: Mapping[str, Wired], report: Report
) -> None:
    """Nodes from which no Output can be reached, where there is one."""
    open_nodes = [node_id for node_id, layer in known.items() if layer.type == "Output"]
    if not open_nodes:
        return
    reached = set(open_nodes)
    while open_nodes:
        for sources in written[open_nodes.pop()].values():
            for source in sources:
                if source.node not in reached:
                    reached.add(source.node)
                    open_nodes.append(source.node)
    for node_id in sorted(set(known) - reached):
        report(
            Problem(
                code="node.unused",
                severity=Severity.WARNING,
                message=f"`{node_id}` ({known[node_id].type}) leads to no Output; it is not built.",
                hint="Connect it, or delete it.",
                node=node_id,
            )
        )
