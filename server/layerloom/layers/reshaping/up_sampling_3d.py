"""The layer type `UpSampling3D`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Example
from layerloom.layers.fields.numbers import DATA_FORMAT, DataFormat, Triple
from layerloom.layers.reshaping.places import UpSamplingLayer
from layerloom.tensors import TensorSpec


class UpSampling3D(UpSamplingLayer):
    """Enlarges a volume by repeating its cells.

    (batch, depth, height, width, channels) → (batch, new depth, new height, new width, channels): each
    cell stands `size` times beside itself.
    """

    size: Triple = Field(
        default=(2, 2, 2), description="How often each cell is repeated along depth, height and width."
    )
    data_format: DataFormat | None = Field(default=None, description=DATA_FORMAT)

    search_words: ClassVar[tuple[str, ...]] = ("upsample", "enlarge", "resize", "repeat", "decoder", "上采样")
    places: ClassVar[tuple[str, ...]] = ("depth", "height", "width")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Twice the size", {"size": 2}, {"inputs": (TensorSpec((None, 4, 5, 6, 2)),)}),
        Example("Uneven", {"size": [1, 2, 3]}, {"inputs": (TensorSpec((None, None, 5, None, 2)),)}),
        Example(
            "Channels first",
            {"size": 2, "data_format": "channels_first"},
            {"inputs": (TensorSpec((None, 2, 4, 5, 6)),)},
        ),
    )
