"""What layers share that take pictures and give pictures of a fixed height and width."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Category, Inputs, KerasLayer, Outputs, expect_rank, one
from layerloom.layers.fields.numbers import DATA_FORMAT, DataFormat, Size
from layerloom.tensors import TensorSpec


class PicturesLayer(KerasLayer):
    """(batch, height, width, channels) → (batch, `height`, `width`, channels)."""

    height: Size = Field(description="Rows of the result.")
    width: Size = Field(description="Columns of the result.")
    data_format: DataFormat | None = Field(default=None, description=DATA_FORMAT)

    category: ClassVar[Category] = "preprocessing"

    @property
    def is_channels_first(self) -> bool:
        return self.data_format == "channels_first"

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs)
        wanted = (
            ("channels", "height", "width") if self.is_channels_first else ("height", "width", "channels")
        )
        expect_rank(spec, 4, f"(batch, {', '.join(wanted)})", "Add Reshape: a grey picture has one channel.")
        size = (self.height, self.width)
        shape = (*spec.shape[:2], *size) if self.is_channels_first else (spec.shape[0], *size, spec.shape[3])
        return {"output": TensorSpec(shape, spec.dtype, ("batch", *wanted))}
