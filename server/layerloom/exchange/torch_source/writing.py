"""A plan as the text of a class: a module a layer, one statement a call, masks only where something reads them."""

import inspect
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from typing import Any

from layerloom.exchange.torch_source.inlining import Inliner
from layerloom.exchange.torch_source.names import Names, attributes, class_name, quoted
from layerloom.exchange.torch_source.native import NativeCall, native_call
from layerloom.graph.plan import Plan, PlannedLayer, Step
from layerloom.graph.resolved import Source
from layerloom.graph.specs import InferredModel
from layerloom.layers.base import KerasLayer
from layerloom.layers.calls import Call
from layerloom.tensors import TensorSpec

_USED_IN_FORWARD = ("torch", "F", "of_steps", "given", "outputs", "masks")

_NAME = re.compile(r"\w+")
_MODULES = "layerloom.layers.modules."
_AUTOCAST = f"{_MODULES}autocast.autocast"
_OF_STEPS = f"{_MODULES}time_distributed.of_steps"
_TIME_DISTRIBUTED = f"{_MODULES}time_distributed.TimeDistributed"


@dataclass(frozen=True)
class Kept:
    """Where a weight lies: `shared_lstm/kernel` at `shared_lstm.weight_ih`, in that layout."""

    path: str
    attribute: str
    layout: tuple[int, ...] | str | None


@dataclass
class Written:
    """A class: its name and text, how it is called, and its weights."""

    name: str
    text: str
    inputs: Mapping[str, str]
    """Names of the arguments, by input."""
    masks: Mapping[str, str]
    """Names of the masks' arguments, by input."""
    weights: list[Kept] = field(default_factory=list)


@dataclass
class Line:
    """A statement, what it defines and uses; one that `is_optional` goes where nothing uses what it defines."""

    text: str
    defines: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    is_optional: bool = False


class Classes:
    """All classes of a file; equal ones of one model are one."""

    def __init__(self, inliner: Inliner, names: Names, labels: Mapping[str, Mapping[str, str]]) -> None:
        self.inliner, self.names, self.labels = inliner, names, labels
        self.written: dict[tuple[str, str], Written] = {}
        self.words: set[str] = set()
        """Texts among the arguments: names of activations, for instance."""

    def write(
        self,
        plan: Plan,
        specs: InferredModel,
        *,
        gives_masks: bool = False,
        runs: bool = False,
        frozen: bool = False,
        is_outermost: bool = False,
    ) -> Written:
        """The class of a plan. With `gives_masks` a call returns outputs and masks; `runs`: in TimeDistributed."""
        writer = _ClassWriter(self, plan, specs, gives_masks, runs, frozen)
        writer.is_outermost = is_outermost
        body = writer.write()
        key = (plan.model, body)
        if key not in self.written:
            name = self.names.name(class_name(plan.model))
            written = Written(name, f"class {name}(nn.Module):\n{body}", writer.inputs, writer.mask_inputs)
            self.written[key] = replace(written, weights=writer.weights)
        return self.written[key]


class _ClassWriter:
    def __init__(
        self, classes: Classes, plan: Plan, specs: InferredModel, gives_masks: bool, runs: bool, frozen: bool
    ) -> None:
        self.classes, self.plan, self.specs = classes, plan, specs
        self.gives_masks, self.runs, self.frozen = gives_masks, runs, frozen
        self.is_outermost = False
        self.layers = {layer.id: layer for layer in plan.layers}
        self.wrapped = {layer.wraps for layer in plan.layers if layer.wraps is not None}
        self.steps: dict[str, list[Step]] = {}
        for step in plan.steps:
            self.steps.setdefault(step.layer, []).append(step)
        self.attributes: dict[str, str] = {}
        self.locals = Names(_USED_IN_FORWARD)
        self.inputs = {name: self.locals.name(name) for name in plan.inputs}
        self.mask_inputs = {
            name: self.locals.name(f"{name}_mask") for name in plan.inputs if name in plan.masked_inputs
        }
        self.values: dict[Source, str] = {Source(name, "output"): each for name, each in self.inputs.items()}
        self.firsts: dict[Source, str] = {}
        """Values that are there with channels first, too."""
        self.masks: dict[Source, str] = {
            Source(name, "output"): each for name, each in self.mask_inputs.items()
        }
        self.nested: dict[str, Written] = {}
        self.made: list[str] = []
        self.lines: list[Line] = []
        self.weights: list[Kept] = []
        self.labels = classes.labels.get(plan.model, {})
        self.native = dict(self._natives())

    def write(self) -> str:
        names = attributes()
        for layer in self.plan.layers:
            self.attributes[layer.id] = names.name(layer.id)
        done: set[str] = set()
        for layer in self.plan.layers:
            self._make(layer, done)
        for name in self.plan.inputs:
            if name in self.plan.cast_inputs:
                own = self.inputs[name]
                self.lines.append(
                    Line(f"{own} = {own}.to(torch.{self.plan.inputs[name].dtype})", (own,), (own,))
                )
        for step in self.plan.steps:
            self._step(step)
        self._return()
        made = self.made or ["pass"]
        init = "    def __init__(self) -> None:\n        super().__init__()\n"
        parts = [f'    """{self._summary()}"""\n']
        if self.made:
            parts.append(init + "".join(f"        {each}\n" for each in made))
        parts.append(self._forward())
        if self.runs:
            parts.append(self._run())
        return "\n".join(parts)

    # what is made

    def _make(self, layer: PlannedLayer, done: set[str]) -> None:
        if layer.id in done:
            return
        done.add(layer.id)
        attribute = self.attributes[layer.id]
        frozen = self.frozen or layer.is_frozen
        if layer.wraps is not None:
            inner = self.layers[layer.wraps]
            self._make(inner, done)
            call = Call(
                _TIME_DISTRIBUTED,
                {
                    "fold": not any(each.config.depends_on_training for each in self._inside(inner)),
                    "takes_mask": self._called(inner).config.takes_mask and self._called(inner).model is None,
                },
            )
            made = self._constructed(call, first=f"self.{self.attributes[inner.id]}")
        elif layer.model is not None:
            made = self._model(layer, frozen)
        else:
            found = self.native.get(layer.id)
            call_of = found.module if found is not None else layer.config.torch_call(layer.inputs)
            self._note_weights(layer, found)
            if call_of is None:
                return
            made = self._constructed(call_of, frozen=frozen)
            if found is not None and found.zeros:
                made = f"with_zeros({made}, {', '.join(map(repr, found.zeros))})"
        suffix = ".requires_grad_(False)" if frozen and not self.frozen else ""
        self.made.append(f"self.{attribute} = {made}{suffix}")
        if (
            self.plan.is_mixed
            and isinstance(layer.config, KerasLayer)
            and not layer.model
            and not layer.wraps
        ):
            autocast = self.classes.inliner.add(_AUTOCAST)
            self.made.append(f"{autocast}(self.{attribute}, torch.{layer.config.computes_in})")

    def _model(self, layer: PlannedLayer, frozen: bool) -> str:
        assert layer.model is not None
        nested = self.specs.uses[layer.id].nested
        assert nested is not None
        is_wrapped = layer.id in self.wrapped
        gives_masks = self._gives_masks(layer.id)
        written = self.classes.write(
            layer.model, nested, gives_masks=gives_masks, runs=is_wrapped, frozen=frozen
        )
        self.nested[layer.id] = written
        attribute = self.attributes[layer.id]
        self.weights += [
            Kept(f"{layer.id}/{each.path}", f"{attribute}.{each.attribute}", each.layout)
            for each in written.weights
        ]
        return f"{written.name}()"

    def _note_weights(self, layer: PlannedLayer, found: NativeCall | None) -> None:
        elsewhere = found.weights if found is not None else {}
        for weight in layer.weights:
            path, layout = elsewhere.get(weight.name, (weight.path, weight.layout))
            attribute = f"{self.attributes[layer.id]}.{path}"
            self.weights.append(Kept(f"{layer.id}/{weight.name}", attribute, layout))

    def _constructed(self, call: Call, first: str | None = None, frozen: bool = False) -> str:
        target = call.portable or call.target
        module, _, name = target.rpartition(".")
        defaults = _defaults(target)
        shown = f"nn.{name}" if module == "torch.nn" else self.classes.inliner.add(target)
        parts = [first] if first is not None else []
        parts += [self._shown(value) for value in call.positional]
        arguments = dict(call.arguments)
        if frozen and "trainable" in defaults:
            arguments["trainable"] = False
        parts += [
            f"{key}={self._shown(value)}"
            for key, value in arguments.items()
            if not (key in defaults and type(defaults[key]) is type(value) and defaults[key] == value)
        ]
        return f"{shown}({', '.join(parts)})"

    def _shown(self, value: Any) -> str:  # Any: arguments of constructors
        if isinstance(value, Call):
            return self._constructed(value)
        if isinstance(value, str):
            self.classes.words.add(value)
        if isinstance(value, float) and not math.isfinite(value):
            return f'float("{value}")'
        if isinstance(value, list | tuple):
            parts = [self._shown(each) for each in value]
            if isinstance(value, list):
                return f"[{', '.join(parts)}]"
            return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"
        if isinstance(value, Mapping):
            return "{" + ", ".join(f"{key!r}: {self._shown(each)}" for key, each in value.items()) + "}"
        return repr(value)

    # native calls

    def _natives(self) -> Iterator[tuple[str, NativeCall]]:
        """For each layer whose every call torch can do by itself: one of these calls."""
        for layer in self.plan.layers:
            if layer.wraps is not None or layer.model is not None or self.plan.is_mixed:
                continue
            calls = [self._native(step, layer) for step in self.steps.get(layer.id, ())]
            if layer.id in self.wrapped:  # then it is called as a module
                found = native_call(layer.config, layer.inputs)
                is_plain = (
                    found is not None
                    and found.module
                    and found == NativeCall(module=found.module, weights=found.weights, mask=found.mask)
                )
                calls.append(found if is_plain else None)
            first = calls[0]
            if first is not None and all(each is not None and each.module == first.module for each in calls):
                yield layer.id, first

    def _native(self, step: Step, layer: PlannedLayer) -> NativeCall | None:
        inputs = self._specs_of(step)
        if inputs is None:
            return None
        first = next(iter(inputs.values()), [])
        if layer.config.takes_mask and any(spec.masked for spec in first):
            return None
        found = native_call(layer.config, inputs)
        if found is None:
            return None
        own_mask = layer.config.mask_out == "own" and any(step.masked)
        return None if (own_mask and found.mask is None) or len(step.results) > 1 else found

    def _specs_of(self, step: Step) -> dict[str, list[TensorSpec]] | None:
        ports = self._called(self.layers[step.layer]).config.input_ports
        inputs: dict[str, list[TensorSpec]] = {}
        for port, sources in zip(ports, step.arguments, strict=False):
            for source in sources:
                spec = self.specs.nodes.get(source.node, {}).get(source.port)
                if not isinstance(spec, TensorSpec):
                    return None
                inputs.setdefault(port.name, []).append(spec)
        return inputs

    # the way of the data

    def _step(self, step: Step) -> None:
        layer = self.layers[step.layer]
        comment = self._comment(step.node)
        if self._called(layer).model is not None:
            self._nested(step, layer, comment)
            return
        native = None
        if step.layer in self.native:
            native = self._native(step, layer)
        names = self._results(step)
        for name, port in zip(names, step.results, strict=True):
            self.values[Source(step.node, port)] = name
        if native is not None:
            self._natively(step, native, names[0], comment)
        else:
            self._by_module(step, layer, names, comment)

    def _natively(self, step: Step, native: NativeCall, name: str, comment: str) -> None:
        attribute = f"self.{self.attributes[step.layer]}"
        sources = [source for sources in step.arguments for source in sources]
        given = [self.values[source] for source in sources]
        if native.channels_first:
            given = [
                self.firsts.get(source) or _moved(value, self._rank(source))
                for source, value in zip(sources, given, strict=True)
            ]
        expression, is_first = native.expression, native.channels_first
        if native.on_channels_first is not None and all(source in self.firsts for source in sources):
            given = [self.firsts[source] for source in sources]
            expression, is_first = native.on_channels_first, True
        text = expression.format(*given, self=attribute, all=", ".join(given))
        self.lines.append(Line(f"{comment}{name} = {text}", (name,), tuple(given)))
        result = Source(step.node, step.results[0])
        if is_first and (rank := self._rank(result)) > 2:
            self.firsts[result] = name
            self.values[result] = _moved_back(name, rank)
        if not any(step.masked):
            return
        if native.mask is not None:
            mask = self.locals.name(f"{name}_mask")
            given = [self.values[source] for source in sources]
            text = native.mask.format(*given, self=attribute, all=", ".join(given))
            self.lines.append(Line(f"{mask} = {text}", (mask,), tuple(given), is_optional=True))
        else:
            mask = self._first_mask(step)
        self.masks[Source(step.node, step.results[0])] = mask

    def _by_module(self, step: Step, layer: PlannedLayer, names: list[str], comment: str) -> None:
        module = f"self.{self.attributes[step.layer]}"
        values = [self._argument(step, place, self.values) for place in range(len(step.arguments))]
        uses = [self.values[source] for sources in step.arguments for source in sources]
        mask, mask_uses = self._mask_argument(step, layer)
        takes_mask = self._called(layer).config.takes_mask and mask != "None"
        while values and values[-1] == "None" and self._is_optional(layer, len(values) - 1):
            values.pop()
        given = [*values, f"mask={mask}"] if takes_mask else values
        text = f"{comment}{', '.join(names)} = {module}({', '.join(given)})"
        self.lines.append(Line(text, tuple(names), (*uses, *(mask_uses if takes_mask else ()))))
        if not any(step.masked):
            return
        if layer.config.mask_out == "own":
            masks = [self.locals.name(f"{name}_mask") for name in names]
            text = f"{', '.join(masks)} = {module}.compute_mask({', '.join([*values, f'mask={mask}'])})"
            self.lines.append(Line(text, tuple(masks), (*uses, *mask_uses), is_optional=True))
        else:
            first = self._first_mask(step)
            masks = [first] * len(names)
            if layer.wraps is not None:
                of_steps = self.classes.inliner.add(_OF_STEPS)
                for place, axes in enumerate(step.masked):
                    if axes:
                        masks[place] = self.locals.name(f"{names[place]}_mask")
                        text = f"{masks[place]} = {of_steps}({first}, {axes})"
                        self.lines.append(Line(text, (masks[place],), (first,), is_optional=True))
        for place, port in enumerate(step.results):
            if step.masked[place]:
                self.masks[Source(step.node, port)] = masks[place]

    def _nested(self, step: Step, layer: PlannedLayer, comment: str) -> None:
        inner = self._called(layer)
        assert inner.model is not None
        written = self.nested[inner.id]
        attribute = f"self.{self.attributes[step.layer]}"
        values = [self._argument(step, place, self.values) for place in range(len(step.arguments))]
        masks = [self._argument(step, place, self.masks) for place in range(len(step.arguments))]
        uses = (*values, *(mask for mask in masks if mask != "None"))
        if layer.wraps is not None:  # by position, through TimeDistributed
            names = self._results(step)
            own = [self.locals.name(f"{name}_mask") for name in names]
            text = f"{', '.join([*names, *own])} = {attribute}.run({', '.join([*values, *masks])})"
            self.lines.append(Line(f"{comment}{text}", (*names, *own), uses))
            for name, mask, port, axes in zip(names, own, step.results, step.masked, strict=True):
                self.values[Source(step.node, port)] = name
                if axes:
                    self.masks[Source(step.node, port)] = mask
            return
        ports = [port.name for port in self._ports(inner)]
        given = [*values]
        given += [
            f"{written.masks[port]}={mask}"
            for port, mask in zip(ports, masks, strict=True)
            if mask != "None" and port in written.masks
        ]
        name = self.locals.name(step.node)
        call = f"{attribute}({', '.join(given)})"
        if self._gives_masks(step.layer):
            mask = self.locals.name(f"{step.node}_masks")
            self.lines.append(Line(f"{comment}{name}, {mask} = {call}", (name, mask), uses))
            for port, axes in zip(step.results, step.masked, strict=True):
                if axes:
                    self.masks[Source(step.node, port)] = f'{mask}["{port}"]'
        elif len(step.results) == 1:
            text = f'{comment}{name} = {call}["{step.results[0]}"]'
            self.lines.append(Line(text, (name,), uses))
            self.values[Source(step.node, step.results[0])] = name
            return
        else:
            self.lines.append(Line(f"{comment}{name} = {call}", (name,), uses))
        for port in step.results:
            self.values[Source(step.node, port)] = f'{name}["{port}"]'

    def _return(self) -> None:
        ends = {name: self.plan.ends[name] for name in self.plan.outputs}
        parts, uses = [], []
        for name, end in ends.items():
            value = self.values[end]
            dtype = self.plan.outputs[name].dtype
            whole = self.is_outermost and self.plan.is_mixed and dtype in ("bfloat16", "float16", "float64")
            parts.append(f'"{name}": {value}{".float()" if whole else ""}')
            uses.append(value)
        text = "{" + ", ".join(parts) + "}"
        if self.gives_masks:
            masks = {name: self.masks.get(end, "None") for name, end in ends.items()}
            uses += [mask for mask in masks.values() if mask != "None"]
            text += ", {" + ", ".join(f'"{name}": {mask}' for name, mask in masks.items()) + "}"
        self.lines.append(Line(f"return {text}", (), tuple(uses)))

    def _rank(self, source: Source) -> int:
        spec = self.specs.nodes[source.node][source.port]
        assert isinstance(spec, TensorSpec)
        return spec.rank

    # texts

    def _summary(self) -> str:
        inputs = ", ".join(f"{name} {spec}" for name, spec in self.plan.inputs.items())
        outputs = ", ".join(f"{name} {spec}" for name, spec in self.plan.outputs.items())
        return f"{self.plan.model}: {inputs or 'nothing'} → {outputs}."

    def _forward(self) -> str:
        arguments = ["self", *(f"{name}: Tensor" for name in self.inputs.values())]
        arguments += [f"{name}: Tensor | None = None" for name in self.mask_inputs.values()]
        kind = "dict[str, Tensor]"
        if self.gives_masks:
            kind = f"tuple[{kind}, dict[str, Tensor | None]]"
        head = f"    def forward({', '.join(arguments)}) -> {kind}:\n"
        doc = ['"""By name.', "", "Args:"]
        doc += [f"    {self.inputs[name]}: {_described(spec)}" for name, spec in self.plan.inputs.items()]
        doc += ["", "Returns:"]
        doc += [f"    {name}: {_described(spec)}" for name, spec in self.plan.outputs.items()]
        text = "".join(f"        {line}".rstrip() + "\n" for line in [*doc, '"""'])
        body = "".join(
            "".join(f"        {part}\n" for part in line.text.split("\n")) for line in _alive(self.lines)
        )
        return head + text + body

    def _run(self) -> str:
        """By position: tensors and then masks in, outputs and then masks out."""
        names = [*self.inputs.values(), *(self.mask_inputs.get(name, "_") for name in self.plan.inputs)]
        given = [*self.inputs.values(), *(f"{name}={name}" for name in self.mask_inputs.values())]
        outputs = [f'outputs["{name}"]' for name in self.plan.outputs]
        masks = [f'masks["{name}"]' for name in self.plan.outputs]
        return (
            "    def run(self, *given: Tensor | None) -> tuple[Tensor | None, ...]:\n"
            '        """The call by position: tensors and then masks in, outputs and then masks out."""\n'
            f"        {', '.join(names)}{',' if len(names) == 1 else ''} = given\n"
            f"        outputs, masks = self({', '.join(given)})\n"
            f"        return {', '.join([*outputs, *masks])}\n"
        )

    def _comment(self, node: str) -> str:
        label = quoted(self.labels.get(node, ""))
        return f'# "{label}"\n' if label else ""

    # questions

    def _gives_masks(self, model_layer: str) -> bool:
        """Whether calls of a model give masks beside the outputs."""
        steps = self.steps.get(model_layer, ())
        return model_layer in self.wrapped or any(any(step.masked) for step in steps)

    def _called(self, layer: PlannedLayer) -> PlannedLayer:
        while layer.wraps is not None:
            layer = self.layers[layer.wraps]
        return layer

    def _ports(self, layer: PlannedLayer) -> Sequence[Any]:
        return self.specs.uses[layer.id].layer.inputs

    def _inside(self, layer: PlannedLayer) -> Iterator[PlannedLayer]:
        layer = self._called(layer)
        if layer.model is None:
            yield layer
        else:
            yield from _spread_out(layer.model)

    def _results(self, step: Step) -> list[str]:
        return [
            self.locals.name(
                step.node if port == "output" or len(step.results) == 1 else f"{step.node}_{port}"
            )
            for port in step.results
        ]

    def _argument(self, step: Step, place: int, names: dict[Source, str]) -> str:
        found = [names.get(source, "None") for source in step.arguments[place]]
        if step.variadic[place]:
            return f"[{', '.join(found)}]" if found else "None"
        return found[0] if found else "None"

    def _mask_argument(self, step: Step, layer: PlannedLayer) -> tuple[str, list[str]]:
        """What a module takes as `mask`, and the masks in it: as in `graph.source`."""
        config = self._called(layer).config
        if config.mask_ports:
            names = [port.name for port in config.input_ports]
            places = [names.index(port) for port in config.mask_ports]
        else:
            places = [0] if step.arguments else []
        sources = [source for place in places for source in step.arguments[place]]
        uses = [self.masks[source] for source in sources if source in self.masks]
        if not uses:
            return "None", []
        found = [self._argument(step, place, self.masks) for place in places]
        return (f"({', '.join(found)},)" if config.mask_ports else found[0]), uses

    def _first_mask(self, step: Step) -> str:
        found = [
            self.masks[source] for sources in step.arguments for source in sources if source in self.masks
        ]
        return found[0] if found else "None"

    def _is_optional(self, layer: PlannedLayer, place: int) -> bool:
        """Whether the module's forward can go without that argument."""
        if layer.wraps is not None:
            return True
        call = layer.config.torch_call(layer.inputs)
        parameters = list(inspect.signature(_class(call.portable or call.target).forward).parameters.values())
        return place + 1 < len(parameters) and parameters[place + 1].default is not inspect.Parameter.empty


def _alive(lines: list[Line]) -> list[Line]:
    """Without the optional lines whose results nothing uses; in the others such results are called `_`."""
    used: set[str] = set()
    kept: list[Line] = []
    for line in reversed(lines):
        unused = [name for name in line.defines if name not in used]
        if line.is_optional and len(unused) == len(line.defines):
            continue
        text = line.text
        if len(line.defines) > 1 and unused:
            *comment, statement = text.split("\n")
            left, _, right = statement.partition(" = ")
            left = ", ".join("_" if name in unused else name for name in left.split(", "))
            text = "\n".join([*comment, f"{left} = {right}"])
        used -= set(line.defines)
        used |= {name for use in line.uses for name in _NAME.findall(use)[:1]}
        kept.append(Line(text, line.defines, line.uses))
    return kept[::-1]


def _moved(value: str, rank: int) -> str:
    """Channels from the last axis to the second."""
    if rank == 3:
        return f"{value}.transpose(1, 2)"
    return f"{value}.permute(0, {rank - 1}, {', '.join(map(str, range(1, rank - 1)))})"


def _moved_back(value: str, rank: int) -> str:
    if rank == 3:
        return f"{value}.transpose(1, 2)"
    return f"{value}.permute(0, {', '.join(map(str, range(2, rank)))}, 1)"


def _described(spec: TensorSpec) -> str:
    return str(spec) if spec.dtype == "float32" else f"{spec}, {spec.dtype}"


def _spread_out(plan: Plan) -> Iterator[PlannedLayer]:
    for layer in plan.layers:
        if layer.model is not None:
            yield from _spread_out(layer.model)
        elif layer.wraps is None:
            yield layer


def _class(target: str) -> Any:
    module, _, name = target.rpartition(".")
    return getattr(import_module(module), name)


@cache
def _defaults(target: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in _class(target).__mro__:
        init = vars(each).get("__init__")
        if init is not None and each is not object:
            for name, parameter in inspect.signature(init).parameters.items():
                if parameter.default is not inspect.Parameter.empty:
                    found.setdefault(name, parameter.default)
    return found
