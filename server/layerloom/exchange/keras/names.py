"""Ids of a document for Keras' names, alike for reading and writing: what one gives by rule, the other need not say.

Names become identifiers (`conv2d/bn-1` → `conv2d_bn_1`). An Input node is named as the input, an Output node as Keras
names the output: by the layer that gives it, or by its key in a dict. The node of that layer gets another id then.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from layerloom.exchange.keras.graph import Argument, Tensor, leaves

_LONGEST = 64


def identifier(name: str) -> str:
    """The name as an id of a document."""
    found = re.sub(r"[^A-Za-z0-9_]+", "_", name)[:_LONGEST]
    if not found or found.strip("_") == "":
        found = "layer"
    return f"_{found[: _LONGEST - 1]}" if found[0].isdigit() else found


class Names:
    """Ids that are each given once."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken = set(taken)

    def give(self, wanted: str, *others: str) -> str:
        """The first of these that is free, or the first with a number."""
        wanted = identifier(wanted)
        for each in (wanted, *map(identifier, others)):
            if each not in self.taken:
                self.taken.add(each)
                return each
        number = 2
        while (found := f"{wanted[: _LONGEST - 1 - len(str(number))]}_{number}") in self.taken:
            number += 1
        self.taken.add(found)
        return found


def output_names(outputs: Argument) -> list[tuple[str, Tensor]]:
    """Keras' name of each output, in its order: the last key of its path that is a text, or the layer's name."""
    found = []
    for path, leaf in leaves(outputs):
        if isinstance(leaf, Tensor):
            found.append((path[-1] if path and isinstance(path[-1], str) else leaf.layer, leaf))
    return found


def node_ids(
    inputs: Sequence[str], outputs: Sequence[str], calls: Mapping[str, int]
) -> tuple[list[str], list[str], dict[str, list[str]]]:
    """Ids of nodes by rule: of the inputs, of the outputs, and of each layer's calls.

    `inputs` and `outputs` are Keras' names, `calls` says how often each layer (by Keras' name, in Keras' order) is
    called, inputs left out.
    """
    names = Names()
    of_inputs = [names.give(name) for name in inputs]
    of_outputs = [names.give(name, f"{identifier(name)[:57]}_output") for name in outputs]
    of_calls: dict[str, list[str]] = {}
    for layer, count in calls.items():
        base = identifier(layer)
        of_calls[layer] = [names.give(base, f"{base[:58]}_layer")] if count else []
        of_calls[layer] += [names.give(f"{base[:59]}_{number}") for number in range(2, count + 1)]
    return of_inputs, of_outputs, of_calls
