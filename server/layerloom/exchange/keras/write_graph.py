"""One model of a document → `graph.Graph`: Keras' layers in Keras' order, with their calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from layerloom.document import Model, Structure, flattened
from layerloom.exchange.keras.call_order import calls_in_order
from layerloom.exchange.keras.graph import Argument, Call, Entry, Graph, Tensor, tensors
from layerloom.exchange.keras.names import Names, identifier, node_ids, output_names
from layerloom.exchange.keras.ordering import in_keras_order
from layerloom.exchange.keras.structures import shape_of, structured
from layerloom.exchange.keras.taken_masks import KEEPS_MASKS, TAKES_MASKS
from layerloom.exchange.keras.write_layers import LayerWriter, WriteModel
from layerloom.exchange.keras.write_masks import MASK_EACH, MASK_LISTS, TAKE_MASK, TRAINING_OFF, Masks
from layerloom.graph.infer import Inferred
from layerloom.graph.resolved import ResolvedCall, ResolvedModel, Source
from layerloom.problems import Problem, Severity
from layerloom.tensors import TensorSpec


@dataclass(slots=True)
class GraphWriter:
    """Writes one definition; `write_model` writes those that it calls."""

    inferred: Inferred
    model_id: str
    name: str
    is_main: bool
    is_frozen: bool
    write_model: WriteModel
    problems: list[Problem] = field(default_factory=list)
    names: Names = field(default_factory=Names)
    name_of: dict[str, str] = field(default_factory=dict)
    """Keras' name of each Input node and each layer that nodes call."""
    tensor_of: dict[Source, Tensor] = field(default_factory=dict)
    mask_of: dict[Source, Tensor | None] = field(default_factory=dict)
    explicit: set[Source] = field(default_factory=set)
    """Tensors whose mask a SetMask gave, here or before."""
    entries: dict[str, Entry] = field(default_factory=dict)
    ids: dict[tuple[str, int], str] = field(default_factory=dict)
    """Nodes by Keras' layer and call."""
    ports: dict[tuple[str, int], int] = field(default_factory=dict)

    @property
    def model(self) -> Model:
        return self.inferred.resolved.document.models[self.model_id]

    @property
    def resolved(self) -> ResolvedModel:
        return self.inferred.resolved.models[self.model_id]

    def write(self) -> Graph:
        resolved = self.resolved
        calls = [call for call in calls_in_order(resolved.calls) if call.node in self._needed()]
        frozen = self.is_frozen or not resolved.is_trainable
        self._name(calls)
        layers = LayerWriter(self.inferred, self.model_id, self.names, self.name_of, frozen, self.write_model)
        masks = Masks(self.names)
        for node in resolved.inputs:
            self._write_input(node)
        for call in calls:
            if call.layer.type not in ("Input", "Output", "Join"):
                self._write_call(call, layers, masks)
        self.problems += layers.problems
        outputs = self._outputs()
        graph = Graph(
            name=self.name,
            kind="Functional",
            entries=self.entries | masks.entries,
            inputs=structured(self.model.inputs, resolved.inputs, self._end_of_input),
            outputs=outputs,
            trainable=not frozen,
        )
        if self.model.kind == "Sequential" and self._is_chain(graph, calls):
            graph.kind = "Sequential"
            in_keras_order(graph)
            graph.entries = {name: each for name, each in graph.entries.items() if not each.is_operation}
            for each in graph.entries.values():
                for made in each.calls:
                    made.kwargs.pop("mask", None)
        else:
            if self.model.kind == "Sequential":
                self._warn(
                    f"The model `{self.model_id}` is no chain; Keras gets it as a Functional model.", None
                )
            in_keras_order(graph)
        graph.extras = self._extras(graph)
        graph.nodes = {place: (node, self.ports[place]) for place, node in self.ids.items()}
        graph.model_id = self.model_id
        return graph

    def _needed(self) -> set[str]:
        """Nodes that an Output needs."""
        by_node = {call.node: call for call in self.resolved.calls}
        needed: set[str] = set()
        waiting = list(self.resolved.outputs)
        while waiting:
            node = waiting.pop()
            if node not in needed and node in by_node:
                needed.add(node)
                waiting += [source.node for wired in by_node[node].inputs.values() for source in wired]
        return needed

    def _name(self, calls: Sequence[ResolvedCall]) -> None:
        for node in self.resolved.inputs:
            label = self.model.nodes[node].label
            name = label if label and identifier(label) == node and "/" not in label else node
            self.name_of[f"input {node}"] = self._unique(name)
        for call in calls:
            layer = call.layer
            if layer.type not in ("Input", "Output", "Join", "SetMask") and layer.id not in self.name_of:
                said = self.model.layers[layer.id].config.get("name")
                is_name = isinstance(said, str) and said and "/" not in said
                self.name_of[layer.id] = self._unique(str(said) if is_name else layer.id)

    def _unique(self, name: str) -> str:
        found, number = name, 1
        while found in self.names.taken:
            found, number = f"{name}_{number}", number + 1
        self.names.taken.add(found)
        return found

    def _write_input(self, node: str) -> None:
        name = self.name_of[f"input {node}"]
        config = self.model.layers[self.model.nodes[node].layer].config
        dtype = config.get("dtype", "float32")
        spec = self.inferred.models[self.model_id].nodes[node]["output"]
        shape = spec.shape if isinstance(spec, TensorSpec) else (None,)
        self.entries[name] = Entry(
            "InputLayer",
            name,
            {
                "batch_shape": [config.get("batch_size"), *shape[1:]], "dtype": dtype, "sparse": False,
                "ragged": False, "name": name, "optional": False,
            },
            layer_id=self.model.nodes[node].layer,
        )  # fmt: skip
        self.tensor_of[Source(node, "output")] = Tensor(name, 0, 0, shape, str(dtype))
        self.mask_of[Source(node, "output")] = None

    def _end_of_input(self, node: str) -> Tensor:
        return self.tensor_of[Source(node, "output")]

    def _write_call(self, call: ResolvedCall, layers: LayerWriter, masks: Masks) -> None:
        wired = {port: list(sources) for port, sources in call.inputs.items() if sources}
        if call.layer.type == "SetMask":
            self._write_set_mask(call, wired)
            return
        given = {port: [self.tensor_of[each] for each in sources] for port, sources in wired.items()}
        entry, made = layers.call(call, given)
        name = entry.name
        self.entries.setdefault(name, entry)
        entry = self.entries[name]
        self._add_masks(call, entry, made, wired)
        entry.calls.append(made)
        number = len(entry.calls) - 1
        self.ids[name, number] = call.node
        self.ports[name, number] = len(call.layer.outputs)
        specs = self.inferred.models[self.model_id].nodes.get(call.node, {})
        ports = [port.name for port in call.layer.outputs]
        first = next(iter(wired), None)
        sources = wired[first] if first is not None else []
        inputs = [self.tensor_of[each] for each in sources]
        read = [self.mask_of.get(each) for each in sources]
        if entry.is_operation:
            found: list[Tensor | None] = [None] * len(ports)
        else:
            found = masks.after(entry.class_name, call.layer.config, inputs, read, len(ports))
        is_explicit = any(each in self.explicit for each in sources)
        for place, port in enumerate(ports):
            spec = specs.get(port)
            shape, dtype = (spec.shape, spec.dtype) if isinstance(spec, TensorSpec) else (None, "float32")
            here = Source(call.node, port)
            self.tensor_of[here] = Tensor(name, number, place, shape, dtype)
            self.mask_of[here] = found[place]
            if is_explicit and found[place] is not None:
                self.explicit.add(here)

    def _write_set_mask(self, call: ResolvedCall, wired: Mapping[str, list[Source]]) -> None:
        """No layer of Keras': who reads it is handed the mask. Keras takes masks off by attention alone."""
        data = wired["inputs"][0]
        here = Source(call.node, call.layer.outputs[0].name)
        self.tensor_of[here] = self.tensor_of[data]
        if wired.get("mask"):
            self.mask_of[here] = self.tensor_of[wired["mask"][0]]
            self.explicit.add(here)
            return
        self.mask_of[here] = self.mask_of.get(data)
        readers = [
            each for each in self.resolved.calls if any(data in found for found in each.inputs.values())
        ]
        if not any(each.layer.type == TAKES_MASKS for each in readers):
            self._warn(f"`{call.node}` takes a mask away; in Keras the mask goes on.", call.node)

    def _add_masks(
        self, call: ResolvedCall, entry: Entry, made: Call, wired: Mapping[str, list[Source]]
    ) -> None:
        """Masks that Keras hands to a layer by itself, when it has one tensor, and those of SetMask."""
        by_port = {port: [self.mask_of.get(each) for each in sources] for port, sources in wired.items()}
        explicit = {port for port, sources in wired.items() if any(each in self.explicit for each in sources)}
        if not any(mask is not None for found in by_port.values() for mask in found) or entry.is_operation:
            return
        before = set(made.kwargs)
        first = next(iter(wired))
        if entry.class_name in MASK_EACH:
            handed = set(by_port) if self._hands_masks() and entry.class_name == TAKES_MASKS else explicit
            for port in sorted(handed & {"query", "value", "key"}):
                if by_port[port][0] is not None:
                    made.kwargs[f"{port}_mask"] = by_port[port][0]
        elif entry.class_name in MASK_LISTS:
            if explicit:  # Keras writes only those that were given
                made.kwargs["mask"] = [by_port[port][0] for port in ("query", "value") if port in by_port]
        elif entry.model is not None:
            if explicit:
                made.kwargs["mask"] = self._for_model(call, by_port)
        elif entry.class_name in TAKE_MASK:
            wants = len(wired) == 1 or bool(explicit) or getattr(call.layer.config, "explicit_mask", False)
            if wants and by_port[first][0] is not None:
                if entry.class_name in TRAINING_OFF and len(wired) == 1 and not explicit:
                    made.kwargs["training"] = False  # Keras writes its default beside the mask
                made.kwargs["mask"] = by_port[first][0]
        if not explicit and len(wired) == 1:
            made.automatic = frozenset(made.kwargs.keys() - before)

    def _hands_masks(self) -> bool:
        """Whether attention gets its masks as arguments, because an attention before it would take them off.

        A model that came from Keras has SetMask nodes there instead, and goes back as it came.
        """
        calls = self.resolved.calls
        takes_off = any(call.layer.type == "SetMask" and not call.inputs.get("mask") for call in calls)
        return not takes_off and sum(call.layer.type == TAKES_MASKS for call in calls) > 1

    def _for_model(self, call: ResolvedCall, by_port: Mapping[str, list[Tensor | None]]) -> Argument:
        inner = self.inferred.resolved.models[call.layer.model or ""]
        structure = self.inferred.resolved.document.models[inner.id].inputs
        return structured(structure, inner.inputs, lambda port: by_port.get(port, [None])[0])

    def _outputs(self) -> Argument:
        resolved, structure = self.resolved, self.model.outputs
        ends: dict[str, Tensor] = {}
        by_node = {call.node: call for call in resolved.calls}
        for node in resolved.outputs:
            source = by_node[node].inputs["inputs"][0]
            ends[node] = self.tensor_of[source]
            if source in self.explicit:
                self._warn(
                    f"The mask of the output `{node}` comes from SetMask; Keras' loss will not know it.", node
                )
        written = structured(structure, resolved.outputs, ends.__getitem__)
        if not self.is_main or len(ends) == 1:
            return written
        names = [name for name, _ in output_names(written)]
        if node_ids(resolved.inputs, names, {})[1] == self._flat(structure, resolved.outputs):
            return written
        return {node: ends[node] for node in sorted(ends)}

    def _flat(self, structure: Structure | None, ends: Sequence[str]) -> list[str]:
        return (
            list(ends)
            if structure is None or set(flattened(structure)) != set(ends)
            else list(flattened(structure))
        )

    def _is_chain(self, graph: Graph, calls: Sequence[ResolvedCall]) -> bool:
        if len(self.resolved.inputs) != 1 or len(self.resolved.outputs) != 1 or self.explicit:
            return False
        read: dict[str, int] = {}
        for entry in self.entries.values():
            if entry.is_operation or len(entry.calls) != (0 if entry.is_input else 1):
                return False
            for call in entry.calls:
                found = [each for key, value in [("", call.args), *call.kwargs.items()] if key != "mask"
                         for each in tensors(value)]  # fmt: skip
                if len(found) != 1 or found[0].index or set(call.kwargs) - {"mask"}:
                    return False
                read[found[0].layer] = read.get(found[0].layer, 0) + 1
        return all(count == 1 for count in read.values()) and isinstance(graph.outputs, Tensor)

    def _extras(self, graph: Graph) -> dict[str, Any]:  # Any: JSON
        """Ids that the reader would not give by rule."""
        extras: dict[str, Any] = {}
        inputs = [each.layer for each in tensors(graph.inputs)]
        names = [name for name, _ in output_names(graph.outputs)]
        masking = {
            name for name, each in graph.entries.items() if each.is_operation and (name, 0) not in self.ids
        }
        calls = {
            name: len(each.calls)
            for name, each in graph.entries.items()
            if not each.is_input and name not in masking
        }
        outputs = (
            self._flat(self.model.outputs, self.resolved.outputs)
            if not (isinstance(graph.outputs, dict) and graph.outputs.keys() == set(self.resolved.outputs))
            else sorted(self.resolved.outputs)
        )
        _, by_rule, _ = node_ids(inputs, names, calls)
        if by_rule != outputs:
            extras["outputs"] = outputs
            names = outputs
        _, _, of_calls = node_ids(inputs, names, calls)
        for name, found in of_calls.items():
            for number, node in enumerate(found):
                kept = self.ids.get((name, number))
                if kept is not None and kept != node:
                    graph.entries[name].calls[number].id = kept
        shape = shape_of(graph.outputs, iter(outputs))
        if shape != self.model.outputs:
            extras["output_structure"] = self.model.outputs
        if (
            shape_of(graph.inputs, iter(self._flat(self.model.inputs, self.resolved.inputs)))
            != self.model.inputs
        ):
            extras["input_structure"] = self.model.inputs
        labels = {
            name: node.label
            for name, node in self.model.nodes.items()
            if node.label and identifier(node.label) != name
        }
        if labels:
            extras["labels"] = labels
        if self.model.label:
            extras["label"] = self.model.label
        if self._hands_masks():
            extras[KEEPS_MASKS] = True
        return extras

    def _warn(self, message: str, node: str | None) -> None:
        self.problems.append(
            Problem(
                code="export.keras",
                severity=Severity.WARNING,
                message=message,
                model=self.model_id,
                node=node,
            )
        )
