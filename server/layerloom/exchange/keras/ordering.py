"""The order in which Keras keeps a model's layers: by depth, then by the way it walks from the outputs. Weights files
count layers in this order (Keras: `ops/function.py`, `map_graph`)."""

from layerloom.exchange.keras.graph import Graph, Tensor, tensors

Place = tuple[str, int]
"""A call: the layer's name and its number."""


def in_keras_order(graph: Graph) -> None:
    """Put the entries in Keras' order; what no output needs goes, but for inputs."""
    order, first_seen = _walk(graph)
    depth_of_call: dict[Place, int] = {}
    depth_of: dict[str, int] = {}
    for place in reversed(order):
        name = place[0]
        depth = max(depth_of_call.get(place, 0), depth_of.get(name, 0))
        depth_of[name] = depth_of_call[place] = depth
        for before in _read(graph, place):
            depth_of_call[before] = max(depth + 1, depth_of_call.get(before, 0))
    for tensor in tensors(graph.inputs):
        if tensor.layer not in depth_of:
            depth_of[tensor.layer], first_seen[tensor.layer] = 0, -1
    names = sorted(depth_of, key=lambda name: (-depth_of[name], first_seen[name]))
    graph.entries = {name: graph.entries[name] for name in names}


def in_running_order(graph: Graph) -> list[Place]:
    """Calls in the order in which Keras runs them: by the depth of each, ties by the walk from the outputs."""
    order, _ = _walk(graph)
    depth: dict[Place, int] = {}
    for place in reversed(order):
        depth.setdefault(place, 0)
        for before in _read(graph, place):
            depth[before] = max(depth[place] + 1, depth.get(before, 0))
    number = {place: index for index, place in enumerate(reversed(order))}
    return sorted(depth, key=lambda place: (-depth[place], number[place]))


def _walk(graph: Graph) -> tuple[list[Place], dict[str, int]]:
    """Calls in post-order from the outputs, and when each layer was met first."""
    order: list[Place] = []
    first_seen: dict[str, int] = {}
    begun: set[Place] = set()
    waiting: list[tuple[Place, bool]] = [
        (_place(each), False) for each in reversed(list(tensors(graph.outputs)))
    ]
    while waiting:
        place, is_done = waiting.pop()
        if is_done:
            order.append(place)
            continue
        if place in begun:
            continue
        begun.add(place)
        first_seen.setdefault(place[0], len(first_seen))
        waiting.append((place, True))
        waiting += [(before, False) for before in reversed(_read(graph, place))]
    return order, first_seen


def _read(graph: Graph, place: Place) -> list[Place]:
    entry = graph.entries[place[0]]
    return [] if entry.is_input else [_place(each) for each in entry.calls[place[1]].tensors()]


def _place(tensor: Tensor) -> Place:
    return tensor.layer, tensor.call
