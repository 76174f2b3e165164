"""A `Call` as the text of a constructor's call, in a file that brings the class along."""

import inspect
import math
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from layerloom.exchange.torch_source.inlining import Inliner
from layerloom.layers.calls import Call


class Constructors:
    """Writes calls; arguments that are a constructor's defaults are left out."""

    def __init__(self, inliner: Inliner) -> None:
        self.inliner = inliner
        self.words: set[str] = set()
        """Texts among the arguments: names of activations, for instance."""

    def text(self, call: Call, first: str | None = None, frozen: bool = False) -> str:
        """The call, with `first` before its own arguments; a layer's that is `frozen` says so if it has a switch."""
        target = call.portable or call.target
        module, _, name = target.rpartition(".")
        defaults = _defaults(target)
        shown = f"nn.{name}" if module == "torch.nn" else self.inliner.add(target)
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
            return self.text(value)
        if isinstance(value, str):
            self.words.add(value)
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


def can_go_without(call: Call, place: int) -> bool:
    """Whether the module's forward needs no argument there."""
    parameters = list(inspect.signature(_class(call.portable or call.target).forward).parameters.values())
    return place + 1 < len(parameters) and parameters[place + 1].default is not inspect.Parameter.empty


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
