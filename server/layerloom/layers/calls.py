"""A constructor call as data: it can be made or printed, so module and generated code can't drift apart."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_ALLOWED = ("torch.nn.", "layerloom.layers.modules.")


@dataclass(frozen=True, slots=True)
class Call:
    """`Call("torch.nn.Linear", {"in_features": 8, "out_features": 4})`.

    `target` is a class below `torch.nn` or `layerloom.layers.modules`; it comes from our own layer types,
    never from a document. Arguments are plain values or further calls. `portable` is the class that source for
    elsewhere uses instead: one that knows nothing of Layerloom's problems.
    """

    target: str
    arguments: Mapping[str, Any] = field(default_factory=dict)  # Any: values of constructors
    positional: tuple[Any, ...] = ()
    portable: str | None = None

    def make(self) -> Any:
        """Import the class and call it (torch is imported here, so only in a worker)."""
        if not self.target.startswith(_ALLOWED):
            raise ValueError(f"{self.target} is not a layer's module")
        module, _, name = self.target.rpartition(".")
        cls = getattr(importlib.import_module(module), name)
        return cls(
            *map(_made, self.positional), **{key: _made(value) for key, value in self.arguments.items()}
        )

    def source(self) -> str:
        """The call as Python source: `torch.nn.Linear(in_features=8, out_features=4)`."""
        parts = [_shown(value) for value in self.positional]
        parts += [f"{key}={_shown(value)}" for key, value in self.arguments.items()]
        return f"{self.target}({', '.join(parts)})"

    def targets(self) -> set[str]:
        """Every class that this call needs."""
        found = {self.target}
        for value in (*self.positional, *self.arguments.values()):
            if isinstance(value, Call):
                found |= value.targets()
        return found


def _made(value: Any) -> Any:
    return value.make() if isinstance(value, Call) else value


def _shown(value: Any) -> str:
    return value.source() if isinstance(value, Call) else repr(value)
