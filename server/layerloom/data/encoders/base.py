"""What an encoder is: chosen by type with a config, fitted on the training rows, kept as JSON."""

from collections.abc import Mapping
from typing import Any, ClassVar

from layerloom import choices
from layerloom.choices import Choice

Role = str
"""`input` or `target`."""


class Encoder(Choice):
    """How the values of one column become numbers. `takes` are the kinds of columns that it can read."""

    takes: ClassVar[tuple[str, ...]] = ()
    roles: ClassVar[tuple[Role, ...]] = ("input", "target")
    is_offered: ClassVar[bool] = True
    """Off: only the program chooses it."""


def encoders() -> Mapping[str, type[Encoder]]:
    """All encoders by type, found by a scan of this package."""
    return choices.choices("layerloom.data.encoders", Encoder)


def describe() -> list[dict[str, Any]]:  # Any: JSON
    """The catalogue's entries: as of optimizers and losses, and what columns and ends an encoder is for."""
    offered = {name: kind for name, kind in encoders().items() if kind.is_offered}
    return [
        {**entry, "takes": list(kind.takes), "roles": list(kind.roles)}
        for entry, kind in zip(choices.describe(offered), offered.values(), strict=True)
    ]
