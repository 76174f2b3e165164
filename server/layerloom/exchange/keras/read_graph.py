"""One model of a Keras file → a model of the document."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from layerloom.document import Document, Layer, Limits, Model, Node, Structure
from layerloom.exchange.keras.calls import ReadCall, read_call, read_model_call
from layerloom.exchange.keras.graph import Argument, Call, Entry, Graph, Tensor, tensors
from layerloom.exchange.keras.layout import places
from layerloom.exchange.keras.masks import mask_operations, unneeded
from layerloom.exchange.keras.names import Names, identifier, node_ids, output_names
from layerloom.exchange.keras.read_layers import LayerReader, ReadLayer
from layerloom.exchange.keras.structures import said_structure, structure_of
from layerloom.exchange.keras.taken_masks import KEEPS_MASKS, late_readers, rewired, takers
from layerloom.exchange.keras.tree import SavedLayer
from layerloom.graph.infer import infer
from layerloom.graph.resolve import resolve
from layerloom.graph.resolved import ResolvedLayer
from layerloom.problems import Problem

MAIN = "main"
"""Id of the outermost model."""


@dataclass(frozen=True, slots=True)
class ReadGraph:
    """A model, its layers in Keras' order, and its ends: (id, Keras' name) in Keras' order, with their structure."""

    model: Model
    tree: tuple[SavedLayer, ...]
    places: dict[str, list[int]]
    inputs: tuple[tuple[str, str], ...]
    outputs: tuple[tuple[str, str], ...]
    input_structure: Argument
    problems: tuple[Problem, ...]


Define = Callable[[Entry, Graph], tuple[str, ReadGraph]]
"""Makes a definition of the document of a model in a model: its id, and what was read."""


@dataclass(slots=True)
class GraphReader:
    """Layers first, so that their ports are known; then calls; then masks, for which specs must be known."""

    graph: Graph
    model_id: str
    define: Define
    models: Mapping[str, Model]
    """Definitions that were made before."""
    limits: Limits
    problems: list[Problem] = field(default_factory=list)
    layers: dict[str, Layer] = field(default_factory=dict)
    read_layers: dict[str, list[ReadLayer]] = field(default_factory=dict)
    """By Keras' name: of an operation one for each call, else one."""
    resolved: Mapping[str, ResolvedLayer] = field(default_factory=dict)
    inputs: list[tuple[str, str]] = field(default_factory=list)
    outputs: list[tuple[str, str]] = field(default_factory=list)
    output_layers: list[str] = field(default_factory=list)
    defined: dict[int, tuple[str, ReadGraph]] = field(default_factory=dict)
    """By the entry's identity: layers may be read twice."""
    node_of: dict[tuple[str, int], str] = field(default_factory=dict)
    """Node ids by Keras' layer and call."""

    def read(self) -> ReadGraph:
        masking = mask_operations(self.graph)
        dropped = unneeded(self.graph, masking, ())
        self._name_nodes(dropped)
        tree = self._read_layers(dropped)
        explicit: frozenset[tuple[str, int]] = frozenset()
        nodes = self._nodes(dropped, masking, explicit)
        if masking:
            explicit = self._explicit(nodes, masking)
            if explicit:
                used = [
                    mask
                    for name, number in explicit
                    for mask in self._call(name, number).masks.values()
                    if mask.layer in masking
                ]
                self.node_of, self.layers, self.problems = {}, {}, []
                dropped = unneeded(self.graph, masking, used)
                self._name_nodes(dropped)
                tree = self._read_layers(dropped)
                nodes = self._nodes(dropped, masking, explicit)
        model = Model(**self._model_fields(nodes))
        read = {name: [each.partition(".")[0] for port in node.inputs.values() for each in port]
                for name, node in nodes.items()}  # fmt: skip
        at = places(read, {name: self._ports(node) for name, node in nodes.items()})
        return ReadGraph(
            model, tree, at, tuple(self.inputs), tuple(self.outputs), self.graph.inputs, tuple(self.problems)
        )

    def _ports(self, node: Node) -> int:
        layer = self.resolved.get(node.layer)
        return max(len(node.inputs), len(layer.inputs), len(layer.outputs)) if layer else len(node.inputs)

    def _define(self, entry: Entry, model: Graph) -> tuple[str, ReadGraph]:
        if id(entry) not in self.defined:
            self.defined[id(entry)] = self.define(entry, model)
        return self.defined[id(entry)]

    def _name_nodes(self, dropped: frozenset[str]) -> None:
        entries = self.graph.entries
        first = [each.layer for each in tensors(self.graph.inputs)]
        of_inputs = list(dict.fromkeys([*first, *(name for name, each in entries.items() if each.is_input)]))
        of_outputs = output_names(self.graph.outputs)
        wanted = self.graph.extras.get("outputs")
        names = [name for name, _ in of_outputs]
        if isinstance(wanted, list) and len(wanted) == len(names) and all(isinstance(x, str) for x in wanted):
            names = wanted
        calls = {
            name: len(each.calls)
            for name, each in entries.items()
            if not each.is_input and name not in dropped
        }
        input_ids, output_ids, call_ids = node_ids(of_inputs, names, calls)
        self.inputs = list(zip(input_ids, of_inputs, strict=True))
        self.outputs = [(node, name) for node, (name, _) in zip(output_ids, of_outputs, strict=True)]
        for node, name in self.inputs:
            self.node_of[name, 0] = node
        free = Names((*input_ids, *output_ids))
        said = {
            (name, number): call.id
            for name, entry in entries.items()
            if name in call_ids
            for number, call in enumerate(entry.calls)
            if call.id is not None and identifier(call.id) == call.id
        }
        for place, node in said.items():
            if node not in free.taken:
                self.node_of[place] = free.give(node)
        for name, found in call_ids.items():
            for number, node in enumerate(found):
                if (name, number) not in self.node_of:
                    self.node_of[name, number] = free.give(node)

    def _read_layers(self, dropped: frozenset[str]) -> tuple[SavedLayer, ...]:
        reader = LayerReader(self.graph, self._define, dropped)
        reader.read(dict(self.inputs))
        self.layers, self.read_layers = reader.layers, reader.found
        self.problems += [each.at(model=self.model_id) for each in reader.problems]
        for place, problem in reader.of_entries:
            self._tell(place, 0, problem)
        names = Names(self.layers)
        self.output_layers = [names.give(node, f"{node[:57]}_output") for node, _ in self.outputs]
        self._resolve()
        return reader.tree()

    def _resolve(self) -> None:
        """Ports of the layers under their configs."""
        stub = Model(
            layers=self.layers,
            nodes={f"node_{number}": Node(layer=name) for number, name in enumerate(self.layers)},
        )
        others = {name: _ends_only(model) for name, model in self.models.items()}
        self.resolved = (
            resolve(Document(models={**others, self.model_id: stub}), self.limits)
            .models[self.model_id]
            .layers
        )

    def _nodes(
        self, dropped: frozenset[str], masking: frozenset[str], explicit: frozenset[tuple[str, int]]
    ) -> dict[str, Node]:
        nodes: dict[str, Node] = {}
        for node, name in self.inputs:
            nodes[node] = Node(layer=node, **_label(node, name))
        for name, entry in self.graph.entries.items():
            if not entry.is_input and name not in dropped:
                self._tell_of_literals(entry)
        self._resolve()  # a call may have said what a layer gives, as `return_attention_scores` does
        for name, entry in self.graph.entries.items():
            if entry.is_input or name in dropped:
                continue
            for number in range(len(entry.calls)):
                self._add_call(nodes, entry, number, masking, explicit)
        ends = zip(self.outputs, self.output_layers, tensors(self.graph.outputs), strict=True)
        for (node, name), layer, tensor in ends:
            self.layers.setdefault(layer, Layer(type="Output"))
            keyed = name if name != tensor.layer else node
            nodes[node] = Node(layer=layer, inputs={"inputs": [self._source(tensor)]}, **_label(node, keyed))
        if masking and not self.graph.extras.get(KEEPS_MASKS):
            self._take_masks_off(nodes)
        return nodes

    def _take_masks_off(self, nodes: dict[str, Node]) -> None:
        """What a MultiHeadAttention has read carries no mask for those who read it after that."""
        for taker in takers(self.graph):
            if taker not in self.node_of:
                continue
            call = self._call(*taker)
            read = [each for port in ("query", "value", "key") for each in call.ports.get(port, ())]
            specs = self._specs(nodes)
            for source in dict.fromkeys(self._source(each) for each in read):
                spec = _spec_of(specs, source)
                late = late_readers(self.graph, taker, source, nodes, self.node_of)
                if not late or not getattr(spec, "masked", False):
                    continue
                names = Names(
                    {*nodes, *self.node_of.values(), *(name for name, _ in self.outputs), *self.layers}
                )
                bare = names.give(f"{source.partition('.')[0][:55]}_unmasked")
                changed = {name: rewired(nodes[name], source, bare, self._keeps(name)) for name in late}
                if all(changed[name] == nodes[name] for name in late):
                    continue
                self.layers[bare] = Layer(type="SetMask")
                nodes |= changed
                nodes[bare] = Node(layer=bare, inputs={"inputs": [source]})

    def _keeps(self, node: str) -> Callable[[str, int], bool]:
        """Whether the file hands a mask to this port of the node's call, whatever the tensor carries."""
        place = next((place for place, name in self.node_of.items() if name == node), None)
        if place is None or self.graph.entries[place[0]].is_input:
            return lambda _port, _index: False
        masks = self._call(*place).masks
        return lambda port, index: (port, index) in masks

    def _specs(self, nodes: dict[str, Node]) -> Mapping[str, Mapping[str, object]]:
        """Tensor specs of the model with these nodes."""
        model = Model(**self._model_fields(nodes))
        document = Document(models={**self.models, self.model_id: model})
        return infer(resolve(document, self.limits)).models[self.model_id].nodes

    def _add_call(
        self,
        nodes: dict[str, Node],
        entry: Entry,
        number: int,
        masking: frozenset[str],
        explicit: frozenset[tuple[str, int]],
    ) -> None:
        place = entry.name, number
        node, call, layer = self.node_of[place], self._call(*place), self._layer(*place)
        inputs = {
            port: [self._source(each) for each in wired]
            for port, wired in call.ports.items()
            if identifier(port) == port
        }
        for (port, index), mask in call.masks.items():
            is_implicit = mask.layer in masking and place not in explicit
            if is_implicit or index >= len(inputs.get(port, ())):
                continue
            has_field = layer.type is not None and "explicit_mask" in layer.type.model_fields
            if has_field and len(call.ports) > 1:
                self._set(layer, "explicit_mask", True)
                if mask.layer in masking:
                    continue
            names = Names({*nodes, *self.node_of.values(), *(name for name, _ in self.outputs), *self.layers})
            front = names.give(f"{node[:59]}_mask")
            self.layers[front] = Layer(type="SetMask")
            nodes[front] = Node(
                layer=front, inputs={"inputs": [inputs[port][index]], "mask": [self._source(mask)]}
            )
            inputs[port][index] = front
        for argument in call.unknown:
            self._tell(
                entry.name,
                number,
                Problem(
                    code="import.argument",
                    message=f"`{entry.name[:100]}` ({entry.class_name[:64]}) is called with `{argument[:64]}`, which "
                    "has no counterpart here.",
                    hint="Look at what that argument does, and wire it by hand.",
                ),
            )
        nodes[node] = Node(layer=layer.id, inputs=inputs)

    def _call(self, name: str, number: int) -> ReadCall:
        """What a call of a layer says, by our ports."""
        entry, layer = self.graph.entries[name], self._layer(name, number)
        if layer.operands is not None:
            return ReadCall(ports={port: list(wired) for port, wired in layer.operands.items()})
        call: Call = entry.calls[number]
        if layer.nested is not None and entry.model is not None:
            return read_model_call(call, layer.nested.inputs, layer.nested.input_structure)
        resolved = self.resolved.get(layer.id)
        ports = resolved.inputs if resolved is not None else ()
        variadic = frozenset(port.name for port in ports if port.is_variadic)
        fields = layer.type.call_fields if layer.type is not None else ()
        names = [port.name for port in ports]
        if layer.type is None or not names:
            return read_call(call, "", (), frozenset(), fields)
        return read_call(call, layer.type.__name__, names, variadic, fields)

    def _tell_of_literals(self, entry: Entry) -> None:
        """Settings of the call become settings of the layer, so all its calls must say the same."""
        layer = self._layer(entry.name, 0) if entry.calls else None
        if layer is None or layer.type is None or not layer.type.call_fields:
            return
        said = [self._call(entry.name, number).config for number in range(len(entry.calls))]
        fields = layer.type.model_fields
        for key in dict.fromkeys(key for each in said for key in each):
            values = [each.get(key) for each in said]
            first = next((value for value in values if value is not None), None)
            if len(set(map(bool, values))) > 1 and fields[key].get_default() is None:
                continue  # each call says it by what it is called on, as ReversibleEmbedding
            if first is not None and first != fields[key].get_default():
                self._set(layer, key, first)
            if any((value or False) != (first or False) for value in values):
                shown = ", ".join(str(value) for value in values)
                self._tell(
                    entry.name,
                    0,
                    Problem(
                        code="import.argument",
                        message=f"`{entry.name[:100]}` ({entry.class_name[:64]}) is called with different `{key}` "
                        f"({shown[:60]}); one layer has one here: {first}.",
                        hint="Make the nodes independent, and set each as it should be.",
                        field=key,
                    ),
                )

    def _set(self, layer: ReadLayer, key: str, value: Any) -> None:  # Any: JSON
        old = self.layers[layer.id]
        self.layers[layer.id] = Layer(type=old.type, config={**old.config, key: value})

    def _layer(self, name: str, number: int) -> ReadLayer:
        found = self.read_layers[name]
        return found[min(number, len(found) - 1)]

    def _source(self, tensor: Tensor) -> str:
        node = self.node_of[tensor.layer, tensor.call]
        entry = self.graph.entries[tensor.layer]
        if entry.is_input:
            return node
        layer = self._layer(tensor.layer, tensor.call)
        if layer.nested is not None:
            ports: Sequence[str] = [name for name, _ in layer.nested.outputs]
        else:
            resolved = self.resolved.get(layer.id)
            ports = [port.name for port in resolved.outputs] if resolved is not None else []
        if tensor.index < len(ports):
            return f"{node}.{ports[tensor.index]}" if len(ports) > 1 else node
        return f"{node}.output_{tensor.index}" if tensor.index else node

    def _explicit(self, nodes: dict[str, Node], masking: frozenset[str]) -> frozenset[tuple[str, int]]:
        """Calls that get as an argument a mask that would not reach them here by itself."""
        found: set[tuple[str, int]] = set()
        specs = self._specs(nodes)
        for name, entry in self.graph.entries.items():
            for number in range(len(entry.calls) if name in self.read_layers else 0):
                if (name, number) not in self.node_of:
                    continue
                call = self._call(name, number)
                for (port, index), mask in call.masks.items():
                    wired = nodes[self.node_of[name, number]].inputs.get(port, [])
                    if mask.layer not in masking or index >= len(wired):
                        continue
                    spec = _spec_of(specs, wired[index])
                    has_state = len(call.ports) > 1 and "explicit_mask" in self._fields(name, number)
                    if has_state or (spec is not None and not getattr(spec, "masked", True)):
                        found.add((name, number))
        return frozenset(found)

    def _fields(self, name: str, number: int) -> Mapping[str, object]:
        layer = self._layer(name, number)
        return layer.type.model_fields if layer.type is not None else {}

    def _model_fields(self, nodes: dict[str, Node]) -> dict[str, Any]:  # Any: fields of a Model
        labels = self.graph.extras.get("labels")
        for name, label in labels.items() if isinstance(labels, Mapping) else ():
            if name in nodes and isinstance(label, str):
                nodes[name] = nodes[name].model_copy(update={"label": label[:200]})
        fields: dict[str, Any] = {"layers": dict(self.layers), "nodes": nodes}
        outputs: Structure | None = structure_of(self.graph.outputs, [node for node, _ in self.outputs])
        inputs: Structure | None = structure_of(self.graph.inputs, [node for node, _ in self.inputs])
        said = self.graph.extras
        outputs, inputs = (
            said_structure(said, "output_structure", outputs),
            said_structure(said, "input_structure", inputs),
        )
        if isinstance(inputs, list | dict):
            fields["inputs"] = inputs
        if isinstance(outputs, list | dict):
            fields["outputs"] = outputs
        if self.graph.kind == "Sequential":
            fields["kind"] = "Sequential"
        if not self.graph.trainable and self._is_frozen():
            fields["trainable"] = False
        if isinstance(said.get("label"), str):
            fields["label"] = said["label"][:200]
        return fields

    def _is_frozen(self) -> bool:
        """Keras heeds the flag of the outermost model only; within it each layer's own flag counts."""
        return self.model_id == MAIN or all(
            entry.config.get("trainable") is False
            for entry in self.graph.entries.values()
            if not (entry.is_input or entry.is_operation)
        )

    def _tell(self, name: str, number: int, problem: Problem) -> None:
        self.problems.append(problem.at(model=self.model_id, node=self.node_of.get((name, number))))


def _ends_only(model: Model) -> Model:
    """A definition's Inputs and Outputs: they are its ports, and nothing else of it matters here."""
    ends = {
        name: node
        for name, node in model.nodes.items()
        if node.layer in model.layers and model.layers[node.layer].type in ("Input", "Output")
    }
    layers = {node.layer: model.layers[node.layer] for node in ends.values()}
    return model.model_copy(
        update={"layers": layers, "nodes": {name: Node(layer=node.layer) for name, node in ends.items()}}
    )


def _label(node: str, name: str) -> dict[str, str]:
    """Keras' name, where it is not an identifier."""
    return {"label": name} if name != node and identifier(name) == node and len(name) <= 200 else {}


def _spec_of(specs: Mapping[str, Mapping[str, object]], source: str) -> object:
    """The spec of `node` or `node.port`, or None."""
    node, _, port = source.partition(".")
    known = specs.get(node, {})
    return known.get(port or next(iter(known), ""))
