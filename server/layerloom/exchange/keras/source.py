"""A document as readable Keras source: one function for each model, only what is not at its default. Running it makes a
model with the config that `writing` gives."""

import re
from dataclasses import dataclass, field

import orjson

from layerloom.document import Document, Limits
from layerloom.exchange.formatting import formatted
from layerloom.exchange.keras.graph import Argument, Call, Entry, Graph, Tensor, leaves, tensors
from layerloom.exchange.keras.names import Names
from layerloom.exchange.keras.serialization import graph_config
from layerloom.exchange.keras.source_calls import (
    RESERVED,
    bare_layer,
    literal,
    operation_call,
    shown_compile,
    shown_fit,
)
from layerloom.exchange.keras.writing import write_model
from layerloom.problems import Problem


@dataclass(frozen=True, slots=True)
class KerasSource:
    """The file's text, and what Keras has no form for."""

    text: str
    problems: tuple[Problem, ...]


def write_source(document: Document, model: str | None = None, limits: Limits | None = None) -> KerasSource:
    """The model that is trained, or the one named, as Python with `import keras`.

    Raises:
        ProblemError: as `write_model`.
    """
    written = write_model(document, model, limits)
    file = _File()
    main = file.function(written.graph, "build_model")
    title = document.name.replace("\\", "/").replace('"""', "'''").replace("\n", " ").strip()
    lines = [
        f'"""{title or "A model"}, as Layerloom exported it."""',
        "",
        "import keras",
        "from keras import layers" + (", ops" if file.uses_operations else ""),
        "",
        *(line for function in file.functions for line in ["", *function, ""]),
        "",
        f"model = {main}()",
    ]
    if "compile_config" in written.config and document.training is not None:
        lines += shown_compile(written.config["compile_config"])
        lines += shown_fit(document.training.fit)
    return KerasSource(formatted("\n".join(lines) + "\n"), written.problems)


@dataclass(slots=True)
class _File:
    names: Names = field(default_factory=lambda: Names((*RESERVED, "build_model", "model")))
    functions: list[list[str]] = field(default_factory=list)
    made: dict[bytes, str] = field(default_factory=dict)
    """Names of functions by what they build: two layers of one model need one function."""
    uses_operations: bool = False

    def function(self, graph: Graph, name: str | None = None) -> str:
        """The name of the function that builds a model; those that it needs are written before it."""
        content = orjson.dumps(
            [graph.model_id, {**graph_config(graph), "name": ""}],
            option=orjson.OPT_NON_STR_KEYS | orjson.OPT_SORT_KEYS,
        )
        if content in self.made:
            return self.made[content]
        name = name or self.names.give(f"build_{graph.model_id}")
        self.made[content] = name
        self.functions.append(_Function(self, graph).lines(name))
        return name


@dataclass(slots=True)
class _Function:
    """The body of one model's function."""

    file: _File
    graph: Graph
    names: Names = field(default_factory=lambda: Names((*RESERVED, "name")))
    body: list[str] = field(default_factory=list)
    variable: dict[tuple[str, int], str] = field(default_factory=dict)
    """Of each call."""
    parts: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    """Of each call with several outputs."""
    shared: dict[int, str] = field(default_factory=dict)
    """Variables of layers that are used more than once, by the entry's identity."""

    def lines(self, name: str) -> list[str]:
        head = [f"def {name}(name={self.graph.name!r}):"]
        if self.graph.kind == "Sequential":
            held = [self._made(each) for each in self.graph.entries.values()]
            return [*head, f"    return keras.Sequential([{', '.join(held)}], name=name{self._flag()})"]
        self._name_calls()
        needed = self._needed()
        for entry in self.graph.entries.values():
            if entry.is_input:
                self.body.append(f"{self.variable[entry.name, 0]} = {self._made(entry)}")
        for entry, number in self._in_order(needed):
            self._call(entry, number)
        inputs, outputs = self._shown(self.graph.inputs), self._shown(self.graph.outputs)
        self.body.append(f"return keras.Model({inputs}, {outputs}, name=name{self._flag()})")
        return [*head, *(f"    {line}" for line in self.body)]

    def _flag(self) -> str:
        return "" if self.graph.trainable else ", trainable=False"

    def _name_calls(self) -> None:
        for entry in self.graph.entries.values():
            if entry.is_input:
                self.variable[entry.name, 0] = self.names.give(entry.name)
        for place, (node, _) in self.graph.nodes.items():
            self.variable[place] = self.names.give(node.removesuffix("_layer"), node)

    def _needed(self) -> set[tuple[str, int]]:
        """Calls that are written: Keras makes masks by itself."""
        needed: set[tuple[str, int]] = set()
        waiting = [(each.layer, each.call) for each in tensors(self.graph.outputs)]
        while waiting:
            place = waiting.pop()
            entry = self.graph.entries[place[0]]
            if place in needed or entry.is_input:
                continue
            needed.add(place)
            call = entry.calls[place[1]]
            waiting += [(each.layer, each.call) for each in tensors([call.args, self._kwargs(call)])]
        return needed

    def _kwargs(self, call: Call) -> dict[str, Argument]:
        return {key: value for key, value in call.kwargs.items() if key not in call.automatic}

    def _in_order(self, needed: set[tuple[str, int]]) -> list[tuple[Entry, int]]:
        """Calls after what they read, and after the layer's calls before them."""
        order: list[tuple[Entry, int]] = []
        done: set[tuple[str, int]] = set()
        waiting = [(name, False) for name in sorted(needed, key=self._rank, reverse=True)]
        while waiting:
            place, is_ready = waiting.pop()
            entry = self.graph.entries[place[0]]
            if place in done or entry.is_input:
                continue
            if is_ready:
                done.add(place)
                order.append((entry, place[1]))
                continue
            call = entry.calls[place[1]]
            before = [(each.layer, each.call) for each in tensors([call.args, self._kwargs(call)])]
            if place[1]:
                before.append((place[0], place[1] - 1))
            waiting.append((place, True))
            waiting += [(each, False) for each in reversed(before)]
        return order

    def _rank(self, place: tuple[str, int]) -> tuple[int, int]:
        return list(self.graph.entries).index(place[0]), place[1]

    def _call(self, entry: Entry, number: int) -> None:
        call, place = entry.calls[number], (entry.name, number)
        if place not in self.variable:  # a mask that was worked out of one that was given
            self.variable[place] = self.names.give(entry.name)
        args = [self._shown(each) for each in call.args]
        kwargs = {key: self._shown(value) for key, value in self._kwargs(call).items()}
        if entry.is_operation:
            self.file.uses_operations = True
            value = operation_call(entry, args, kwargs)
        else:
            made = self._layer(entry)
            value = f"{made}({', '.join([*args, *(f'{key}={each}' for key, each in kwargs.items())])})"
        count = self.graph.nodes.get(place, ("", 1))[1]
        target = self.variable[place]
        if count > 1 and entry.model is None:
            self.parts[place] = [target, *(self.names.give(f"{target}_{part}") for part in range(1, count))]
            target = ", ".join(self.parts[place])
            if "StackedRNNCells" in value:  # whose states are lists in a list
                value = f"keras.tree.flatten({value})"
        self.body.append(f"{target} = {value}")

    def _layer(self, entry: Entry) -> str:
        """The layer, made where it is called, or a variable if it is used again."""
        if id(entry) in self.shared:
            return self.shared[id(entry)]
        if len(entry.calls) == 1 and entry.shared is None:
            return self._made(entry)
        name = self.names.give(entry.name, f"{entry.name}_layer")
        self.shared[id(entry)] = name
        self.body.append(f"{name} = {self._made(entry)}")
        return name

    def _made(self, entry: Entry) -> str:
        if entry.model is not None:
            return f"{self.file.function(entry.model)}(name={entry.name!r})"
        held = {}
        for key, inner in entry.wrapped.items():
            made = [self._layer(each) if each.shared is not None else self._made(each) for each in inner]
            held[key] = f"[{', '.join(made)}]" if key == "cells" else made[0]
        return bare_layer(entry, held, self._is_named_by_keras(entry))

    def _is_named_by_keras(self, entry: Entry) -> bool:
        """Beside masks, Keras names operations of its own `concatenate`: a layer of that name must be counted too."""
        is_of_keras = entry.class_name == "Concatenate" and re.fullmatch(r"concatenate(_[0-9]+)?", entry.name)
        return bool(is_of_keras) and any(
            call.automatic for each in self.graph.entries.values() for call in each.calls
        )

    def _shown(self, argument: Argument) -> str:
        if isinstance(argument, Tensor):
            return self._tensor(argument)
        if isinstance(argument, dict) and "class_name" not in argument:
            return "{" + ", ".join(f"{key!r}: {self._shown(each)}" for key, each in argument.items()) + "}"
        if isinstance(argument, list):
            return "[" + ", ".join(map(self._shown, argument)) + "]"
        return literal(argument)

    def _tensor(self, tensor: Tensor) -> str:
        place = tensor.layer, tensor.call
        if place in self.parts:
            return self.parts[place][tensor.index]
        model = self.graph.entries[tensor.layer].model
        if model is None:
            return self.variable[place]
        path, _ = leaves(model.outputs)[tensor.index]
        return self.variable[place] + "".join(f"[{part!r}]" for part in path)
