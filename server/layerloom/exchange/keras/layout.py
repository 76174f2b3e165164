"""Places of nodes on the canvas: columns by depth, rows by where the neighbours are.

An edge over several columns keeps a lane of its own there, so that it is not hidden behind the nodes between its
ends.
"""

from collections.abc import Hashable, Mapping, Sequence
from itertools import accumulate

COLUMN, ROW = 312, 130
_HEADER, _PORT, _GAP = 54, 22, 76
_LANE = 0.6
_SWEEPS = 8
_MOST_LANES = 20_000
"""A graph that would need more (a hostile file's, say) is laid out without lanes."""

Spot = Hashable
"""A node's name, or the lane of what a node gives in a column that it only crosses: (name, column)."""


def places(
    sources: Mapping[str, Sequence[str]], ports: Mapping[str, int] | None = None
) -> dict[str, list[int]]:
    """`[x, y]` for each node, by the nodes that it reads. `ports`: how many ports stand in each one's longer side."""
    order = _in_order(sources)
    column = _columns(sources, order)
    size: dict[Spot, float] = {
        node: max(1.0, (_HEADER + _PORT * (ports or {}).get(node, 1) + _GAP) / ROW) for node in sources
    }
    before: dict[Spot, list[Spot]] = {}
    after: dict[Spot, list[Spot]] = {}
    columns: dict[int, list[Spot]] = {}
    has_lanes = _lanes(sources, column) <= _MOST_LANES
    for node in order:
        columns.setdefault(column[node], []).append(node)
        for source in dict.fromkeys(sources[node]):
            if source not in column or column[source] >= column[node]:
                continue
            last: Spot = source
            for number in range(column[source] + 1, column[node] if has_lanes else 0):
                lane = source, number
                if lane not in size:
                    size[lane] = _LANE
                    columns.setdefault(number, []).append(lane)
                    _link(last, lane, before, after)
                last = lane
            _link(last, node, before, after)
    row = _rows(columns, size, before, after)
    tops = {node: row[node] - size[node] / 2 for node in sources}
    top = min(tops.values(), default=0.0)
    return {node: [column[node] * COLUMN, round((tops[node] - top) * ROW)] for node in sources}


def _link(source: Spot, target: Spot, before: dict[Spot, list[Spot]], after: dict[Spot, list[Spot]]) -> None:
    after.setdefault(source, []).append(target)
    before.setdefault(target, []).append(source)


def _lanes(sources: Mapping[str, Sequence[str]], column: Mapping[str, int]) -> int:
    """How many there would be: all that read one node share its lanes."""
    farthest = dict(column)
    for node, read in sources.items():
        for each in read:
            if each in farthest:
                farthest[each] = max(farthest[each], column[node])
    return sum(max(0, end - column[node] - 1) for node, end in farthest.items())


def _columns(sources: Mapping[str, Sequence[str]], order: Sequence[str]) -> dict[str, int]:
    column: dict[str, int] = {}
    readers: dict[str, list[str]] = {node: [] for node in sources}
    for node in order:
        column[node] = 1 + max((column.get(each, -1) for each in sources[node]), default=-1)
        for each in sources[node]:
            if each in readers:
                readers[each].append(node)
    for node in reversed(order):  # an Input stands right before what reads it
        if not sources[node] and readers[node]:
            column[node] = max(0, min(column[each] for each in readers[node]) - 1)
    return column


def _rows(
    columns: Mapping[int, list[Spot]],
    size: Mapping[Spot, float],
    before: Mapping[Spot, Sequence[Spot]],
    after: Mapping[Spot, Sequence[Spot]],
) -> dict[Spot, float]:
    """Middles of nodes and lanes: near those of their neighbours, with room for each."""
    row: dict[Spot, float] = {}
    for spots in columns.values():
        row.update(zip(spots, _apart([0.0] * len(spots), [size[each] for each in spots]), strict=True))
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        near = before if forward else after
        for number in sorted(columns, reverse=not forward):
            wanted = {
                spot: sum(row[each] for each in near[spot]) / len(near[spot]) if near.get(spot) else row[spot]
                for spot in columns[number]
            }
            spots = columns[number]
            spots.sort(key=lambda spot: wanted[spot])
            row.update(
                zip(
                    spots,
                    _apart([wanted[each] for each in spots], [size[each] for each in spots]),
                    strict=True,
                )
            )
    return row


def _apart(wanted: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """The middles nearest to those wanted (by squares) of things that stand in this order without overlapping."""
    offsets = [end - size / 2 for end, size in zip(accumulate(sizes), sizes, strict=True)]
    runs: list[tuple[float, int]] = []  # sums and lengths of what stands close together
    for want, offset in zip(wanted, offsets, strict=True):
        runs.append((want - offset, 1))
        while len(runs) > 1 and runs[-2][0] / runs[-2][1] > runs[-1][0] / runs[-1][1]:
            total, count = runs.pop()
            runs[-1] = runs[-1][0] + total, runs[-1][1] + count
    starts = [total / count for total, count in runs for _ in range(count)]
    return [start + offset for start, offset in zip(starts, offsets, strict=True)]


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
