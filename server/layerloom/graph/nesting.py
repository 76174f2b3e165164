"""Which models call which: an order from the inside out, and models that contain themselves. No recursion."""

from collections.abc import Mapping
from dataclasses import dataclass

from layerloom.document import Document


@dataclass(frozen=True, slots=True)
class Nesting:
    """`order` has every model after the models that it calls; models on a circle come last.

    `depth` counts levels (1: calls none); `nodes` counts calls with everything nested spread out.
    """

    order: tuple[str, ...]
    recursive: frozenset[str]
    depth: Mapping[str, int]
    nodes: Mapping[str, int]


def nesting(document: Document) -> Nesting:
    """How the document's models lie in one another."""
    called = {model: _called(document, model) for model in document.models}
    waiting = {model: set(names) for model, names in called.items()}
    callers: dict[str, list[str]] = {model: [] for model in called}
    for model, names in called.items():
        for name in names:
            callers[name].append(model)
    ready = sorted(model for model, names in waiting.items() if not names)
    order: list[str] = []
    while ready:
        model = ready.pop()
        order.append(model)
        for caller in callers[model]:
            waiting[caller].discard(model)
            if not waiting[caller]:
                ready.append(caller)
    rest = sorted(set(called) - set(order))
    depth: dict[str, int] = {}
    nodes: dict[str, int] = {}
    for model in order:
        depth[model] = 1 + max((depth[name] for name in called[model]), default=0)
        nodes[model] = _nodes(document, model, nodes)
    recursive = frozenset(model for model in rest if _reaches(called, model))
    return Nesting((*order, *rest), recursive, depth, nodes)


def _called(document: Document, model: str) -> set[str]:
    layers = document.models[model].layers.values()
    names = {layer.config.get("model") for layer in layers if layer.type == "Model"}
    return {name for name in names if isinstance(name, str) and name in document.models}


def _reaches(called: Mapping[str, set[str]], start: str) -> bool:
    seen: set[str] = set()
    level = set(called[start])
    while level:
        if start in level:
            return True
        seen |= level
        level = {name for each in level for name in called[each]} - seen
    return False


def _nodes(document: Document, model: str, known: Mapping[str, int]) -> int:
    """Nodes of a model, each call of a nested model counted with its own; wrappers count what they wrap."""
    layers = document.models[model].layers
    inner: dict[str, int] = {}
    for name, layer in layers.items():
        target, seen = layer, {name}
        while target.type != "Model":
            wrapped = target.config.get("layer")
            if not isinstance(wrapped, str) or wrapped in seen or wrapped not in layers:
                break
            seen.add(wrapped)
            target = layers[wrapped]
        definition = target.config.get("model") if target.type == "Model" else None
        inner[name] = known.get(definition, 0) if isinstance(definition, str) else 0
    return sum(1 + inner.get(node.layer, 0) for node in document.models[model].nodes.values())
