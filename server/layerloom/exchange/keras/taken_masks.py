"""Masks that Keras' MultiHeadAttention takes off the tensors that it reads, while a model runs.

Its call ends with the masks of query, value and key deleted from these tensors, so whatever runs later and reads one
of them sees no mask: the sum around the attention, the next attention, the loss (`layers/attention/
multi_head_attention.py`). Masks that the file hands on as arguments are not touched. A document keeps masks; so that an
imported model gives Keras' numbers, a SetMask without a mask stands before those who read too late.
"""

from collections.abc import Callable, Mapping

from layerloom.document import Node
from layerloom.exchange.keras.graph import Graph
from layerloom.exchange.keras.ordering import Place, in_running_order

TAKES_MASKS = "MultiHeadAttention"

KEEPS_MASKS = "keeps_masks"
"""Among a written model's extras: every attention is handed its masks, so nothing of this happens in it."""


def takers(graph: Graph) -> list[Place]:
    """Calls that take masks off, in the order in which Keras runs them."""
    return [place for place in in_running_order(graph) if _takes(graph, place)]


def late_readers(
    graph: Graph, taker: Place, source: str, nodes: Mapping[str, Node], node_of: Mapping[Place, str]
) -> list[str]:
    """Nodes that read `source` after the call `taker`: those that run later, and the outputs."""
    order = [place for place in in_running_order(graph) if place in node_of]
    earlier = {node_of[place] for place in order[: order.index(taker) + 1]}
    return [
        name
        for name, node in nodes.items()
        if name not in earlier and any(source in wired for wired in node.inputs.values())
    ]


def rewired(node: Node, source: str, other: str, keeps: Callable[[str, int], bool]) -> Node:
    """The node with `other` in the place of `source`, but where `keeps(port, index)`."""
    inputs = {
        port: [
            other if each == source and not keeps(port, index) else each for index, each in enumerate(wired)
        ]
        for port, wired in node.inputs.items()
    }
    return node.model_copy(update={"inputs": inputs})


def _takes(graph: Graph, place: Place) -> bool:
    entry = graph.entries[place[0]]
    return entry.class_name == TAKES_MASKS and not entry.is_operation
