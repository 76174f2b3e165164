"""Tensor specs by arithmetic: one pass over each model, nested models once for each kind of input. No torch.

A model is inferred on its own Inputs' shapes (that is what its tab shows) and again wherever it is called on others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from layerloom.document import Limits
from layerloom.graph.findings import MOST_SHOWN, listed_once
from layerloom.graph.resolved import Resolved, ResolvedCall, ResolvedLayer, ResolvedModel
from layerloom.graph.rules import refuse_huge, rule, taken
from layerloom.graph.specs import InferredModel, LayerUse
from layerloom.graph.time_steps import over_time, without_time
from layerloom.layers.base import Inputs
from layerloom.problems import Problem, ProblemError
from layerloom.tensors import BundleSpec, Spec, TensorSpec

_MOST_NESTED_PROBLEMS = 200
_WORK = 2
"""Calls that are worked out for one document, as a multiple of the most nodes that a model may have spread out."""

Given = tuple[tuple[str, TensorSpec], ...]


@dataclass(frozen=True, slots=True)
class Inferred:
    """Every model of a document on its own Inputs, and models on what they are called with."""

    resolved: Resolved
    models: Mapping[str, InferredModel]
    problems: tuple[Problem, ...]


def infer(resolved: Resolved) -> Inferred:
    """Specs and problems of every model."""
    work = _Work(resolved, resolved.limits.expanded_nodes * _WORK)
    models = {name: work.model(name, None) for name in resolved.models}
    found = [*resolved.problems, *(problem for model in models.values() for problem in model.problems)]
    return Inferred(
        resolved, models, listed_once(found) if len(found) > len(resolved.problems) else tuple(found)
    )


@dataclass(slots=True)
class _Work:
    resolved: Resolved
    calls_left: int
    """Calls that may still be worked out on other inputs than their model's own."""
    done: dict[tuple[str, Given | None], InferredModel] = field(default_factory=dict)

    @property
    def limits(self) -> Limits:
        return self.resolved.limits

    def model(self, name: str, given: Given | None) -> InferredModel:
        """Nesting is limited by `resolve`, so this recursion is too."""
        known = self.done.get((name, given))
        if known is None:
            if given is not None:
                self._spend(name)
            known = _infer_model(self, self.resolved.models[name], given)
            self.done[name, given] = known
        return known

    def _spend(self, name: str) -> None:
        self.calls_left -= len(self.resolved.models[name].calls)
        if self.calls_left < 0:
            raise ProblemError(
                Problem(
                    code="model.too_large",
                    message=f"calls `{name}` on one more shape of inputs; that is too much to work out: "
                    "models are called on too many different shapes.",
                    hint="Call fewer models, or call them on tensors of the same shape.",
                )
            )


def _infer_model(work: _Work, model: ResolvedModel, given: Given | None) -> InferredModel:
    result = InferredModel(model.id, {}, is_trainable=model.is_trainable)
    fed = dict(given) if given is not None else {}
    inputs: dict[str, TensorSpec] = {}
    for call in model.calls:
        if call.layer.type == "Join":
            result.nodes[call.node] = _bundle(model, call, result)
            continue
        if call.layer.type == "Input" and call.node in fed:
            inputs[call.node] = fed[call.node]
            result.nodes[call.node] = {"output": fed[call.node]}
            continue
        specs = _specs_at(call, result)
        if specs is None or call.layer.config is None:
            continue
        try:
            outputs = _call_layer(work, model, call, specs, result)
        except ProblemError as error:
            if len(result.problems) <= MOST_SHOWN:
                result.problems += [_placed(problem, model.id, call) for problem in error.problems]
            continue
        if outputs is None:
            continue
        result.nodes[call.node] = outputs
        if call.layer.type == "Input":
            inputs[call.node] = outputs["output"]
    result.inputs = inputs
    if result.weights > work.limits.weights:
        result.problems.append(
            Problem(
                code="model.too_large",
                message=f"The model `{model.id}` has {result.weights:,} weights; at most {work.limits.weights:,} "
                "are built.",
                hint="Take fewer units, or raise LAYERLOOM_WEIGHTS.",
                model=model.id,
            )
        )
    return result


def _specs_at(call: ResolvedCall, result: InferredModel) -> dict[str, tuple[TensorSpec, ...]] | None:
    """Specs at the node's input ports; None while one of them is not known."""
    if not call.is_complete:
        return None
    specs: dict[str, tuple[TensorSpec, ...]] = {}
    for port, sources in call.inputs.items():
        found = []
        for node, name in sources:
            spec = result.nodes[node].get(name) if node in result.nodes else None
            if not isinstance(spec, TensorSpec):
                return None
            found.append(spec)
        specs[port] = tuple(found)
    return specs


def _bundle(model: ResolvedModel, call: ResolvedCall, result: InferredModel) -> dict[str, Spec]:
    items = []
    for name, source in model.bundles[call.node]:
        spec = result.nodes.get(source.node, {}).get(source.port)
        if not isinstance(spec, TensorSpec):
            return {}
        items.append((name, spec))
    return {"output": BundleSpec(tuple(items))} if items else {}


def _call_layer(
    work: _Work, model: ResolvedModel, call: ResolvedCall, inputs: Inputs, result: InferredModel
) -> Mapping[str, TensorSpec] | None:
    """Outputs of one call; weights, FLOPs and what a nested model says are noted in `result`."""
    layer = call.layer
    with_time: list[Inputs] = []
    steps = 1
    is_frozen = False
    while layer.wraps is not None:
        is_frozen = is_frozen or not layer.parsed.is_trainable
        with_time.append(inputs)
        time, inputs = without_time(inputs)
        steps *= time.shape[1] or 1
        layer = model.layers[layer.wraps]
    before = result.flops, result.elements
    outputs: Mapping[str, TensorSpec] | None
    if layer.model is not None:
        outputs = _call_model(work, call, layer, inputs, is_frozen, result)
    elif layer.config is None or layer.type == "Model":
        return None
    else:
        outputs = _call_rule(work, call, layer, inputs, is_frozen, result)
    if outputs is None or not with_time:
        return outputs
    result.flops = before[0] + (result.flops - before[0]) * steps
    result.elements = before[1] + (result.elements - before[1]) * steps
    for outer in reversed(with_time):
        outputs = {port: over_time(spec, outer, layer.model is not None) for port, spec in outputs.items()}
    refuse_huge(outputs)
    return outputs


def _call_rule(
    work: _Work,
    call: ResolvedCall,
    layer: ResolvedLayer,
    inputs: Inputs,
    is_frozen: bool,
    result: InferredModel,
) -> Mapping[str, TensorSpec]:
    inputs = taken(layer.parsed, inputs)
    ruled = rule(layer.parsed, inputs)
    result.elements += ruled.elements
    if layer.type not in ("Input", "Output"):
        result.flops += ruled.flops
        _note_use(work, LayerUse(layer, inputs, ruled, None, call.node, is_frozen=is_frozen), result)
    return ruled.outputs


def _call_model(
    work: _Work,
    call: ResolvedCall,
    layer: ResolvedLayer,
    inputs: Inputs,
    is_frozen: bool,
    result: InferredModel,
) -> dict[str, TensorSpec] | None:
    own = work.model(layer.model or "", None)
    given = tuple(
        (port, _fed(port, specs[0], own.inputs.get(port), layer))
        for port, specs in sorted(inputs.items())
        if specs
    )
    nested = work.model(layer.model or "", given)
    if any(problem.is_error for problem in nested.problems):
        # What is wrong on the model's own Inputs too is said once, in its own tab.
        told = set(own.problems)
        new = [problem for problem in nested.problems if problem not in told]
        first = next(problem for problem in nested.problems if problem.is_error)
        result.problems += new[: max(0, _MOST_NESTED_PROBLEMS - len(result.problems))]
        raise ProblemError(
            Problem(
                code="model.problem",
                message=f"can't be built, for its model `{layer.model}` has a problem: {first.message}",
                hint=first.hint or f"Go inside `{layer.model}` and mend it there.",
            )
        )
    result.flops += nested.flops
    result.elements += nested.elements
    cast = frozenset(port for port, spec in given if spec.dtype != inputs[port][0].dtype)
    use = LayerUse(layer, inputs, nested=nested, node=call.node, given=given, cast=cast, is_frozen=is_frozen)
    _note_use(work, use, result)
    outputs = {port.name: nested.output(port.name) for port in layer.outputs}
    known = {port: spec for port, spec in outputs.items() if spec is not None}
    return known if len(known) == len(outputs) else None


def _fed(port: str, spec: TensorSpec, declared: TensorSpec | None, layer: ResolvedLayer) -> TensorSpec:
    """What an Input of a nested model gets: the caller's tensor, where it fits the Input's own shape."""
    if declared is None:
        return spec
    fits = len(spec.shape) == len(declared.shape) and all(
        own is None or size is None or own == size
        for own, size in zip(declared.shape, spec.shape, strict=True)
    )
    if not fits:
        raise ProblemError(
            Problem(
                code="shape.mismatch",
                message=f"got shape {spec} at `{port}`; the Input `{port}` of its model `{layer.model}` "
                f"expects {declared}.",
                hint=f"Set the `shape` of `{port}` inside `{layer.model}` to {list(spec.shape[1:])}, "
                "or feed it another tensor.",
                port=port,
            )
        )
    shape = tuple(own if size is None else size for own, size in zip(declared.shape, spec.shape, strict=True))
    return replace(spec.with_shape(shape), dtype=declared.dtype)


def _note_use(work: _Work, use: LayerUse, result: InferredModel) -> None:
    """Note the first call of a layer, and what later calls add to it: masks, and whole numbers."""
    masked = frozenset(port for port, specs in use.inputs.items() if any(spec.masked for spec in specs))
    first = result.uses.get(use.layer.id)
    if first is None:
        use.masked = masked
        result.uses[use.layer.id] = use
        return
    if first.signature == use.signature:
        if use.nested is not None and not masked <= first.masked:
            first.given = _with_masks(first.given, use.given)
            first.nested = work.model(use.layer.model or "", first.given)
        first.masked |= masked
        first.cast |= use.cast
        first.is_frozen = first.is_frozen or use.is_frozen
        if any(spec.dtype != "float32" for specs in use.inputs.values() for spec in specs):
            first.inputs = use.inputs  # its module must take more than float32
        return
    shapes = (_shown(first.inputs), _shown(use.inputs))
    raise ProblemError(
        Problem(
            code="weights.conflict",
            message=f"calls the shared layer `{use.layer.id}` on {shapes[1]}; `{first.node}` called it on {shapes[0]}, "
            f"which made its weights. One set of weights fits one size.",
            hint="Bring both inputs to one shape, or make this node independent.",
        )
    )


def _with_masks(first: Given, second: Given) -> Given:
    """The first call's tensors, each with the mask that either call brings."""
    others = dict(second)
    return tuple((port, others[port] if others[port].masked else spec) for port, spec in first)


def _shown(inputs: Inputs) -> str:
    return ", ".join(str(spec) for specs in inputs.values() for spec in specs)


def _placed(problem: Problem, model: str, call: ResolvedCall) -> Problem:
    if problem.node is not None:
        return problem
    text = f"`{call.node}` ({call.layer.type}) {problem.message}"
    return problem.model_copy(update={"model": model, "node": call.node, "message": text})
