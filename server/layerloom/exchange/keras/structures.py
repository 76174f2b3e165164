"""Ends in the structure in which Keras takes and gives them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from layerloom.document import Structure, flattened
from layerloom.exchange.keras.graph import Argument


def structured(structure: Structure | None, ends: Sequence[str], end: Callable[[str], Argument]) -> Argument:
    """Each end in its place; where the model has no structure that names them all, one alone or a list."""
    if structure is None or set(flattened(structure)) != set(ends):
        return end(ends[0]) if len(ends) == 1 else [end(each) for each in ends]

    def filled(part: Any) -> Argument:  # Any: a Structure
        if isinstance(part, str):
            return end(part)
        if isinstance(part, Mapping):
            return {key: filled(each) for key, each in part.items()}
        return [filled(each) for each in part]

    return filled(structure)
