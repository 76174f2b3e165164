"""The layer type `GRU`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Example
from layerloom.layers.recurrent.cells import GRUConfig
from layerloom.layers.recurrent.sequences import SequenceLayer
from layerloom.tensors import TensorSpec

_SEQUENCE = {"sequence": (TensorSpec((None, 8, 8)),)}


class GRU(GRUConfig, SequenceLayer):
    """Reads a sequence with two gates: smaller and faster than an LSTM.

    At each step, with σ the recurrent activation: z, r = σ(x W + h U + b), one each; h~ = tanh(x W + b + r
    · (h U + b')); h = z · h + (1 - z) · h~. Without `reset_after`, h~ = tanh(x W + (r · h) U + b).

    (batch, time, features) → (batch, units), the last h; with `return_sequences` (batch, time, units).
    Masked steps are skipped, except where `initial_state` is wired (Keras 3 does so too).
    """

    use_cudnn: bool | str = Field(default="auto", description="Kept for Keras' files; changes nothing.")

    search_words: ClassVar[tuple[str, ...]] = ("RNN", "sequence", "gated", "memory", "门控循环", "循环")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("What a sequence is about", {"units": 32}, _SEQUENCE),
        Example(
            "Every step, and the state",
            {"units": 16, "return_sequences": True, "return_state": True},
            {"sequence": (TensorSpec((None, None, 4), masked=True),)},
        ),
        Example(
            "As in Keras 1",
            {"units": 5, "reset_after": False, "recurrent_activation": "hard_sigmoid"},
            _SEQUENCE,
        ),
        Example(
            "Started from a state", {"units": 5}, {**_SEQUENCE, "initial_state": (TensorSpec((None, 5)),)}
        ),
    )
