"""From a Keras weights file to our weights by path. What fits is taken; what does not becomes a problem."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from layerloom.exchange.keras.groups import below, placed
from layerloom.exchange.keras.hdf5 import Array, Hdf5
from layerloom.exchange.keras.known import KnownLayer
from layerloom.exchange.keras.tree import SavedLayer
from layerloom.layers.base import Weight
from layerloom.problems import Problem, Severity

_SHOWN = 10
"""Names in one problem, at most."""


@dataclass
class Taken:
    """What came of a weights file."""

    weights: dict[str, Array] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, file: Hdf5, layer: KnownLayer, name: str, weight: Weight, place: str) -> None:
        """Take one weight, or say that its shape differs."""
        received = file.shapes[place]
        if received == weight.shape:
            self.weights[f"{layer.path}/{weight.name}"] = file.array(place)
            return
        self.problems.append(
            problem(
                "weights.shape",
                f"Layer `{name}`: weight `{weight.name}` has shape {received} in the file (`{place}`); "
                f"expected {weight.shape}.",
                "Import the weights that belong to this model; this weight will be drawn anew.",
                layer,
            )
        )

    def miss(self, layer: KnownLayer, name: str, weights: list[Weight], place: str) -> None:
        shown = ", ".join(f"`{weight.name}` {weight.shape}" for weight in weights)
        self.problems.append(
            problem(
                "weights.missing",
                f"Layer `{name}`: the file has no {shown}; expected in `{place}`.",
                "Import the weights that belong to this model; these will be drawn anew.",
                layer,
            )
        )

    def leave(self, places: list[str]) -> None:
        """What the file has and the model has not."""
        if places:
            shown = ", ".join(f"`{place}`" for place in places[:_SHOWN])
            rest = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
            self.problems.append(
                problem(
                    "weights.extra",
                    f"The file has weights for which the model has no place: {shown}{rest}.",
                    "They are left out. Were layers taken out of the model after it was saved?",
                )
            )


def problem(code: str, message: str, hint: str, layer: KnownLayer | None = None) -> Problem:
    """A warning: the model is whole without these weights."""
    return Problem(
        code=code,
        severity=Severity.WARNING,
        message=message,
        hint=hint,
        model=layer.model if layer else None,
        node=layer.node if layer else None,
    )


def read_weights(file: Hdf5, tree: SavedLayer, known: Mapping[str, KnownLayer]) -> Taken:
    """Weights of Keras 3's own layout (`layers/dense/vars/0`): of a `.keras`, or of `save_weights`."""
    taken = Taken()
    container = _container(file)
    places = [(group.replace("layers", container), layer) for group, layer in placed(tree)]
    unread = {
        place for place in file.shapes if place.startswith(f"{container}/") and "seed_generator" not in place
    }
    for path, group, saved in _first_kept(file, places, known):
        if path is None:
            # Of a layer that the document has not, or that can't be worked out: that is said elsewhere.
            unread -= {place for place in unread if place.startswith(f"{group}/")}
        else:
            unread -= _read_layer(file, taken, group, saved, known[path], places)
    taken.leave(sorted(unread))
    return taken


def weight_places(group: str, layer: KnownLayer) -> dict[str, Weight]:
    """`{"layers/lstm/cell/vars/0": kernel, …}`"""
    counts: dict[str, int] = {}
    found: dict[str, Weight] = {}
    for weight in layer.in_order:
        for place in (weight.group, *weight.copies):
            number = counts[place] = counts.get(place, -1) + 1
            found[below(group, below(place, f"vars/{number}"))] = weight
    return found


def _first_kept(
    file: Hdf5, places: list[tuple[str, SavedLayer]], known: Mapping[str, KnownLayer]
) -> Iterator[tuple[str | None, str, SavedLayer]]:
    """Every layer once. One that stands in several places (a model, and a wrapper around it) is kept in the first."""
    by_path: dict[str, list[tuple[str, SavedLayer]]] = {}
    for group, saved in places:
        if saved.path in known and saved.path is not None:
            by_path.setdefault(saved.path, []).append((group, saved))
        elif saved.layers is None and saved.wraps is None:
            yield None, group, saved
    for path, found in by_path.items():
        kept = [
            each
            for each in found
            if any(place in file.shapes for place in weight_places(each[0], known[path]))
        ]
        group, saved = (kept or found)[0]
        yield path, group, saved


def _read_layer(
    file: Hdf5,
    taken: Taken,
    group: str,
    saved: SavedLayer,
    layer: KnownLayer,
    places: list[tuple[str, SavedLayer]],
) -> set[str]:
    """Takes a layer's weights; gives the data sets that were read."""
    wanted = weight_places(group, layer)
    if wanted and not any(place in file.shapes for place in wanted):
        twin = _twin(file, group, saved, layer, places)
        if twin is not None:
            taken.problems.append(
                problem(
                    "weights.shared",
                    f"Layer `{saved.name}` has no weights of its own in the file: Keras keeps a layer that two "
                    f"models share once, here in `{twin}`. It begins with those weights.",
                    "Train on, or tie the two together on the canvas by calling one layer twice.",
                    layer,
                )
            )
            wanted = weight_places(twin, layer)
    missing = [weight for place, weight in wanted.items() if place not in file.shapes]
    if missing:
        taken.miss(layer, saved.name, missing, below(group, "vars"))
    read = {place for place in wanted if place in file.shapes}
    for place in wanted:
        if place in read:
            taken.add(file, layer, saved.name, wanted[place], place)
    return read


def _twin(
    file: Hdf5, group: str, saved: SavedLayer, layer: KnownLayer, places: list[tuple[str, SavedLayer]]
) -> str | None:
    """The group of the same layer in another model, where the file has its weights."""
    for other, each in places:
        if other == group or each.name != saved.name or each.class_name != saved.class_name:
            continue
        wanted = weight_places(other, layer)
        if all(file.shapes.get(place) == weight.shape for place, weight in wanted.items()):
            return other
    return None


def _container(file: Hdf5) -> str:
    """Before Keras 3 the same layout had another name for it."""
    old = "_layer_checkpoint_dependencies"
    return old if file.has_group(old) and not file.has_group("layers") else "layers"
