"""Wrappers around wrappers: what lies inside all of them. No recursion."""

from collections.abc import Mapping
from typing import NamedTuple


class Wrapped(NamedTuple):
    """The layer inside all wrappers, and how many wrappers there are; 0 for a circle of wrappers."""

    layer: str
    wrappers: int

    @property
    def is_circle(self) -> bool:
        return self.wrappers == 0


def innermost(wraps: Mapping[str, str | None]) -> dict[str, Wrapped]:
    """For each wrapper what lies inside; `wraps` names, for each wrapper, the layer that it wraps."""
    found: dict[str, Wrapped] = {}
    for start in wraps:
        way: dict[str, None] = {}
        name: str | None = start
        while name is not None and name not in found and name not in way and name in wraps:
            way[name] = None
            name = wraps[name]
        if name is None or name in way or (name in found and found[name].is_circle):
            found.update(dict.fromkeys(way, Wrapped(name or start, 0)))
            continue
        layer, count = found.get(name, Wrapped(name, 0))
        for number, wrapper in enumerate(reversed(way), start=count + 1):
            found[wrapper] = Wrapped(layer, number)
    return found
