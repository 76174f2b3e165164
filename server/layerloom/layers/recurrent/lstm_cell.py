"""The layer type `LSTMCell`."""

from typing import ClassVar

from layerloom.layers.base import Example
from layerloom.layers.recurrent.cells import Cell, LSTMConfig


class LSTMCell(LSTMConfig, Cell):
    """One step of an LSTM, for an RNN layer to repeat.

    No node calls it: RNN and StackedRNNCells name it in their config and take a copy of its settings. At
    each step, with σ the recurrent activation: i, f, o = σ(x W + h U + b), one each; c = f · c + i ·
    tanh(x W + h U + b); h = o · tanh(c). Its states are h and c, each (batch, units).
    """

    search_words: ClassVar[tuple[str, ...]] = (
        "RNN",
        "step",
        "memory",
        "long short-term memory",
        "长短期记忆",
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example("A step with 32 units", {"units": 32}),
        Example("With dropout", {"units": 16, "dropout": 0.2, "recurrent_dropout": 0.1}),
    )
