"""Masks that Keras worked out by itself and wrote into the file as operations: recognized, and left out."""

from collections.abc import Collection, Iterable

from layerloom.exchange.keras.graph import Entry, Graph, Tensor, tensors

_OF_MASKS = frozenset({
    "NotEqual", "Any", "All", "ExpandDims", "Squeeze", "ZerosLike", "OnesLike", "LogicalOr", "LogicalAnd",
    "Concatenate", "BroadcastTo", "Reshape", "Cast", "ConvertToTensor",
})  # fmt: skip

_LIKE = frozenset({"ZerosLike", "OnesLike"})
"""Read a tensor for its shape only."""


def mask_operations(graph: Graph) -> frozenset[str]:
    """Operations made only of masks: rooted in `NotEqual` on the tensor that an Embedding or a Masking layer reads."""
    masked = {
        tensor.key
        for entry in graph.entries.values()
        if (entry.class_name == "Embedding" and entry.config.get("mask_zero") is True)
        or (entry.class_name == "Masking" and not entry.is_operation)
        for call in entry.calls
        for tensor in tensors(call.args)
    }
    if not masked:
        return frozenset()
    candidates = {
        name: entry
        for name, entry in graph.entries.items()
        if entry.is_operation and entry.class_name in _OF_MASKS
    }
    found: set[str] = set()
    is_growing = True
    while is_growing:
        new = {
            name
            for name, entry in candidates.items()
            if name not in found and _is_of_masks(entry, masked, found)
        }
        found |= new
        is_growing = bool(new)
    return frozenset(found)


def unneeded(graph: Graph, operations: Collection[str], used: Iterable[Tensor]) -> frozenset[str]:
    """Those of the mask operations that nothing else reads: not the outputs, no layer but as a mask, not `used`."""
    waiting = [each.layer for each in used] + [each.layer for each in tensors(graph.outputs)]
    for name, entry in graph.entries.items():
        if name not in operations:
            waiting += [
                each.layer
                for call in entry.calls
                for key, value in [("", call.args), *call.kwargs.items()]
                if not (key.endswith("mask") and key != "attention_mask") or entry.is_operation
                for each in tensors(value)
            ]
    needed: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in operations and name not in needed:
            needed.add(name)
            waiting += [each.layer for call in graph.entries[name].calls for each in call.tensors()]
    return frozenset(operations) - needed


def _is_of_masks(entry: Entry, masked: Collection[tuple[str, int, int]], found: Collection[str]) -> bool:
    if entry.class_name in _LIKE:
        return True
    for call in entry.calls:
        read = list(call.tensors())
        if entry.class_name == "NotEqual":
            if len(read) != 1 or read[0].key not in masked:
                return False
        elif not read or any(each.layer not in found for each in read):
            return False
    return bool(entry.calls)
