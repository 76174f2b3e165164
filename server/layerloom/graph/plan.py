"""What is to be built: the part of a model that the chosen outputs need, step by step. Pure and picklable.

A plan is where rewrites for speed would go; it now says what the document says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from layerloom.graph.infer import Inferred
from layerloom.graph.resolved import ResolvedModel, Source
from layerloom.graph.specs import InferredModel, LayerUse
from layerloom.layers.base import Inputs, LayerType, Weight
from layerloom.problems import Problem
from layerloom.tensors import TensorSpec


@dataclass(frozen=True, slots=True)
class PlannedLayer:
    """A layer to make once: a module of its own (`config`), a model (`model`), or a wrapper around one of these."""

    id: str
    config: LayerType
    inputs: Inputs
    weights: tuple[Weight, ...]
    model: "Plan | None" = None
    wraps: str | None = None
    is_frozen: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One call: `arguments` has, for each input port of the layer in order, its sources (none: not wired)."""

    node: str
    layer: str
    call: int
    """Which call of its layer this is, from 1."""
    calls: int
    arguments: tuple[tuple[Source, ...], ...]
    variadic: tuple[bool, ...]
    results: tuple[str, ...]
    """Output ports."""
    masked: tuple[int, ...]
    """For each output port, how many axes the mask has that may travel beside it; 0: there is none."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A model, or the part of it that the chosen outputs need, ready to be built."""

    model: str
    inputs: Mapping[str, TensorSpec] = field(default_factory=dict)
    outputs: Mapping[str, TensorSpec] = field(default_factory=dict)
    ends: Mapping[str, Source] = field(default_factory=dict)
    """What each Output reads."""
    masked_inputs: frozenset[str] = frozenset()
    cast_inputs: frozenset[str] = frozenset()
    """Inputs that take tensors of another dtype and turn them into their own."""
    layers: tuple[PlannedLayer, ...] = ()
    steps: tuple[Step, ...] = ()
    problems: tuple[Problem, ...] = ()
    is_mixed: bool = False
    """Some tensors are not float32, so that layers have to turn what they get into the type of their policy."""


def plan(
    inferred: Inferred,
    model: str = "main",
    inputs: Sequence[str] | None = None,
    outputs: Sequence[str] | None = None,
) -> Plan:
    """Keras' `Model(inputs, outputs)` over a graph of layers.

    `outputs` None or empty: all of them; `inputs` None: those that the outputs need. The plan has problems and no
    steps where a chosen end isn't there, a needed input isn't chosen, or what is needed can't be built.
    """
    resolved = inferred.resolved.models.get(model)
    if resolved is None:
        return _refused(
            model, "model.unknown", f"There is no model `{model}` in this document.", "training.model"
        )
    problems = [
        *_unknown(outputs, resolved.outputs, "Output", "training.outputs", model),
        *_unknown(inputs, resolved.inputs, "Input", "training.inputs", model),
    ]
    chosen = tuple(name for name in resolved.outputs if not outputs or name in outputs)
    if problems:
        return Plan(model, problems=tuple(problems))
    if not chosen:
        return _refused(model, "model.no_output", f"The model `{model}` has no Output.", None)
    needed = _needed(resolved, chosen)
    problems = [
        *_in_the_way(inferred, resolved, needed | set(inputs or ())),
        *_missing_inputs(resolved, needed, inputs, model),
    ]
    specs = inferred.models[model]
    if not problems:
        problems = _not_known(resolved, specs, chosen)
    if problems:
        return Plan(model, problems=tuple(problems))
    return _planned(inferred, resolved, specs, chosen, needed, inputs, frozenset())


def _refused(model: str, code: str, message: str, place: str | None) -> Plan:
    problem = Problem(code=code, message=message, hint="Add it, or choose another.", model=model, field=place)
    return Plan(model, problems=(problem,))


def _unknown(
    chosen: Sequence[str] | None, known: Sequence[str], kind: str, place: str, model: str
) -> list[Problem]:
    listed = ", ".join(f"`{name}`" for name in known) or "none"
    return [
        Problem(
            code=f"training.{kind.lower()}_unknown",
            message=f"`{name}` is no {kind} of the model `{model}`; it has: {listed}.",
            hint=f"Rename it, or add {'an' if kind[0] in 'IO' else 'a'} {kind} of that name.",
            field=f"{place}.{name}",
        )
        for name in chosen or ()
        if name not in known
    ]


def _needed(resolved: ResolvedModel, chosen: Sequence[str]) -> set[str]:
    calls = {call.node: call for call in resolved.calls}
    needed = set(chosen)
    waiting = [name for name in chosen if name in calls]
    while waiting:
        for sources in calls[waiting.pop()].inputs.values():
            for source in sources:
                if source.node not in needed:
                    needed.add(source.node)
                    if source.node in calls:
                        waiting.append(source.node)
    return needed


def _in_the_way(inferred: Inferred, resolved: ResolvedModel, needed: set[str]) -> list[Problem]:
    """Errors on nodes that are needed, and in the models that these call, however deep.

    Behind a cycle nothing is in order, so a cycle is in the way of a needed node that has no place in the order.
    """
    ordered = {call.node for call in resolved.calls}
    is_behind_cycle = not needed <= ordered
    called: set[str] = set()
    waiting = [call.layer.model for call in resolved.calls if call.node in needed]
    while waiting:
        name = waiting.pop()
        if name is not None and name not in called:
            called.add(name)
            waiting += [call.layer.model for call in inferred.resolved.models[name].calls]
    return [
        problem
        for problem in inferred.problems
        if problem.is_error
        and (
            problem.model is None
            or problem.model in called
            or (
                problem.model == resolved.id
                and (
                    problem.node is None
                    or problem.node in needed
                    or (is_behind_cycle and problem.code == "graph.cycle")
                )
            )
        )
    ]


def _not_known(resolved: ResolvedModel, specs: InferredModel, chosen: Sequence[str]) -> list[Problem]:
    """Outputs of which nothing is known, though no problem says why."""
    return [
        Problem(
            code="output.unknown",
            message=f"`{name}` can't be built: what it reads is not known.",
            hint="Mend the problems of the nodes and models before it.",
            model=resolved.id,
            node=name,
        )
        for name in chosen
        if specs.output(name) is None
    ]


def _missing_inputs(
    resolved: ResolvedModel, needed: set[str], inputs: Sequence[str] | None, model: str
) -> list[Problem]:
    missing = [
        name for name in resolved.inputs if inputs is not None and name in needed and name not in inputs
    ]
    return [
        Problem(
            code="training.input_missing",
            message=f"The chosen outputs need the Input `{name}`, which `training.inputs` leaves out.",
            hint=f"Add `{name}` to the inputs, or train other outputs.",
            model=model,
            node=name,
            field="training.inputs",
        )
        for name in missing
    ]


def _planned(
    inferred: Inferred,
    resolved: ResolvedModel,
    specs: InferredModel,
    chosen: Sequence[str],
    needed: set[str],
    inputs: Sequence[str] | None,
    masked_inputs: frozenset[str],
    cast_inputs: frozenset[str] = frozenset(),
) -> Plan:
    count: dict[str, int] = {}
    total: dict[str, int] = {}
    for call in resolved.calls:
        if call.node in needed:
            total[call.layer.id] = total.get(call.layer.id, 0) + 1
    steps = []
    used: dict[str, None] = {}
    ends: dict[str, Source] = {}
    for call in resolved.calls:
        if call.node not in needed or call.layer.type in ("Input", "Join"):
            continue
        if call.layer.type == "Output":
            ends[call.node] = next(iter(call.inputs.values()))[0]
            continue
        count[call.layer.id] = count.get(call.layer.id, 0) + 1
        layer_id: str | None = call.layer.id
        while layer_id is not None:
            used.setdefault(layer_id)
            layer_id = resolved.layers[layer_id].wraps
        results = tuple(port.name for port in call.layer.outputs)
        steps.append(
            Step(
                call.node,
                call.layer.id,
                count[call.layer.id],
                total[call.layer.id],
                tuple(call.inputs.get(port.name, ()) for port in call.layer.inputs),
                tuple(port.is_variadic for port in call.layer.inputs),
                results,
                tuple(_mask_axes(specs, call.node, port) for port in results),
            )
        )
    fed = [
        name
        for name in (inputs if inputs is not None else resolved.inputs)
        if name in needed or inputs is not None
    ]
    outputs = {name: spec for name in chosen if (spec := specs.output(name)) is not None}
    frozen: set[str | None] = {
        layer.wraps
        for layer in resolved.layers.values()
        if layer.wraps is not None and not getattr(layer.config, "trainable", True)
    }
    return Plan(
        resolved.id,
        {name: specs.inputs[name] for name in fed},
        outputs,
        {name: ends[name] for name in outputs},
        masked_inputs,
        cast_inputs,
        tuple(_planned_layer(inferred, resolved, specs, layer_id, frozen) for layer_id in used),
        tuple(steps),
        is_mixed=any(
            isinstance(spec, TensorSpec) and spec.dtype == "bfloat16"
            for ports in specs.nodes.values()
            for spec in ports.values()
        ),
    )


def _mask_axes(specs: InferredModel, node: str, port: str) -> int:
    spec = specs.nodes.get(node, {}).get(port)
    return len(spec.mask_shape) if isinstance(spec, TensorSpec) and spec.masked else 0


def _planned_layer(
    inferred: Inferred,
    resolved: ResolvedModel,
    specs: InferredModel,
    layer_id: str,
    frozen: set[str | None],
) -> PlannedLayer:
    layer = resolved.layers[layer_id]
    if layer.config is None:
        raise ValueError(f"layer {layer_id} has no config, yet no problem was reported")
    is_trainable = resolved.is_trainable and getattr(layer.config, "trainable", True)
    is_frozen = layer_id in frozen or not is_trainable
    if layer.wraps is not None:
        return PlannedLayer(layer_id, layer.config, {}, (), None, layer.wraps, is_frozen)
    use: LayerUse = specs.uses[layer_id]
    nested = None
    if layer.model is not None and use.nested is not None:
        inner = inferred.resolved.models[layer.model]
        needed = _needed(inner, inner.outputs)
        nested = _planned(
            inferred, inner, use.nested, inner.outputs, needed, inner.inputs, use.masked, use.cast
        )
    return PlannedLayer(layer_id, layer.config, use.inputs, use.weights, nested, None, is_frozen)
