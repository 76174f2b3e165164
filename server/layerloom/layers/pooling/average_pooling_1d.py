"""The layer type `AveragePooling1D`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Example
from layerloom.layers.fields.numbers import Single
from layerloom.layers.pooling.windows import PoolingLayer
from layerloom.tensors import TensorSpec


class AveragePooling1D(PoolingLayer):
    """Takes the mean of each window of steps.

    Feature by feature: (batch, time, features) → (batch, time / stride, features). Steps added by padding
    `same` do not count in the mean.
    """

    pool_size: Single = Field(description="Steps in a window.")
    strides: Single | None = Field(
        default=None, description="Steps from window to window; empty means the window's size."
    )

    search_words: ClassVar[tuple[str, ...]] = ("AvgPool1D", "mean", "downsample", "平均池化")
    places: ClassVar[tuple[str, ...]] = ("time",)
    module: ClassVar[str] = "AveragePooling"
    divides: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Half as many steps", {"pool_size": 2}, {"inputs": (TensorSpec((None, 10, 4)),)}),
        Example(
            "Overlapping windows",
            {"pool_size": 3, "strides": 1, "padding": "same"},
            {"inputs": (TensorSpec((None, None, 4)),)},
        ),
    )
