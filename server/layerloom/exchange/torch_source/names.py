"""Names and texts of a document made into Python's: identifiers that clash with nothing, text that can't break out."""

import builtins
import keyword
from collections.abc import Iterable

from torch import nn

_AMBIGUOUS = frozenset({"l", "O", "I"})  # linters refuse them as names
_KEPT = frozenset({*keyword.kwlist, *dir(builtins), *_AMBIGUOUS, "self", "_"})
_OF_MODULES = frozenset({*dir(nn.Module()), *vars(nn.Module())})


class Names:
    """Gives each key a name of its own, as near to what is wanted as it can be."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {*_KEPT, *taken}

    def name(self, wanted: str) -> str:
        """A free name: `wanted`, or that with `_` or a number behind it."""
        name = plain = (
            wanted if not wanted.startswith("__") else f"layer{wanted}"
        )  # `__x` is mangled in a class
        if name in self._taken:
            name = f"{plain}_"
        number = 2
        while name in self._taken:
            name = f"{plain}_{number}"
            number += 1
        self._taken.add(name)
        return name

    def reserve(self, names: Iterable[str]) -> None:
        """Not to be given from now on."""
        self._taken |= set(names)


def attributes() -> Names:
    """For what hangs on a module, beside torch's own methods."""
    return Names(_OF_MODULES)


def class_name(identifier: str) -> str:
    """`digit_vision` → `DigitVision`."""
    name = "".join(part[:1].upper() + part[1:] for part in identifier.split("_"))
    return name if name.isidentifier() else f"Model{name}"


def quoted(text: str) -> str:
    """Free text for a comment or a docstring: one line, no quotes that end it, nothing that can't be seen."""
    shown = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(shown.replace("\\", "/").replace('"', "'").replace("#", "№").split())
