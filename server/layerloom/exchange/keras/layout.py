"""Places of nodes on the canvas: columns by depth, rows by where the neighbours are."""

from collections.abc import Mapping, Sequence

COLUMN, ROW = 260, 130
_SWEEPS = 4


def places(sources: Mapping[str, Sequence[str]]) -> dict[str, list[int]]:
    """`[x, y]` for each node, by the nodes that it reads. Nodes come after what they read, in this order or any."""
    order = _in_order(sources)
    column: dict[str, int] = {}
    for node in order:
        column[node] = 1 + max((column.get(each, -1) for each in sources[node]), default=-1)
    readers: dict[str, list[str]] = {node: [] for node in sources}
    for node, read in sources.items():
        for each in read:
            if each in readers:
                readers[each].append(node)
    for node in reversed(order):  # an Input stands right before what reads it
        if not sources[node] and readers[node]:
            column[node] = max(0, min(column[each] for each in readers[node]) - 1)
    columns: dict[int, list[str]] = {}
    for node in order:
        columns.setdefault(column[node], []).append(node)
    row = {node: float(place) for nodes in columns.values() for place, node in enumerate(nodes)}
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        for number in sorted(columns, reverse=not forward):
            near = sources if forward else readers
            wanted = {
                node: (sum(row[each] for each in near[node] if each in row) / len(near[node]))
                if near[node]
                else row[node]
                for node in columns[number]
            }
            columns[number].sort(key=lambda node: wanted[node])
            free = float("-inf")
            for node in columns[number]:
                row[node] = max(free, wanted[node])
                free = row[node] + 1
    top = min(row.values(), default=0.0)
    return {node: [column[node] * COLUMN, round((row[node] - top) * ROW)] for node in sources}


def _in_order(sources: Mapping[str, Sequence[str]]) -> list[str]:
    readers: dict[str, list[str]] = {node: [] for node in sources}
    waiting = {}
    for node, read in sources.items():
        known = {each for each in read if each in sources}
        waiting[node] = len(known)
        for each in known:
            readers[each].append(node)
    ready = [node for node, count in waiting.items() if not count]
    order: list[str] = []
    for node in ready:
        order.append(node)
        for each in readers[node]:
            waiting[each] -= 1
            if not waiting[each]:
                ready.append(each)
    return order + [node for node in sources if waiting[node]]
