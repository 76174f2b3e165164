"""Which models call which: an order from the inside out, and models that contain themselves. No recursion."""

from collections.abc import Mapping
from dataclasses import dataclass

from layerloom.document import Document, Model
from layerloom.graph.circles import circles
from layerloom.graph.configs import ParsedLayer
from layerloom.graph.wrapping import innermost

Parsed = Mapping[str, Mapping[str, ParsedLayer]]
"""Parsed layers by model and layer."""


@dataclass(frozen=True, slots=True)
class Nesting:
    """`order` has every model after the models that it calls; models on a circle, and their callers, come last.

    `circle` has, for each model that contains itself, all models of its circle. `depth` counts levels (1: calls
    none); `nodes` counts calls with everything nested spread out; both lack the models on circles and their callers.
    """

    order: tuple[str, ...]
    circle: Mapping[str, frozenset[str]]
    depth: Mapping[str, int]
    nodes: Mapping[str, int]


def nesting(document: Document, parsed: Parsed) -> Nesting:
    """How the document's models lie in one another."""
    inside = {
        name: {
            layer.model
            for layer in layers.values()
            if layer.model is not None and layer.model in document.models
        }
        for name, layers in sorted(parsed.items())
    }
    callers: dict[str, list[str]] = {name: [] for name in inside}
    for name, names in inside.items():
        for each in names:
            callers[each].append(name)
    waiting = {name: len(names) for name, names in inside.items()}
    ready = sorted(name for name, count in waiting.items() if not count)
    order: list[str] = []
    while ready:
        name = ready.pop()
        order.append(name)
        for caller in callers[name]:
            waiting[caller] -= 1
            if not waiting[caller]:
                ready.append(caller)
    rest = sorted(set(inside) - set(order))
    depth: dict[str, int] = {}
    nodes: dict[str, int] = {}
    for name in order:
        depth[name] = 1 + max((depth[each] for each in inside[name]), default=0)
        nodes[name] = _expanded(document.models[name], parsed[name], nodes)
    circle = {name: group for group in map(frozenset, circles(inside)) for name in group}
    return Nesting((*order, *rest), circle, depth, nodes)


def _expanded(model: Model, layers: Mapping[str, ParsedLayer], known: Mapping[str, int]) -> int:
    """Nodes of a model, each call of a nested model counted with its own; wrappers count what they wrap."""
    inside = innermost({name: layer.wraps for name, layer in layers.items() if layer.wraps in layers})
    total = 0
    for node in model.nodes.values():
        wrapped = inside.get(node.layer)
        layer = layers.get(wrapped.layer if wrapped else node.layer)
        total += 1 + (known.get(layer.model or "", 0) if layer else 0)
    return total
