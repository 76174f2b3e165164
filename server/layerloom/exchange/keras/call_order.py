"""The order in which Keras is told of a model's calls."""

import heapq
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from layerloom.graph.resolved import ResolvedCall


def calls_in_order(calls: Sequence[ResolvedCall]) -> list[ResolvedCall]:
    """Calls after what they read. Calls of one layer are in the order of their ids where that can be, for Keras makes
    them one after the other; else any order in which each comes after what it reads."""
    by_layer: dict[str, list[str]] = {}
    for call in calls:
        by_layer.setdefault(call.layer.id, []).append(call.node)
    chains = [sorted(nodes, key=_natural) for nodes in by_layer.values()]
    follows = {after: before for chain in chains for before, after in pairwise(chain)}
    order = _sorted(calls, follows)
    return order if len(order) == len(calls) else _sorted(calls, {})


def _sorted(calls: Sequence[ResolvedCall], follows: Mapping[str, str]) -> list[ResolvedCall]:
    by_node = {call.node: call for call in calls}
    before = {
        call.node: {
            source.node for wired in call.inputs.values() for source in wired if source.node in by_node
        }
        | ({follows[call.node]} if call.node in follows else set())
        for call in calls
    }
    after: dict[str, list[str]] = {node: [] for node in by_node}
    waiting = {}
    for node, read in before.items():
        waiting[node] = len(read)
        for each in read:
            after[each].append(node)
    ready = [(_natural(node), node) for node, count in waiting.items() if not count]
    heapq.heapify(ready)
    order = []
    while ready:
        _, node = heapq.heappop(ready)
        order.append(by_node[node])
        for each in after[node]:
            waiting[each] -= 1
            if not waiting[each]:
                heapq.heappush(ready, (_natural(each), each))
    return order


def _natural(name: str) -> list[tuple[int, int, str]]:
    """`lstm_2` before `lstm_10`; `lstm_layer` is the first call of `lstm`, where an Output has its name."""
    name = name.removesuffix("_layer")
    return [
        (0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"([0-9]+)", name) if part
    ]
