"""Circles in a directed graph, found in one pass without recursion (Tarjan, 1972)."""

from collections.abc import Collection, Iterator, Mapping


def circles(graph: Mapping[str, Collection[str]]) -> list[list[str]]:
    """The groups of names that lead to one another, a name that leads to itself among them, each sorted.

    `graph` gives for each name those that it leads to; all of them are keys too.
    """
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    path: list[str] = []
    on_path: set[str] = set()
    found: list[list[str]] = []
    for start in graph:
        if start in index:
            continue
        work: list[tuple[str, Iterator[str]]] = []

        def enter(name: str, work: list[tuple[str, Iterator[str]]] = work) -> None:
            index[name] = low[name] = len(index)
            path.append(name)
            on_path.add(name)
            work.append((name, iter(graph[name])))

        enter(start)
        while work:
            name, rest = work[-1]
            following = next(rest, None)
            if following is None:
                work.pop()
                if work:
                    before = work[-1][0]
                    low[before] = min(low[before], low[name])
                if low[name] == index[name]:
                    group = _taken_off(path, name)
                    on_path.difference_update(group)
                    if len(group) > 1 or name in graph[name]:
                        found.append(sorted(group))
            elif following not in index:
                enter(following)
            elif following in on_path:
                low[name] = min(low[name], index[following])
    return sorted(found)


def _taken_off(path: list[str], name: str) -> list[str]:
    group = [path.pop()]
    while group[-1] != name:
        group.append(path.pop())
    return group
