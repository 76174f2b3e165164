"""The layer type `SimpleRNNCell`."""

from typing import ClassVar

from layerloom.layers.base import Example
from layerloom.layers.recurrent.cells import Cell, SimpleRNNConfig


class SimpleRNNCell(SimpleRNNConfig, Cell):
    """One step of a SimpleRNN, for an RNN layer to repeat.

    No node calls it: RNN and StackedRNNCells name it in their config and take a copy of its settings. At
    each step h = activation(x W + h U + b). Its state is h, (batch, units).
    """

    search_words: ClassVar[tuple[str, ...]] = ("RNN", "step", "Elman", "vanilla", "循环")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("A step with 32 units", {"units": 32}),
        Example("With relu", {"units": 8, "activation": "relu", "use_bias": False}),
    )
