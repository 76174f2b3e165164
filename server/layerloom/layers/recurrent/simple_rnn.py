"""The layer type `SimpleRNN`."""

from typing import ClassVar

from layerloom.layers.base import Example
from layerloom.layers.recurrent.cells import SimpleRNNConfig
from layerloom.layers.recurrent.sequences import SequenceLayer
from layerloom.tensors import TensorSpec

_SEQUENCE = {"sequence": (TensorSpec((None, 8, 8)),)}


class SimpleRNN(SimpleRNNConfig, SequenceLayer):
    """Reads a sequence with one state and no gates.

    At each step h = activation(x W + h U + b). (batch, time, features) → (batch, units), the last h; with
    `return_sequences` (batch, time, units). Masked steps are skipped, except where `initial_state` is wired
    (Keras 3 does so too).
    """

    search_words: ClassVar[tuple[str, ...]] = ("RNN", "Elman", "vanilla", "sequence", "循环")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("What a sequence is about", {"units": 32}, _SEQUENCE),
        Example(
            "Every step, with relu",
            {"units": 16, "return_sequences": True, "return_state": True, "activation": "relu"},
            {"sequence": (TensorSpec((None, None, 4), masked=True),)},
        ),
        Example("Another activation", {"units": 5, "activation": "sigmoid", "use_bias": False}, _SEQUENCE),
    )
