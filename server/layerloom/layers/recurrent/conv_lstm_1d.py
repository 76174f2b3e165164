"""The layer type `ConvLSTM1D`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Example
from layerloom.layers.fields.numbers import Single
from layerloom.layers.recurrent.moving_pictures import ConvLSTMLayer
from layerloom.tensors import TensorSpec


class ConvLSTM1D(ConvLSTMLayer):
    """Reads a sequence of rows, each convolved (convolutional LSTM).

    An LSTM whose products are convolutions. At each step, with σ the recurrent activation and * a
    convolution: i, f, o = σ(x * W + h * U + b), one each; c = f · c + i · tanh(x * W + h * U + b); h = o ·
    tanh(c). (batch, time, steps, channels) → (batch, new steps, filters), the last h; with
    `return_sequences` (batch, time, new steps, filters). The state's kernel pads with `same`.
    """

    kernel_size: Single = Field(description="Length of the kernel.")
    strides: Single = Field(default=(1,), description="Steps from patch to patch.")
    dilation_rate: Single = Field(default=(1,), description="Distance between the cells that a kernel sees.")

    search_words: ClassVar[tuple[str, ...]] = ("LSTM", "convolutional", "sequence", "卷积", "循环")
    places: ClassVar[tuple[str, ...]] = ("steps",)
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "Readings of a row of sensors",
            {"filters": 4, "kernel_size": 3, "padding": "same"},
            {"sequence": (TensorSpec((None, 4, 6, 2)),)},
        ),
        Example(
            "Every step, and the states",
            {"filters": 3, "kernel_size": 2, "strides": 2, "return_sequences": True, "return_state": True},
            {"sequence": (TensorSpec((None, None, 6, 2)),)},
        ),
        Example(
            "Channels first, started from a state",
            {"filters": 3, "kernel_size": 3, "padding": "same", "data_format": "channels_first"},
            {
                "sequence": (TensorSpec((None, 4, 2, 6)),),
                "initial_state": (TensorSpec((None, 3, 6)), TensorSpec((None, 3, 6))),
            },
        ),
    )
