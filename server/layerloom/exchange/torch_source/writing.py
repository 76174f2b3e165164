"""A plan as the text of a class: a module a layer, one statement a call, masks only where something reads them."""

from collections.abc import Mapping, Sequence
from typing import Any

from layerloom.exchange.torch_source.constructing import Constructors, can_go_without
from layerloom.exchange.torch_source.inlining import Inliner
from layerloom.exchange.torch_source.lines import Line, alive, moved, moved_back
from layerloom.exchange.torch_source.making import Modules, Written
from layerloom.exchange.torch_source.names import Names, class_name, quoted
from layerloom.exchange.torch_source.native import NativeCall
from layerloom.graph.plan import Plan, PlannedLayer, Step
from layerloom.graph.resolved import Source
from layerloom.graph.specs import InferredModel
from layerloom.tensors import TensorSpec

_USED_IN_FORWARD = ("torch", "F", "of_steps", "given", "outputs", "masks")
_OF_STEPS = "layerloom.layers.modules.time_distributed.of_steps"


class Classes:
    """All classes of a file; equal ones of one model are one."""

    def __init__(self, inliner: Inliner, names: Names, labels: Mapping[str, Mapping[str, str]]) -> None:
        self.constructors, self.names, self.labels = Constructors(inliner), names, labels
        self.written: dict[tuple[str, str], Written] = {}

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
        modules = Modules(self, plan, specs, frozen)
        writer = _ClassWriter(self, modules, gives_masks, is_outermost)
        body = writer.write(runs)
        key = (plan.model, body)
        if key not in self.written:
            name = self.names.name(class_name(plan.model))
            text = f"class {name}(nn.Module):\n{body}"
            self.written[key] = Written(name, text, writer.inputs, writer.mask_inputs, modules.weights)
        return self.written[key]


class _ClassWriter:
    def __init__(self, classes: Classes, modules: Modules, gives_masks: bool, is_outermost: bool) -> None:
        self.classes, self.modules, self.plan, self.specs = classes, modules, modules.plan, modules.specs
        self.gives_masks, self.is_outermost = gives_masks, is_outermost
        plan = self.plan
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
        self.lines: list[Line] = []
        self.labels = classes.labels.get(plan.model, {})

    def write(self, runs: bool) -> str:
        for name in self.plan.inputs:
            if name in self.plan.cast_inputs:
                own = self.inputs[name]
                self.lines.append(
                    Line(f"{own} = {own}.to(torch.{self.plan.inputs[name].dtype})", (own,), (own,))
                )
        for step in self.plan.steps:
            self._step(step)
        self._return()
        made = self.modules.made
        init = "    def __init__(self) -> None:\n        super().__init__()\n"
        parts = [f'    """{self._summary()}"""\n']
        if made:
            parts.append(init + "".join(f"        {each}\n" for each in made))
        parts.append(self._forward())
        if runs:
            parts.append(self._run())
        return "\n".join(parts)

    # the way of the data

    def _step(self, step: Step) -> None:
        layer = self.modules.layers[step.layer]
        comment = self._comment(step.node)
        if self.modules.called(layer).model is not None:
            self._nested(step, layer, comment)
            return
        native = self.modules.native_step(step)
        names = self._results(step)
        for name, port in zip(names, step.results, strict=True):
            self.values[Source(step.node, port)] = name
        if native is not None:
            self._natively(step, native, names[0], comment)
        else:
            self._by_module(step, layer, names, comment)

    def _natively(self, step: Step, native: NativeCall, name: str, comment: str) -> None:
        attribute = f"self.{self.modules.attributes[step.layer]}"
        sources = [source for sources in step.arguments for source in sources]
        given = [self.values[source] for source in sources]
        if native.channels_first:
            given = [
                self.firsts.get(source) or moved(value, self.modules.rank(source))
                for source, value in zip(sources, given, strict=True)
            ]
        expression, is_first = native.expression, native.channels_first
        if native.on_channels_first is not None and all(source in self.firsts for source in sources):
            given = [self.firsts[source] for source in sources]
            expression, is_first = native.on_channels_first, True
        text = expression.format(*given, self=attribute, all=", ".join(given))
        self.lines.append(Line(f"{comment}{name} = {text}", (name,), tuple(given)))
        result = Source(step.node, step.results[0])
        if is_first and (rank := self.modules.rank(result)) > 2:
            self.firsts[result] = name
            self.values[result] = moved_back(name, rank)
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
        module = f"self.{self.modules.attributes[step.layer]}"
        values = [self._argument(step, place, self.values) for place in range(len(step.arguments))]
        uses = [self.values[source] for sources in step.arguments for source in sources]
        mask, mask_uses = self._mask_argument(step, layer)
        takes_mask = self.modules.called(layer).config.takes_mask and mask != "None"
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
                of_steps = self.classes.constructors.inliner.add(_OF_STEPS)
                for place, axes in enumerate(step.masked):
                    if axes:
                        masks[place] = self.locals.name(f"{names[place]}_mask")
                        text = f"{masks[place]} = {of_steps}({first}, {axes})"
                        self.lines.append(Line(text, (masks[place],), (first,), is_optional=True))
        for place, port in enumerate(step.results):
            if step.masked[place]:
                self.masks[Source(step.node, port)] = masks[place]

    def _nested(self, step: Step, layer: PlannedLayer, comment: str) -> None:
        inner = self.modules.called(layer)
        assert inner.model is not None
        written = self.modules.nested[inner.id]
        attribute = f"self.{self.modules.attributes[step.layer]}"
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
        if self.modules.gives_masks(step.layer):
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
        doc = ['"""Outputs by name.', "", "Args:"]
        doc += [f"    {self.inputs[name]}: {_described(spec)}" for name, spec in self.plan.inputs.items()]
        doc += ["", "Returns:"]
        doc += [f"    {name}: {_described(spec)}" for name, spec in self.plan.outputs.items()]
        text = "".join(f"        {line}".rstrip() + "\n" for line in [*doc, '"""'])
        body = "".join(
            "".join(f"        {part}\n" for part in line.text.split("\n")) for line in alive(self.lines)
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

    def _ports(self, layer: PlannedLayer) -> Sequence[Any]:
        return self.specs.uses[layer.id].layer.inputs

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
        config = self.modules.called(layer).config
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
        return can_go_without(layer.config.torch_call(layer.inputs), place)


def _described(spec: TensorSpec) -> str:
    return str(spec) if spec.dtype == "float32" else f"{spec}, {spec.dtype}"
