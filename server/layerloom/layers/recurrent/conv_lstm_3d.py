"""The layer type `ConvLSTM3D`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Example
from layerloom.layers.fields.numbers import Triple
from layerloom.layers.recurrent.moving_pictures import ConvLSTMLayer
from layerloom.tensors import TensorSpec


class ConvLSTM3D(ConvLSTMLayer):
    """Reads volumes one after the other (convolutional LSTM).

    An LSTM whose products are convolutions. At each step, with σ the recurrent activation and * a
    convolution: i, f, o = σ(x * W + h * U + b), one each; c = f · c + i · tanh(x * W + h * U + b); h = o ·
    tanh(c). (batch, time, depth, height, width, channels) → (batch, new depth, new height, new width,
    filters), the last h; with `return_sequences` (batch, time, new depth, new height, new width, filters).
    The state's kernel pads with `same`.
    """

    kernel_size: Triple = Field(description="Depth, height and width of the kernel.")
    strides: Triple = Field(default=(1, 1, 1), description="Steps along each axis from patch to patch.")
    dilation_rate: Triple = Field(
        default=(1, 1, 1), description="Distance between the cells that a kernel sees."
    )

    search_words: ClassVar[tuple[str, ...]] = ("LSTM", "volume", "scan", "convolutional", "卷积", "循环")
    places: ClassVar[tuple[str, ...]] = (
        "depth",
        "height",
        "width",
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "A scan that changes",
            {"filters": 4, "kernel_size": 3, "padding": "same"},
            {"sequence": (TensorSpec((None, 4, 3, 4, 3, 2)),)},
        ),
        Example(
            "Every step, and the states",
            {"filters": 3, "kernel_size": 2, "strides": 2, "return_sequences": True, "return_state": True},
            {"sequence": (TensorSpec((None, None, 3, 4, 3, 2)),)},
        ),
        Example(
            "Channels first, started from a state",
            {"filters": 3, "kernel_size": 3, "padding": "same", "data_format": "channels_first"},
            {
                "sequence": (TensorSpec((None, 4, 2, 3, 4, 3)),),
                "initial_state": (TensorSpec((None, 3, 3, 4, 3)), TensorSpec((None, 3, 3, 4, 3))),
            },
        ),
    )
