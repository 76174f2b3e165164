"""The layer type `LSTM`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Example, Port
from layerloom.layers.recurrent.cells import LSTMConfig
from layerloom.layers.recurrent.sequences import SequenceLayer
from layerloom.tensors import TensorSpec

_SEQUENCE = {"sequence": (TensorSpec((None, 8, 8)),)}


class LSTM(LSTMConfig, SequenceLayer):
    """Reads a sequence and remembers what matters (long short-term memory).

    At each step, with σ the recurrent activation: i, f, o = σ(x W + h U + b), one each;
    c = f · c + i · tanh(x W + h U + b); h = o · tanh(c).

    (batch, time, features) → (batch, units), the last h; with `return_sequences` (batch, time, units). With
    `return_state` it also gives `state_h` and `state_c`, which start another LSTM when wired to its
    `initial_state`. Masked steps are skipped, except where `initial_state` is wired (Keras 3 does so too).
    """

    use_cudnn: bool | str = Field(default="auto", description="Kept for Keras' files; changes nothing.")

    search_words: ClassVar[tuple[str, ...]] = (
        "RNN",
        "sequence",
        "memory",
        "time series",
        "text",
        "长短期记忆",
        "循环",
    )
    input_ports: ClassVar[tuple[Port, ...]] = (
        Port("sequence", "Sequence to read: (batch, time, features)."),
        Port("initial_state", "State to start from: state_h, then state_c; zeros if nothing is wired.", 0, 2),
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example("What a sequence is about", {"units": 32}, _SEQUENCE),
        Example(
            "Every step, for another recurrent layer",
            {"units": 16, "return_sequences": True},
            {"sequence": (TensorSpec((None, None, 4), masked=True),)},
        ),
        Example(
            "An encoder that hands on its state",
            {"units": 8, "return_state": True, "return_sequences": True, "go_backwards": True},
            _SEQUENCE,
        ),
        Example(
            "Started from a state",
            {"units": 5},
            {**_SEQUENCE, "initial_state": (TensorSpec((None, 5)), TensorSpec((None, 5)))},
        ),
        Example(
            "Keras 1's gates, with dropout",
            {"units": 6, "recurrent_activation": "hard_sigmoid", "dropout": 0.2, "recurrent_dropout": 0.2},
            _SEQUENCE,
        ),
    )
