"""The layer type `ConvLSTM2D`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Example
from layerloom.layers.fields.numbers import Pair
from layerloom.layers.recurrent.moving_pictures import ConvLSTMLayer
from layerloom.tensors import TensorSpec


class ConvLSTM2D(ConvLSTMLayer):
    """Reads a film picture by picture (convolutional LSTM).

    An LSTM whose products are convolutions. At each step, with σ the recurrent activation and * a
    convolution: i, f, o = σ(x * W + h * U + b), one each; c = f · c + i · tanh(x * W + h * U + b); h = o ·
    tanh(c). (batch, time, height, width, channels) → (batch, new height, new width, filters), the last h; with
    `return_sequences` (batch, time, new height, new width, filters). The state's kernel pads with `same`.
    """

    kernel_size: Pair = Field(description="Height and width of the kernel.")
    strides: Pair = Field(default=(1, 1), description="Steps down and to the right from patch to patch.")
    dilation_rate: Pair = Field(default=(1, 1), description="Distance between the cells that a kernel sees.")

    search_words: ClassVar[tuple[str, ...]] = (
        "LSTM",
        "video",
        "film",
        "next frame",
        "convolutional",
        "卷积",
        "循环",
    )
    places: ClassVar[tuple[str, ...]] = (
        "height",
        "width",
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "What a film is about",
            {"filters": 4, "kernel_size": 3, "padding": "same"},
            {"sequence": (TensorSpec((None, 4, 6, 5, 2)),)},
        ),
        Example(
            "Every step, and the states",
            {"filters": 3, "kernel_size": 2, "strides": 2, "return_sequences": True, "return_state": True},
            {"sequence": (TensorSpec((None, None, 6, 5, 2)),)},
        ),
        Example(
            "Channels first, started from a state",
            {"filters": 3, "kernel_size": 3, "padding": "same", "data_format": "channels_first"},
            {
                "sequence": (TensorSpec((None, 4, 2, 6, 5)),),
                "initial_state": (TensorSpec((None, 3, 6, 5)), TensorSpec((None, 3, 6, 5))),
            },
        ),
    )
