"""Tensor specs by arithmetic: one pass over each model, nested models once for each kind of input. No torch.

A model is inferred on its own Inputs' shapes (that is what its tab shows) and again wherever it is called on others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from layerloom.document import Limits
from layerloom.graph.resolved import Resolved, ResolvedCall, ResolvedLayer, ResolvedModel
from layerloom.graph.specs import InferredModel, LayerUse
from layerloom.graph.time_steps import over_time, without_time
from layerloom.layers.base import Inputs
from layerloom.layers.fields.matrices import refuse_without_matrix
from layerloom.problems import Problem, ProblemError
from layerloom.tensors import BundleSpec, Spec, TensorSpec

_LARGEST_TENSOR = 2**40
_MOST_NESTED_PROBLEMS = 200

Given = tuple[tuple[str, TensorSpec], ...]


@dataclass(frozen=True, slots=True)
class Inferred:
    """Every model of a document on its own Inputs, and models on what they are called with."""

    resolved: Resolved
    models: Mapping[str, InferredModel]
    problems: tuple[Problem, ...]


def infer(resolved: Resolved) -> Inferred:
    """Specs and problems of every model."""
    work = _Work(resolved)
    models = {name: work.model(name, None) for name in resolved.models}
    problems: dict[Problem, None] = dict.fromkeys(resolved.problems)
    for model in models.values():
        problems.update(dict.fromkeys(model.problems))
    return Inferred(resolved, models, tuple(problems))


@dataclass(slots=True)
class _Work:
    resolved: Resolved
    done: dict[tuple[str, Given | None], InferredModel] = field(default_factory=dict)

    @property
    def limits(self) -> Limits:
        return self.resolved.limits

    def model(self, name: str, given: Given | None) -> InferredModel:
        """Nesting is limited by `resolve`, so this recursion is too."""
        known = self.done.get((name, given))
        if known is None:
            known = _infer_model(self, self.resolved.models[name], given)
            self.done[name, given] = known
        return known


def _infer_model(work: _Work, model: ResolvedModel, given: Given | None) -> InferredModel:
    result = InferredModel(model.id, {})
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
            outputs = _call_layer(work, model, call, call.layer, specs, result)
            _refuse_huge(outputs)
        except ProblemError as error:
            result.problems += [_placed(problem, model.id, call) for problem in error.problems]
            continue
        if outputs is None:
            continue
        result.nodes[call.node] = dict(outputs)
        result.elements += (
            sum(spec.elements or 0 for spec in outputs.values()) if call.layer.type != "Output" else 0
        )
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
        found = [result.nodes.get(source.node, {}).get(source.port) for source in sources]
        tensors = tuple(spec for spec in found if isinstance(spec, TensorSpec))
        if len(tensors) != len(sources):
            return None
        specs[port] = tensors
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
    work: _Work,
    model: ResolvedModel,
    call: ResolvedCall,
    layer: ResolvedLayer,
    inputs: Inputs,
    result: InferredModel,
) -> dict[str, TensorSpec] | None:
    """Outputs of one call; weights, FLOPs and what a nested model says are noted in `result`."""
    if layer.wraps is not None:
        return _call_over_time(work, model, call, layer, inputs, result)
    if layer.model is not None:
        return _call_model(work, model, call, layer, inputs, result)
    if layer.config is None or layer.type in ("Model", "TimeDistributed"):
        return None
    outputs = layer.config.infer(inputs)
    if layer.type not in ("Input", "Output"):
        weights = layer.config.weights(inputs)
        refuse_without_matrix(layer.config, weights, outputs)
        result.flops += layer.config.flops(inputs, outputs)
        _note_use(work, LayerUse(layer, inputs, weights, None, call.node), result)
    return outputs


def _call_over_time(
    work: _Work,
    model: ResolvedModel,
    call: ResolvedCall,
    layer: ResolvedLayer,
    inputs: Inputs,
    result: InferredModel,
) -> dict[str, TensorSpec] | None:
    time, steps = without_time(inputs)
    before = result.flops
    wrapped = model.layers[layer.wraps or ""]
    outputs = _call_layer(work, model, call, wrapped, steps, result)
    result.flops = before + (result.flops - before) * (time.shape[1] or 1)
    if outputs is None:
        return None
    return {port: over_time(spec, inputs, wrapped.model is not None) for port, spec in outputs.items()}


def _call_model(
    work: _Work,
    model: ResolvedModel,
    call: ResolvedCall,
    layer: ResolvedLayer,
    inputs: Inputs,
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
        new = [problem for problem in nested.problems if problem not in own.problems]
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
    _note_use(work, LayerUse(layer, inputs, (), nested, call.node, given=given, cast=cast), result)
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
    if first.signature() == use.signature():
        if use.nested is not None and not masked <= first.masked:
            first.given = _with_masks(first.given, use.given)
            first.nested = work.model(use.layer.model or "", first.given)
        first.masked |= masked
        first.cast |= use.cast
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


def _refuse_huge(outputs: Mapping[str, TensorSpec] | None) -> None:
    for spec in (outputs or {}).values():
        if (spec.elements or 0) > _LARGEST_TENSOR:
            raise ProblemError(
                Problem(
                    code="shape.too_large",
                    message=f"would give {spec}: {spec.elements:,} numbers a sample; at most {_LARGEST_TENSOR:,}.",
                    hint="Take smaller sizes, or concatenate fewer tensors.",
                )
            )


def _placed(problem: Problem, model: str, call: ResolvedCall) -> Problem:
    if problem.node is not None:
        return problem
    text = f"`{call.node}` ({call.layer.type}) {problem.message}"
    return problem.model_copy(update={"model": model, "node": call.node, "message": text})
