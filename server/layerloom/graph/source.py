"""A plan as straight-line Python: one statement a call, masks only where there can be one. Text only, no torch.

Every name in the text is made here from numbers; nothing of a document gets into it but through `repr`.
"""

from dataclasses import dataclass, field

from layerloom.graph.plan import Plan, PlannedLayer, Step
from layerloom.graph.resolved import Source


@dataclass(slots=True)
class Generated:
    """`run(*tensors, *masks) -> (*outputs, *masks)` as text, and what its free names stand for.

    Names of dtypes (`float32`) stand for torch's, `of_steps` for that of `modules.time_distributed`.
    `modules`: name → (layer, what is called: `forward` or `run` of a nested model, `compute_mask`, `activities`).
    `penalties`: name → layer whose activity is penalized.
    """

    text: str
    modules: dict[str, tuple[str, str]] = field(default_factory=dict)
    penalties: dict[str, str] = field(default_factory=dict)


def generate(plan: Plan, is_traced: bool = False) -> Generated:
    """The forward pass of a plan. Traced, it calls `visit(path, values)` after each step."""
    return _Writer(plan, is_traced).write()


class _Writer:
    def __init__(self, plan: Plan, is_traced: bool) -> None:
        self.plan, self.is_traced = plan, is_traced
        self.layers = {layer.id: layer for layer in plan.layers}
        self.values: dict[Source, str] = {}
        self.masks: dict[Source, str] = {}
        self.lines: list[str] = []
        self.result = Generated("")

    def write(self) -> Generated:
        tensors, masks = [], []
        for index, name in enumerate(self.plan.inputs):
            source = Source(name, "output")
            self.values[source] = f"x{index}"
            tensors.append(f"x{index}")
            masks.append(f"k{index}=None")
            if name in self.plan.masked_inputs:
                self.masks[source] = f"k{index}"
            if name in self.plan.cast_inputs:
                self.lines.append(f"x{index} = x{index}.to({self.plan.inputs[name].dtype})")
        for number, step in enumerate(self.plan.steps):
            self._step(number, step)
        ends = [self.plan.ends[name] for name in self.plan.outputs]
        results = [*(self.values[end] for end in ends), *(self.masks.get(end, "None") for end in ends)]
        visit = ", visit=None, path=''" if self.is_traced else ""
        head = f"def run({', '.join([*tensors, *masks])}{visit}):"
        self.lines.append(f"return ({', '.join(results)},)")
        self.result.text = "\n    ".join([head, *self.lines]) + "\n"
        return self.result

    def _step(self, number: int, step: Step) -> None:
        layer = self.layers[step.layer]
        called = self._called(layer)
        values = [self._argument(step, place, self.values) for place in range(len(step.arguments))]
        for place, port in enumerate(step.results):
            self.values[Source(step.node, port)] = f"v{number}_{place}"
        names = [f"v{number}_{place}" for place in range(len(step.results))]
        if called.model is not None:
            self._nested(number, step, layer, values, names)
        else:
            mask = self._mask_argument(layer, step)
            taken = f", mask={mask}" if self._takes_mask(layer) and mask != "None" else ""
            module = self._module(step.layer, "forward")
            self.lines.append(f"{', '.join(names)} = {module}({', '.join(values)}{taken})")
            self._masks_out(number, step, layer, values, mask)
        if getattr(layer.config, "activity_regularizer", None):
            self.result.penalties[f"p{number}"] = step.layer
            if layer.config.penalized != "inside":
                self.lines += [f"p{number}({name})" for name in names]
            if layer.config.penalized != "outputs":
                self.lines.append(f"for a in {self._module(step.layer, 'activities')}(): p{number}(a)")
        if self.is_traced and layer.model is None:
            path = step.node if step.calls == 1 else f"{step.node}, call {step.call}"
            self.lines.append(f"visit(path + {path!r}, ({', '.join(names)},))")

    def _nested(
        self, number: int, step: Step, layer: PlannedLayer, values: list[str], names: list[str]
    ) -> None:
        """A model, or a model under TimeDistributed: every mask goes in, and one comes out for each output."""
        is_traced = self.is_traced and layer.model is not None
        masks = [self._argument(step, place, self.masks) for place in range(len(step.arguments))]
        mask_names = [f"m{number}_{place}" for place in range(len(step.results))]
        module = self._module(step.layer, "traced" if is_traced else "run")
        visit = f", visit=visit, path=path + {step.node + '/'!r}" if is_traced else ""
        self.lines.append(
            f"{', '.join([*names, *mask_names])} = {module}({', '.join([*values, *masks])}{visit})"
        )
        for place, port in enumerate(step.results):
            if step.masked[place]:
                self.masks[Source(step.node, port)] = mask_names[place]

    def _masks_out(self, number: int, step: Step, layer: PlannedLayer, values: list[str], mask: str) -> None:
        if not any(step.masked):
            return
        policy = layer.config.mask_out
        if policy == "own":
            names = [f"m{number}_{place}" for place in range(len(step.results))]
            module = self._module(step.layer, "compute_mask")
            self.lines.append(f"{', '.join(names)} = {module}({', '.join(values)}, mask={mask})")
        else:
            names = [self._first_mask(step)] * len(step.results)
            if layer.wraps is not None:
                names = [f"of_steps({names[0]}, {axes})" for axes in step.masked]
        for place, port in enumerate(step.results):
            if step.masked[place]:
                self.masks[Source(step.node, port)] = names[place]

    def _argument(self, step: Step, place: int, names: dict[Source, str]) -> str:
        found = [names.get(source, "None") for source in step.arguments[place]]
        if step.variadic[place]:
            return f"[{', '.join(found)}]" if found else "None"
        return found[0] if found else "None"

    def _mask_argument(self, layer: PlannedLayer, step: Step) -> str:
        """The mask of the first input port: one, or a list for a variadic port; None where there can't be one.

        Of a type with `mask_ports` a tuple of theirs.
        """
        config = self._called(layer).config
        if config.mask_ports:
            names = [port.name for port in config.input_ports]
            found = [self._argument(step, names.index(port), self.masks) for port in config.mask_ports]
            return "None" if set(found) == {"None"} else f"({', '.join(found)},)"
        if not step.arguments or not any(source in self.masks for source in step.arguments[0]):
            return "None"
        return self._argument(step, 0, self.masks)

    def _first_mask(self, step: Step) -> str:
        found = [
            self.masks[source] for sources in step.arguments for source in sources if source in self.masks
        ]
        return found[0] if found else "None"

    def _takes_mask(self, layer: PlannedLayer) -> bool:
        return self._called(layer).config.takes_mask

    def _called(self, layer: PlannedLayer) -> PlannedLayer:
        """The layer itself, or what lies inside its wrappers."""
        while layer.wraps is not None:
            layer = self.layers[layer.wraps]
        return layer

    def _module(self, layer: str, what: str) -> str:
        name = f"{what}_{list(self.layers).index(layer)}"
        self.result.modules[name] = (layer, what)
        return name
