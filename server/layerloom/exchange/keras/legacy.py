"""Keras' old HDF5 layout: a group for each layer of the outermost model, its weights in a list, by order alone."""

from collections.abc import Iterator, Mapping
from itertools import zip_longest

from layerloom.exchange.keras.groups import below, without_operations
from layerloom.exchange.keras.hdf5 import Hdf5
from layerloom.exchange.keras.known import KnownLayer
from layerloom.exchange.keras.tree import SavedLayer
from layerloom.exchange.keras.weights import Taken
from layerloom.layers.base import Weight

_Slot = tuple[KnownLayer, str, Weight]
"""A layer, its name in Keras, and one of its weights."""


def legacy_root(file: Hdf5) -> str | None:
    """The group that lists `layer_names`: the file itself, or `model_weights`; None where it is of another layout."""
    for group in ("", "model_weights"):
        if file.texts(group, "layer_names") is not None:
            return group
    return None


def read_legacy_weights(file: Hdf5, root: str, tree: SavedLayer, known: Mapping[str, KnownLayer]) -> Taken:
    """Weights of `model.save("….h5")` or `save_weights("….h5")` before Keras 3's own layout."""
    taken = Taken()
    layers = {
        layer.name: slots
        for layer in without_operations(tree).layers or ()
        if (slots := _slots(layer, known))
    }
    saved = {
        name: places
        for name in file.texts(root, "layer_names") or ()
        if (places := _places(file, below(root, name)))
    }
    partners = _partners(list(layers), list(saved))
    for name, slots in layers.items():
        group = partners.get(name)
        places = saved.pop(group, []) if group is not None else []
        _take(file, taken, slots, places, below(root, group or name))
    unplaced = {
        layer.name for layer in tree.layers or () if layer.path is None or not _is_known(layer, known)
    }
    taken.leave([place for name, places in saved.items() if name not in unplaced for place in places])
    return taken


def _partners(layers: list[str], saved: list[str]) -> dict[str, str]:
    """By name where the names agree; else by order, as Keras does it, where there are as many."""
    if set(layers) != set(saved) and len(layers) == len(saved):
        return dict(zip(layers, saved, strict=True))
    return {name: name for name in layers if name in saved}


def _take(file: Hdf5, taken: Taken, slots: list[_Slot], places: list[str], group: str) -> None:
    """In the order of the file: what training changes first, then the rest, as Keras writes them."""
    ordered = sorted(slots, key=lambda slot: slot[0].is_frozen or not slot[2].trainable)
    for order in (ordered, slots):  # a model that was frozen when it was saved has its layers one by one
        if _fits(file, order, places):
            ordered = order
            break
    missing: dict[str, list[_Slot]] = {}
    for slot, place in zip_longest(ordered, places[: len(ordered)]):
        if place in file.shapes:
            taken.add(file, slot[0], slot[1], slot[2], place)
        else:
            missing.setdefault(slot[0].path, []).append(slot)
    for left in missing.values():
        taken.miss(left[0][0], left[0][1], [slot[2] for slot in left], group)
    taken.leave(places[len(ordered) :])


def _fits(file: Hdf5, slots: list[_Slot], places: list[str]) -> bool:
    return [slot[2].shape for slot in slots] == [file.shapes.get(place) for place in places]


def _slots(saved: SavedLayer, known: Mapping[str, KnownLayer]) -> list[_Slot]:
    """All weights of a layer and of what it holds, each once, each layer's own first."""
    return list({(slot[0].path, slot[2].name): slot for slot in _all_slots(saved, known)}.values())


def _all_slots(saved: SavedLayer, known: Mapping[str, KnownLayer]) -> Iterator[_Slot]:
    layer = known.get(saved.path) if saved.path is not None else None
    if layer is not None:
        yield from ((layer, saved.name, weight) for weight in layer.in_order)
    if saved.wraps is not None:
        yield from _all_slots(saved.wraps, known)
    for inner in without_operations(saved).layers or ():
        yield from _all_slots(inner, known)


def _is_known(saved: SavedLayer, known: Mapping[str, KnownLayer]) -> bool:
    return saved.layers is not None or saved.path in known


def _places(file: Hdf5, group: str) -> list[str]:
    """Where the weights of a layer's group should be."""
    return [below(group, name.strip("/")) for name in file.texts(group, "weight_names") or ()]
