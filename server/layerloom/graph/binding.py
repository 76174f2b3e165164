"""Layers that copy the configs of layers that they name: each gets them before anything else looks at it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache

from layerloom.graph.configs import ParsedLayer, ports_of
from layerloom.layers.binding import BindingLayer
from layerloom.problems import Problem, ProblemError

DEEPEST_BINDING = 8

Named = tuple[tuple[str, tuple[tuple[str, ParsedLayer], ...]], ...]
"""By field: ids, each with its layer."""

Wrong = Callable[[str, str, str, str, str], None]
"""Reports layer, code, what was said, hint and field."""

Meant = Callable[[str], str]
"""A hint for an id that no layer has."""


def bind(parsed: Mapping[str, ParsedLayer], wrong: Wrong, meant: Meant) -> Mapping[str, ParsedLayer]:
    """All layers of a model, those that bind others with their configs; without a config where they can't."""
    waiting = {
        layer_id: {name for names in layer.binds.values() for name in names}
        for layer_id, layer in parsed.items()
        if layer.binds
    }
    if not waiting:
        return parsed
    bound = dict(parsed)
    depth: dict[str, int] = {}
    callers: dict[str, list[str]] = {}
    count = {}
    for layer_id, names in waiting.items():
        inner = [name for name in names if name in waiting]
        count[layer_id] = len(inner)
        for name in inner:
            callers.setdefault(name, []).append(layer_id)
    ready = [layer_id for layer_id, number in count.items() if not number]
    while ready:
        layer_id = ready.pop()
        depth[layer_id] = 1 + max((depth.get(name, 0) for name in waiting[layer_id]), default=0)
        bound[layer_id] = _one(layer_id, parsed[layer_id], bound, depth[layer_id], wrong, meant)
        for caller in callers.get(layer_id, ()):
            count[caller] -= 1
            if not count[caller]:
                ready.append(caller)
    for layer_id in sorted(waiting.keys() - depth.keys()):
        field = next(iter(parsed[layer_id].binds))
        wrong(
            layer_id,
            "layer.recursive",
            "is made of a layer that is made of it",
            "Name a layer that computes.",
            field,
        )
        bound[layer_id] = ParsedLayer(parsed[layer_id].type, None)
    return bound


def _one(
    layer_id: str,
    layer: ParsedLayer,
    bound: Mapping[str, ParsedLayer],
    depth: int,
    wrong: Wrong,
    meant: Meant,
) -> ParsedLayer:
    missing = [(field, name) for field, names in layer.binds.items() for name in names if name not in bound]
    for field, name in missing:
        wrong(
            layer_id,
            "layer.missing",
            f"names the layer `{name}`, which is not in this model",
            meant(name),
            field,
        )
    if depth > DEEPEST_BINDING:
        said = f"is made of layers in layers, {depth} deep; at most {DEEPEST_BINDING} are built"
        wrong(layer_id, "layer.too_deep", said, "Name the layer itself.", next(iter(layer.binds)))
    if missing or depth > DEEPEST_BINDING:
        return ParsedLayer(layer.type, None)
    return _bound(
        layer,
        tuple((field, tuple((name, bound[name]) for name in names)) for field, names in layer.binds.items()),
    )


@lru_cache(maxsize=20_000)
def _bound(layer: ParsedLayer, named: Named) -> ParsedLayer:
    problems = [
        problem for field, found in named for name, part in found for problem in _broken(field, name, part)
    ]
    config = layer.config
    if problems or not isinstance(config, BindingLayer):
        return ParsedLayer(layer.type, None, tuple(problems))
    parts = {
        field: tuple(part.config for _, part in found if part.config is not None) for field, found in named
    }
    try:
        config = config.bind(parts)
    except ProblemError as error:
        return ParsedLayer(layer.type, None, error.problems)
    return replace(layer, config=config, ports=ports_of(config), is_trainable=config.trainable)


def _broken(field: str, name: str, part: ParsedLayer) -> list[Problem]:
    if part.config is not None:
        return []
    told = part.problems or (Problem(code="config.invalid", message="it can't be built."),)
    return [
        Problem(
            code="config.invalid",
            message=f"its `{field}` `{name}` ({part.type}) has a problem: {problem.message}",
            hint=problem.hint or f"Mend the layer `{name}`.",
            field=field,
        )
        for problem in told
    ]
