"""Recurrent cells on top of each other: each reads at every step what the one below gives."""

from collections.abc import Iterator
from typing import Any

from torch import Tensor, nn

from layerloom.layers.modules.recurrence import Recurrence, States
from layerloom.layers.modules.recurrent import Recurrent


class Stack(Recurrence):
    """Runs layer after layer over the whole sequence, which gives what Keras' stacked cells give step by step.

    Its states are those of all layers, from the first; the options of the layers themselves do not count, but
    for `return_state`, which they need where anyone wants the states.
    """

    def __init__(self, *layers: Recurrent, **options: Any) -> None:  # Any: the options of Recurrence
        self.state_count = sum(layer.state_count for layer in layers)
        self.output_state = self.state_count - layers[-1].state_count
        super().__init__(**options)
        self.layers = nn.ModuleList(layers)

    def _run(self, x: Tensor, states: States, lengths: Tensor | None) -> tuple[Tensor, States]:
        ended: list[Tensor] = []
        for layer in self._layers():
            own = states[len(ended) : len(ended) + layer.state_count]
            x, new = layer._run(x, own, lengths)
            ended += new
        return x, tuple(ended)

    def _zeros(self, x: Tensor) -> States:
        return tuple(zeros for layer in self._layers() for zeros in layer._zeros(x))

    def _layers(self) -> Iterator[Recurrent]:
        for layer in self.layers:
            assert isinstance(layer, Recurrent)
            yield layer

    def extra_repr(self) -> str:
        return self._shown_options()
