"""Names resolved: layers parsed, ports known, edges checked, calls in order. Pure, iterative, and never in a hurry
to give up: what can be known of an unfinished document is given, with every problem on its node.
"""

from collections.abc import Callable
from functools import partial

from layerloom.document import Document, Limits, Model
from layerloom.graph.configs import nearest, parse_config
from layerloom.graph.nesting import Nesting, nesting
from layerloom.graph.resolved import Resolved, ResolvedLayer, ResolvedModel
from layerloom.graph.wiring import wire
from layerloom.layers.base import LayerType, Port
from layerloom.problems import Problem, Severity

Report = Callable[[Problem], None]


def resolve(document: Document, limits: Limits | None = None) -> Resolved:
    """Every model of the document with its layers and calls, and every problem found on the way."""
    limits = limits or Limits()
    problems: list[Problem] = []
    nested = nesting(document)
    models = {}
    for name in nested.order:
        report = partial(_collect, problems, name)
        models[name] = _model(document, name, nested, limits, report)
    return Resolved(document, models, tuple(problems), limits)


def _collect(problems: list[Problem], model: str, problem: Problem) -> None:
    problems.append(problem.at(model=model))


def _model(document: Document, name: str, nested: Nesting, limits: Limits, report: Report) -> ResolvedModel:
    model = document.models[name]
    nodes_of: dict[str, list[str]] = {}
    for node_id in sorted(model.nodes):
        nodes_of.setdefault(model.nodes[node_id].layer, []).append(node_id)
    configs: dict[str, LayerType | None] = {}
    for layer_id in sorted(model.layers):
        config, wrong = parse_config(model.layers[layer_id])
        configs[layer_id] = config
        for problem in wrong:
            callers = nodes_of.get(layer_id) or _wrapper_nodes(model, layer_id, nodes_of)
            for caller in callers or (None,):
                prefix = f"`{caller or layer_id}`: "
                report(problem.model_copy(update={"node": caller, "message": prefix + problem.message}))
    ends = _ends(model)
    layers = {
        layer_id: _layer(document, name, model, layer_id, configs, ends, nested, limits, nodes_of, report)
        for layer_id in sorted(model.layers)
    }
    _report_doubled_ends(model, nodes_of, report)
    _report_empty(name, document, ends, report)
    calls, bundles = wire(model, layers, report)
    return ResolvedModel(name, layers, calls, bundles, *ends)


def _wrapper_nodes(model: Model, layer_id: str, nodes_of: dict[str, list[str]]) -> list[str]:
    wrappers = [name for name, layer in model.layers.items() if layer.config.get("layer") == layer_id]
    return [node for name in wrappers for node in nodes_of.get(name, [])]


def _ends(model: Model) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Ids of the Input nodes and of the Output nodes, sorted: that is their order as ports."""
    types = {
        node_id: model.layers[node.layer].type
        for node_id, node in model.nodes.items()
        if node.layer in model.layers
    }
    inputs = tuple(sorted(node_id for node_id, name in types.items() if name == "Input"))
    return inputs, tuple(sorted(node_id for node_id, name in types.items() if name == "Output"))


def _layer(
    document: Document,
    model_id: str,
    model: Model,
    layer_id: str,
    configs: dict[str, LayerType | None],
    ends: tuple[tuple[str, ...], tuple[str, ...]],
    nested: Nesting,
    limits: Limits,
    nodes_of: dict[str, list[str]],
    report: Report,
) -> ResolvedLayer:
    chain = _wrapped_chain(model, layer_id)
    config = configs[layer_id]
    type_name = model.layers[layer_id].type
    wrong = partial(_report_layer, report, layer_id, type_name, nodes_of)
    if config is None or chain is None:
        if config is not None:
            wrong("layer.recursive", "wraps itself", "Name another layer in `layer`.", "layer")
        return ResolvedLayer(layer_id, type_name, None)
    wraps = getattr(config, "layer", None)
    if wraps is not None and wraps not in model.layers:
        meant = nearest(wraps, model.layers)
        hint = f"Did you mean `{meant}`?" if meant else "Name a layer of this model."
        wrong("layer.missing", f"wraps the layer `{wraps}`, which is not in this model", hint, "layer")
        return ResolvedLayer(layer_id, type_name, config, wraps=None)
    inner_id = chain[-1]
    inner = configs[inner_id]
    if inner is None:
        return ResolvedLayer(layer_id, type_name, config, wraps=wraps)
    if wraps is not None and model.layers[inner_id].type in ("Input", "Output", "Join"):
        kind = model.layers[inner_id].type
        wrong(
            "config.invalid",
            f"wraps `{inner_id}`, {_article(kind)} {kind}",
            "Name a layer that computes.",
            "layer",
        )
        return ResolvedLayer(layer_id, type_name, config, wraps=None)
    definition = getattr(inner, "model", None) if model.layers[inner_id].type == "Model" else None
    if definition is None:
        return ResolvedLayer(layer_id, type_name, config, inner.input_ports, inner.outputs(), None, wraps)
    if definition not in document.models:
        if wraps is None:
            meant = nearest(definition, (name for name in document.models if name != model_id))
            hint = f"Did you mean `{meant}`?" if meant else "Add a model, or name one that there is."
            wrong("model.unknown", f"calls the model `{definition}`, which is not there", hint, "model")
        return ResolvedLayer(layer_id, type_name, config, wraps=wraps)
    if not _is_callable(model_id, definition, nested, limits, wrong if wraps is None else None):
        return ResolvedLayer(layer_id, type_name, config, wraps=wraps)
    inputs, outputs = _ends(document.models[definition])
    labels = document.models[definition].nodes
    return ResolvedLayer(
        layer_id,
        type_name,
        config,
        tuple(Port(name, labels[name].label or "") for name in inputs),
        tuple(Port(name, labels[name].label or "") for name in outputs),
        definition,
        wraps,
    )


def _is_callable(
    model_id: str, definition: str, nested: Nesting, limits: Limits, wrong: Callable[..., None] | None
) -> bool:
    wrong = wrong or (lambda *_: None)
    if definition in nested.recursive:
        if model_id in nested.recursive:
            what = "itself" if definition == model_id else f"`{definition}`, which contains `{model_id}`"
            wrong(
                "model.recursive",
                f"calls {what}: a model can't contain itself",
                "Take the call out, or copy the model under another name.",
                "model",
            )
        return False
    if definition not in nested.depth:
        return False
    if nested.depth[definition] >= limits.model_depth:
        wrong(
            "model.too_deep",
            f"calls `{definition}`, which nests {nested.depth[definition]} levels; "
            f"at most {limits.model_depth - 1} may lie inside a model",
            "Spread some of the nested models out.",
            "model",
        )
        return False
    if nested.nodes[definition] > limits.expanded_nodes:
        wrong(
            "model.too_large",
            f"calls `{definition}`, which has {nested.nodes[definition]:,} nodes with all nested models spread out; "
            f"at most {limits.expanded_nodes:,} are built",
            "Call fewer models inside it.",
            "model",
        )
        return False
    return True


def _wrapped_chain(model: Model, layer_id: str) -> list[str] | None:
    """The layer and what it wraps, to the innermost; None for a circle of wrappers."""
    chain = [layer_id]
    while True:
        wrapped = model.layers[chain[-1]].config.get("layer")
        if not isinstance(wrapped, str) or wrapped not in model.layers:
            return chain
        if wrapped in chain:
            return None
        chain.append(wrapped)


def _report_layer(
    report: Report,
    layer_id: str,
    type_name: str,
    nodes_of: dict[str, list[str]],
    code: str,
    message: str,
    hint: str,
    field: str,
) -> None:
    for node_id in nodes_of.get(layer_id) or (None,):
        text = f"`{node_id or layer_id}` ({type_name}) {message}."
        report(Problem(code=code, message=text, hint=hint, node=node_id, field=field))


def _report_doubled_ends(model: Model, nodes_of: dict[str, list[str]], report: Report) -> None:
    for layer_id, nodes in nodes_of.items():
        layer = model.layers.get(layer_id)
        if layer is None or layer.type not in ("Input", "Output") or len(nodes) < 2:
            continue
        others = ", ".join(f"`{node}`" for node in nodes)
        for node_id in nodes:
            report(
                Problem(
                    code="layer.called_once",
                    message=f"{layer.type} `{layer_id}` is called by {len(nodes)} nodes ({others}); it names one end.",
                    hint="Make the nodes independent: each end has a layer of its own.",
                    node=node_id,
                )
            )


def _report_empty(
    name: str, document: Document, ends: tuple[tuple[str, ...], tuple[str, ...]], report: Report
) -> None:
    trained = document.training.model if document.training else "main"
    if name != trained or not document.models[name].nodes:
        return
    if not ends[1]:
        report(
            Problem(
                code="model.no_output",
                severity=Severity.WARNING,
                message=f"The model `{name}` has no Output: nothing of it can be trained.",
                hint="Add an Output and connect it; its name is the name of its loss.",
            )
        )


def _article(word: str) -> str:
    return "an" if word[0] in "AEIOU" else "a"
