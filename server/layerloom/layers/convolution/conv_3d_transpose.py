"""The layer type `Conv3DTranspose`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Example
from layerloom.layers.convolution.transposes import TransposedLayer
from layerloom.layers.fields.numbers import Padding, Triple, TripleCount
from layerloom.tensors import TensorSpec


class Conv3DTranspose(TransposedLayer):
    """Enlarges a volume with learned kernels.

    A convolution run backwards, also called deconvolution: each cell lays its value times the kernel into
    the result, `strides` cells from its neighbour's, and overlaps are summed; then come bias and
    activation. (batch, depth, height, width, channels) → (batch, new depth, new height, new width,
    filters). The new size is size · stride with padding `same`, and (size - 1) · stride + max(kernel,
    stride) with `valid`.
    """

    kernel_size: Triple = Field(description="Depth, height and width of the kernel.")
    strides: Triple = Field(
        default=(1, 1, 1),
        description="Cells along each axis between the places where neighbouring kernels are laid.",
    )
    padding: Padding = Field(
        default="valid", description="`same` gives size · stride; `valid` keeps all that the kernels reach."
    )
    output_padding: TripleCount | None = Field(
        default=None,
        description="Cells added at the end of each axis; empty means as many as `padding` asks for.",
    )
    dilation_rate: Triple = Field(
        default=(1, 1, 1), description="Distance between the cells that a kernel sees."
    )

    search_words: ClassVar[tuple[str, ...]] = (
        "deconvolution",
        "upsample",
        "decoder",
        "Convolution3DTranspose",
        "Deconv3D",
        "转置卷积",
    )
    places: ClassVar[tuple[str, ...]] = ("depth", "height", "width")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "Twice the size",
            {"filters": 4, "kernel_size": 3, "strides": 2, "padding": "same", "activation": "relu"},
            {"inputs": (TensorSpec((None, 3, 4, 2, 3)),)},
        ),
        Example(
            "More at the end",
            {"filters": 2, "kernel_size": 3, "strides": 2, "output_padding": [1, 0, 1]},
            {"inputs": (TensorSpec((None, 2, None, 3, 4)),)},
        ),
        Example(
            "Dilated, without a bias",
            {"filters": 3, "kernel_size": 2, "dilation_rate": 2, "use_bias": False},
            {"inputs": (TensorSpec((None, 3, 4, 2, 3)),)},
        ),
        Example(
            "Channels first",
            {"filters": 4, "kernel_size": 2, "strides": 3, "data_format": "channels_first"},
            {"inputs": (TensorSpec((None, 3, 2, 3, 4)),)},
        ),
    )
