"""The layer type `GRUCell`."""

from typing import ClassVar

from layerloom.layers.base import Example
from layerloom.layers.recurrent.cells import Cell, GRUConfig


class GRUCell(GRUConfig, Cell):
    """One step of a GRU, for an RNN layer to repeat.

    No node calls it: RNN and StackedRNNCells name it in their config and take a copy of its settings. At
    each step, with σ the recurrent activation: z, r, h = σ(x W + h U + b), one each; h~ = tanh(x W + b + r
    · (h U + b')); h = z · h + (1 - z) · h~. Its state is h, (batch, units).
    """

    search_words: ClassVar[tuple[str, ...]] = ("RNN", "step", "gated", "门控循环")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("A step with 32 units", {"units": 32}),
        Example("As in Keras 1", {"units": 5, "reset_after": False, "recurrent_activation": "hard_sigmoid"}),
    )
