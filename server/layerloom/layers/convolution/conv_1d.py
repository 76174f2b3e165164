"""The layer type `Conv1D`."""

from typing import ClassVar, Literal

from pydantic import Field

from layerloom.layers.base import Example
from layerloom.layers.convolution.kernels import ConvolutionLayer
from layerloom.layers.fields.numbers import Single
from layerloom.tensors import TensorSpec


class Conv1D(ConvolutionLayer):
    """Slides learned kernels along a sequence.

    Each filter sums `kernel · window` over all channels of each window, adds its bias, and applies the
    activation: (batch, time, channels) → (batch, new time, filters). With padding `causal` a step sees none
    that follow it.
    """

    kernel_size: Single = Field(description="Steps that a kernel sees.")
    strides: Single = Field(default=(1,), description="Steps from window to window.")
    padding: Literal["valid", "same", "causal"] = Field(
        default="valid", description="`same` adds zeros around, `causal` before; `valid` adds none."
    )
    dilation_rate: Single = Field(default=(1,), description="Distance between the steps that a kernel sees.")

    search_words: ClassVar[tuple[str, ...]] = ("CNN", "sequence", "Convolution1D", "temporal", "卷积")
    places: ClassVar[tuple[str, ...]] = ("time",)
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "Patterns of three steps",
            {"filters": 16, "kernel_size": 3, "activation": "relu"},
            {"inputs": (TensorSpec((None, 20, 4)),)},
        ),
        Example(
            "Never looking ahead",
            {"filters": 8, "kernel_size": 2, "padding": "causal", "dilation_rate": 4},
            {"inputs": (TensorSpec((None, None, 3)),)},
        ),
    )
