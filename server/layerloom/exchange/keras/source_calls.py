"""Pieces of Keras source: constructors of layers with what is not at its default, operations, `compile`, `fit`."""

import keyword
from collections.abc import Mapping, Sequence
from typing import Any

from layerloom.document import Fit
from layerloom.exchange.keras.configs import document_config, types_by_class
from layerloom.exchange.keras.graph import Entry
from layerloom.exchange.keras.operation_table import TABLE
from layerloom.layers.base import LayerType

RESERVED = (*keyword.kwlist, *keyword.softkwlist, "keras", "layers", "ops")

_MODULES = (
    ("initializer", "keras.initializers"),
    ("regularizer", "keras.regularizers"),
    ("constraint", "keras.constraints"),
    ("learning_rate", "keras.optimizers.schedules"),
)
_FIRST = ("layer", "cell", "cells", "filters", "units", "input_dim", "rate", "n", "dims", "target_shape")
"""Fields that are the first argument of every constructor that has them: written by place."""
_ALIKE = frozenset({"kernel_size", "strides", "pool_size", "dilation_rate", "size", "padding", "cropping"})
"""Fields in which one number stands for as many as there are axes."""
_INFIX = {"Add": "+", "Subtract": "-", "Multiply": "*", "TrueDivide": "/"}


def bare_layer(entry: Entry, held: Mapping[str, str], is_named_by_keras: bool = False) -> str:
    """`layers.Dense(64, activation="relu", name="compare")`; `held` are the layers that its config names, as source."""
    if entry.is_input:
        return _input(entry)
    layer_type = types_by_class()[entry.class_name]
    config = document_config(layer_type, {**entry.config, **dict.fromkeys(held, "x")}, "")
    if entry.class_name == "Dot" and entry.config.get("normalize") is True:
        config["normalize"] = True
    config.pop("name", None)
    order = [*held, *(key for key in _in_order(layer_type) if key in config and key not in held)]
    order += [key for key in config if key not in order]
    shown = {key: held[key] if key in held else settings(key, config[key]) for key in order}
    first = next((key for key in _FIRST if key in shown), None)
    if entry.class_name == "Activation":
        first = "activation"
    arguments = [shown.pop(first)] if first in shown else []
    arguments += [f"{key}={value}" for key, value in shown.items()]
    if not is_named_by_keras:
        arguments.append(f"name={entry.name!r}")
    module = "layers" if entry.module == "keras.layers" else entry.module
    return f"{module}.{entry.class_name}({', '.join(arguments)})"


def settings(key: str, value: Any) -> str:  # Any: JSON
    """A value of a config: choices as constructor calls."""
    if isinstance(value, Mapping):
        kind, config = value.get("type", value.get("class_name")), value.get("config") or {}
        if isinstance(kind, str):
            module = next((module for ending, module in _MODULES if key.endswith(ending)), "layers")
            inner = ", ".join(f"{name}={settings(name, each)}" for name, each in config.items())
            return f"{module}.{kind}({inner})"
        return "{" + ", ".join(f"{name!r}: {settings(name, each)}" for name, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        if key in _ALIKE and len({*map(str, value)}) == 1:
            return settings(key, value[0])
        inside = ", ".join(settings(key, each) for each in value)
        return f"({inside}{',' if len(value) == 1 else ''})"
    return literal(value)


def literal(value: Any) -> str:  # Any: JSON, and Keras' forms of slices
    """A plain value as Python."""
    if isinstance(value, Mapping):
        config = value.get("config") or {}
        if value.get("class_name") == "__ellipsis__":
            return "..."
        if value.get("class_name") in ("__numpy__", "__tensor__"):
            return f"ops.array({_number_lists(config['value'])}, dtype={config['dtype']!r})"
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return f"float({str(value)!r})"
    return repr(value)


def operation_call(entry: Entry, args: Sequence[str], kwargs: Mapping[str, str]) -> str:
    """`ops.mean(x, axis=1)`, `a + b`, `x[:, 0]`."""
    if entry.class_name == "GetItem":
        return f"{_grouped(args[0])}[{_key(entry.calls[0].args[1])}]"
    if entry.class_name in _INFIX and len(args) == 2 and not kwargs:
        return f"{_grouped(args[0])} {_INFIX[entry.class_name]} {_grouped(args[1])}"
    found = TABLE.get((entry.module, entry.class_name))
    function = found.keras_function if found is not None else entry.class_name.lower()
    config = {
        key: settings("", value) for key, value in entry.config.items() if key != "name" and value is not None
    }
    if "subscripts" in config:  # `ops.einsum` takes it first
        args = [config.pop("subscripts"), *args]
    given = [*args, *(f"{key}={value}" for key, value in {**kwargs, **config}.items() if value != "None")]
    return f"ops.{function}({', '.join(given)})"


def shown_compile(config: Mapping[str, Any]) -> list[str]:  # Any: JSON
    """`model.compile(…)`."""
    modules = {"optimizer": "keras.optimizers", "loss": "keras.losses"}
    shown = [
        f"{key}={_compiled(value, modules.get(key, 'keras.metrics'))}"
        for key, value in config.items()
        if value is not None
    ]
    return [f"model.compile({', '.join(shown)})"] if shown else []


def shown_fit(fit: Fit) -> list[str]:
    """How it is trained, to be completed with data."""
    more = f", validation_split={fit.validation_split}" if fit.validation_split else ""
    more += "" if fit.shuffle else ", shuffle=False"
    return [f"# model.fit(x, y, epochs={fit.epochs}, batch_size={fit.batch_size}{more})"]


def _in_order(layer_type: type[LayerType]) -> list[str]:
    """Fields in the order of importance: those of the type itself first."""
    found = dict.fromkeys(
        name
        for each in layer_type.__mro__
        for name in vars(each).get("__annotations__", {})
        if name in layer_type.model_fields
    )
    return list(found)


def _input(entry: Entry) -> str:
    shape = settings("", entry.config["batch_shape"][1:])
    dtype = entry.config["dtype"]
    return f"keras.Input({shape}{'' if dtype == 'float32' else f', dtype={dtype!r}'}, name={entry.name!r})"


def _compiled(value: Any, module: str) -> str:  # Any: JSON
    if isinstance(value, Mapping) and "class_name" in value:
        inner = ", ".join(f"{key}={settings(key, each)}" for key, each in value["config"].items())
        return f"{module}.{value['class_name']}({inner})"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key!r}: {_compiled(each, module)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_compiled(each, module) for each in value) + "]"
    return literal(value)


def _key(key: Any) -> str:  # Any: what Keras saves of `x[key]`
    if isinstance(key, list):
        return ", ".join(map(_key, key))
    if isinstance(key, Mapping) and key.get("class_name") == "__slice__":
        config = key["config"]
        start, stop, step = (config.get(name) for name in ("start", "stop", "step"))
        shown = f"{'' if start is None else start}:{'' if stop is None else stop}"
        return shown if step is None else f"{shown}:{step}"
    return literal(key)


def _grouped(text: str) -> str:
    return f"({text})" if text.startswith("-") else text


def _number_lists(value: Any) -> str:  # Any: nested lists of numbers
    if isinstance(value, list):
        return "[" + ", ".join(map(_number_lists, value)) + "]"
    return literal(value)
