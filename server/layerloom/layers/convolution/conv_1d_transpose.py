"""The layer type `Conv1DTranspose`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Example
from layerloom.layers.convolution.transposes import TransposedLayer
from layerloom.layers.fields.numbers import Padding, Single, SingleCount
from layerloom.tensors import TensorSpec


class Conv1DTranspose(TransposedLayer):
    """Enlarges a sequence with learned kernels.

    A convolution run backwards, also called deconvolution: each cell lays its value times the kernel into
    the result, `strides` cells from its neighbour's, and overlaps are summed; then come bias and
    activation. (batch, time, channels) → (batch, new time, filters). The new size is size · stride with
    padding `same`, and (size - 1) · stride + max(kernel, stride) with `valid`.
    """

    kernel_size: Single = Field(description="Steps that a kernel sees.")
    strides: Single = Field(
        default=(1,), description="Steps between the places where neighbouring kernels are laid."
    )
    padding: Padding = Field(
        default="valid", description="`same` gives size · stride; `valid` keeps all that the kernels reach."
    )
    output_padding: SingleCount | None = Field(
        default=None,
        description="Cells added at the end of each axis; empty means as many as `padding` asks for.",
    )
    dilation_rate: Single = Field(default=(1,), description="Distance between the steps that a kernel sees.")

    search_words: ClassVar[tuple[str, ...]] = (
        "deconvolution",
        "upsample",
        "decoder",
        "Convolution1DTranspose",
        "Deconv1D",
        "转置卷积",
    )
    places: ClassVar[tuple[str, ...]] = ("time",)
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "Twice the size",
            {"filters": 4, "kernel_size": 3, "strides": 2, "padding": "same", "activation": "relu"},
            {"inputs": (TensorSpec((None, 7, 3)),)},
        ),
        Example(
            "More at the end",
            {"filters": 2, "kernel_size": 3, "strides": 2, "output_padding": [1]},
            {"inputs": (TensorSpec((None, None, 4)),)},
        ),
        Example(
            "Dilated, without a bias",
            {"filters": 3, "kernel_size": 2, "dilation_rate": 2, "use_bias": False},
            {"inputs": (TensorSpec((None, 7, 3)),)},
        ),
        Example(
            "Channels first",
            {"filters": 4, "kernel_size": 2, "strides": 3, "data_format": "channels_first"},
            {"inputs": (TensorSpec((None, 3, 6)),)},
        ),
    )
