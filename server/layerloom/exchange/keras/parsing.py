"""Keras' model JSON → `graph.Graph`: Keras 3's form, and Keras 2's and 1's lists of inbound nodes.

Whatever is wrong with the file is a `ProblemError`; nothing that it names is imported.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from layerloom.document import Limits
from layerloom.exchange.keras.arguments import argument, ends, invalid, legacy_call, shown
from layerloom.exchange.keras.graph import EXTRAS, Argument, Call, Entry, Graph, Tensor, tensors
from layerloom.exchange.keras.operation_table import MODULE_OF
from layerloom.problems import Problem, ProblemError

MOST_DEPTH = 240
"""Levels of JSON: a model in a model takes four, and no function here goes deeper than that."""

_MODELS = ("Functional", "Model", "Sequential", "Container", "Network")
_WRAPPED = ("layer", "forward_layer", "backward_layer", "cell", "cells")
_LONGEST_NAME = 1000


def parse(config: object, limits: Limits | None = None) -> Graph:
    """The graph of a saved model (`model.to_json()` read, or a `.keras` file's `config.json`).

    Raises:
        ProblemError: `import.invalid`, `import.too_large`, `import.subclassed`.
    """
    _refuse_depth(config)
    parser = _Parser(limits or Limits())
    if not isinstance(config, Mapping):
        raise invalid(f"the file holds {shown(config)}; expected a model's config, a JSON object")
    if "class_name" not in config and isinstance(config.get("layers"), list):
        config = {"class_name": "Functional", "config": config}  # `model.get_config()`
    entry = parser.entry(config, 0)
    if entry.model is None:
        if "layers" not in entry.config:
            raise ProblemError(
                Problem(
                    code="import.subclassed",
                    message=f"`{entry.class_name}` is a class of its own: its file says nothing of how its layers are "
                    "called. Expected a Functional or Sequential model.",
                    hint="Build it in Keras as `keras.Model(inputs, outputs)`, and save that.",
                )
            )
        raise invalid(f"the file holds the layer `{entry.class_name}`; expected a model")
    return entry.model


@dataclass(slots=True)
class _Parser:
    limits: Limits
    layers: int = 0
    calls: int = 0
    models: int = 0

    def entry(self, saved: object, depth: int) -> Entry:
        """One saved layer; a model with what it holds."""
        self.layers += 1
        if self.layers > 2 * self.limits.nodes:
            raise _too_large(f"it has more than {2 * self.limits.nodes:,} layers")
        if not isinstance(saved, Mapping):
            raise invalid(f"among the layers is {shown(saved)}; expected an object")
        class_name, config = saved.get("class_name"), saved.get("config")
        if not isinstance(class_name, str) or not class_name:
            raise invalid(f"a layer has the class name {shown(class_name)}; expected a text")
        if isinstance(config, list) and class_name == "Sequential":  # Keras 1
            config = {"name": "sequential", "layers": config}
        if config is None:
            config = {}
        if not isinstance(config, Mapping):
            raise invalid(f"the layer of class `{class_name[:100]}` has the config {shown(config)}")
        name = saved.get("name", config.get("name"))
        if not isinstance(name, str) or not name or len(name) > _LONGEST_NAME:
            name = class_name.lower()[:100]
        build, shared, extras = (
            saved.get("build_config"),
            saved.get("shared_object_id"),
            saved.get(EXTRAS),
        )
        module, registered = saved.get("module"), saved.get("registered_name")
        entry = Entry(
            class_name=class_name,
            name=name,
            config={str(key): value for key, value in config.items()},
            module=module if isinstance(module, str) else _unsaid_module(class_name, config),
            registered_name=registered if isinstance(registered, str) else None,
            build_config=build if isinstance(build, Mapping) else None,
            shared=shared if isinstance(shared, int) else None,
            extras=extras if isinstance(extras, Mapping) else {},
        )
        if class_name in _MODELS and not entry.is_operation and isinstance(config.get("layers"), list):
            entry.model = self.model(entry, depth + 1)
        elif not entry.is_operation:
            self._take_wrapped(entry, depth)
        return entry

    def _take_wrapped(self, entry: Entry, depth: int) -> None:
        for key in _WRAPPED:
            value = entry.config.get(key)
            held = value if isinstance(value, list) else [value]
            if held and all(
                isinstance(each, Mapping) and isinstance(each.get("class_name"), str) for each in held
            ):
                entry.wrapped[key] = [self.entry(each, depth) for each in held]
                del entry.config[key]

    def model(self, entry: Entry, depth: int) -> Graph:
        self.models += 1
        if depth > self.limits.model_depth or self.models > self.limits.models:
            raise _too_large(
                f"it holds models in models; at most {self.limits.models} models, "
                f"{self.limits.model_depth} deep, are read"
            )
        if entry.class_name == "Sequential":
            return self._sequential(entry, depth)
        return self._functional(entry, depth)

    def _functional(self, entry: Entry, depth: int) -> Graph:
        config = entry.config
        entries: dict[str, Entry] = {}
        saved_calls: dict[str, object] = {}
        for saved in config["layers"]:
            layer = self.entry(saved, depth)
            if layer.name in entries:
                raise invalid(f"two layers of `{entry.name[:100]}` are called `{layer.name[:100]}`")
            entries[layer.name] = layer
            saved_calls[layer.name] = saved.get("inbound_nodes", [])
        is_legacy = False
        for name, calls in saved_calls.items():
            if not isinstance(calls, list):
                raise invalid(f"the calls of `{name[:100]}` are {shown(calls)}; expected a list")
            for call in calls:
                is_legacy = is_legacy or isinstance(call, list)
                entries[name].calls.append(self._call(call, name))
        graph = Graph(
            name=entry.name,
            kind="Functional",
            entries=entries,
            inputs=ends(config.get("input_layers"), "input_layers"),
            outputs=ends(config.get("output_layers"), "output_layers"),
            trainable=config.get("trainable") is not False,
            extras=entry.extras,
        )
        _count_calls_from_zero(graph, is_legacy)
        _check_tensors(graph)
        return graph

    def _call(self, call: object, name: str) -> Call:
        self.calls += 1
        if self.calls > self.limits.nodes:
            raise _too_large(f"it calls more than {self.limits.nodes:,} layers")
        if isinstance(call, list):
            return legacy_call(call, name)
        if not isinstance(call, Mapping):
            raise invalid(f"a call of `{name[:100]}` is {shown(call)}")
        args, kwargs = argument(call.get("args", [])), argument(call.get("kwargs", {}))
        if not isinstance(args, list) or not isinstance(kwargs, dict):
            raise invalid(f"a call of `{name[:100]}` has no arguments that can be read")
        extras = call.get(EXTRAS)
        node = extras.get("node") if isinstance(extras, Mapping) else None
        return Call(args, kwargs, node if isinstance(node, str) else None)

    def _sequential(self, entry: Entry, depth: int) -> Graph:
        layers = [self.entry(saved, depth) for saved in entry.config["layers"]]
        entries: dict[str, Entry] = {}
        if not layers or not layers[0].is_input:
            first = _input(entry, layers)
            entries[first.name] = first
        last: Tensor | None = Tensor(next(iter(entries))) if entries else None
        for layer in layers:
            if layer.is_input and last is not None:
                raise invalid(f"`{layer.name[:100]}`, an InputLayer, is not the first of its Sequential")
            known = entries.setdefault(layer.name, layer)
            if known.config != layer.config or known.class_name != layer.class_name:
                raise invalid(f"two layers of `{entry.name[:100]}` are called `{layer.name[:100]}`")
            if last is not None:
                self.calls += 1
                known.calls.append(Call([last]))
            last = Tensor(layer.name, max(0, len(known.calls) - 1))
        if self.calls > self.limits.nodes:
            raise _too_large(f"it calls more than {self.limits.nodes:,} layers")
        return Graph(
            name=entry.name,
            kind="Sequential",
            entries=entries,
            inputs=Tensor(next(iter(entries))),
            outputs=last,
            trainable=entry.config.get("trainable") is not False,
            extras=entry.extras,
        )


def _input(entry: Entry, layers: list[Entry]) -> Entry:
    """The InputLayer that Keras puts in front of a Sequential that was saved without one."""
    first = layers[0] if layers else entry
    places: list[Mapping[str, Any]] = [entry.config, entry.build_config or {}, first.config]
    if first.model is not None:
        places += [each.config for each in first.model.entries.values() if each.is_input][:1]
    places.append(first.build_config or {})
    for place in places:
        for key in ("build_input_shape", "batch_input_shape", "batch_shape", "input_shape"):
            shape = place.get(key)
            if (
                isinstance(shape, list)
                and all(size is None or isinstance(size, int) for size in shape)
                and shape
            ):
                name = "input_layer"
                while any(layer.name == name for layer in layers):
                    name += "_"
                return Entry("InputLayer", name, {"batch_shape": shape, "name": name})
    raise ProblemError(
        Problem(
            code="import.no_input_shape",
            message=f"The Sequential model `{entry.name[:100]}` was saved before it saw data: nothing says what shape "
            "it takes.",
            hint="Begin it with `keras.Input(shape=...)`, or call it once before saving it.",
        )
    )


def _count_calls_from_zero(graph: Graph, is_legacy: bool) -> None:
    """Keras counts a model's own node too, in `output_layers`; before Keras 3 it did so everywhere."""

    def shifted(argument: Argument) -> Argument:
        if isinstance(argument, Tensor):
            entry = graph.entries.get(argument.layer)
            is_model = entry is not None and entry.model is not None
            counts = is_model and (is_legacy or (entry is not None and entry.class_name != "Sequential"))
            if counts and argument.call > 0:
                return Tensor(
                    argument.layer, argument.call - 1, argument.index, argument.shape, argument.dtype
                )
            return argument
        if isinstance(argument, dict):
            return {key: shifted(each) for key, each in argument.items()}
        if isinstance(argument, list):
            return [shifted(each) for each in argument]
        return argument

    graph.outputs = shifted(graph.outputs)
    graph.inputs = shifted(graph.inputs)
    if is_legacy:
        for entry in graph.entries.values():
            for call in entry.calls:
                call.args, call.kwargs = shifted(call.args), shifted(call.kwargs)


def _check_tensors(graph: Graph) -> None:
    read = [("output_layers", each) for each in tensors(graph.outputs)]
    read += [("input_layers", each) for each in tensors(graph.inputs)]
    read += [
        (f"a call of `{entry.name[:100]}`", each)
        for entry in graph.entries.values()
        for call in entry.calls
        for each in call.tensors()
    ]
    for where, tensor in read:
        entry = graph.entries.get(tensor.layer)
        if entry is None:
            raise invalid(
                f"{where} names the layer `{tensor.layer[:100]}`, which is not in `{graph.name[:100]}`"
            )
        if tensor.call >= max(1, len(entry.calls)) or (not entry.calls and not entry.is_input):
            raise invalid(
                f"{where} names call {tensor.call} of `{tensor.layer[:100]}`, which is called {len(entry.calls)} times"
            )
    if not any(True for _ in tensors(graph.outputs)):
        raise invalid(f"`{graph.name[:100]}` has no outputs")


def _refuse_depth(config: object) -> None:
    level: list[object] = [config]
    for _ in range(MOST_DEPTH):
        if not level:
            return
        level = [
            inner
            for each in level
            if isinstance(each, Mapping | list | tuple)
            for inner in (each.values() if isinstance(each, Mapping) else each)
            if isinstance(inner, Mapping | list | tuple)
        ]
    raise _too_large(f"its JSON is nested more than {MOST_DEPTH} levels deep")


def _too_large(message: str) -> ProblemError:
    return ProblemError(
        Problem(
            code="import.too_large",
            message=f"The model is too large: {message}.",
            hint="Import a part of it, or raise the limit.",
        )
    )


def _unsaid_module(class_name: str, config: Mapping[str, object]) -> str:
    """Of an entry without a module: an operation is told from a layer of its name by what every layer's config has."""
    is_layer = "trainable" in config or "dtype" in config
    return "" if is_layer else MODULE_OF.get(class_name, "")
