"""The layer type `SpatialDropout3D`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Category, Example, Inputs, KerasLayer, Outputs, expect_rank, floating, one
from layerloom.layers.calls import Call
from layerloom.layers.fields.numbers import DATA_FORMAT, SEED, DataFormat, Rate, Seed
from layerloom.tensors import TensorSpec

_WANTED = "(batch, depth, height, width, channels)"


class SpatialDropout3D(KerasLayer):
    """Drops whole channels of a volume or film at random while training.

    Like Dropout, but a channel is dropped at all places of a sample or at none, since neighbouring cells
    tell much the same. (batch, depth, height, width, channels) → the same.
    """

    rate: Rate = Field(description="Share of channels that are dropped, from 0 to 1.")
    data_format: DataFormat | None = Field(default=None, description=DATA_FORMAT)
    seed: Seed | None = Field(default=None, description=SEED)

    category: ClassVar[Category] = "regularization"
    search_words: ClassVar[tuple[str, ...]] = ("channel dropout", "overfitting", "空间随机失活")
    mask_out: ClassVar = "pass"
    depends_on_training: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = (
        Example("After a convolution", {"rate": 0.2}, {"inputs": (TensorSpec((None, 4, 4, 4, 16)),)}),
        Example(
            "Channels first",
            {"rate": 0.5, "data_format": "channels_first"},
            {"inputs": (TensorSpec((None, 8, None, None, None)),)},
        ),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        expect_rank(one(inputs), 5, _WANTED, "Use Dropout, or Reshape to make it a volume.")
        return {"output": floating(one(inputs))}

    def torch_call(self, inputs: Inputs) -> Call:
        arguments = {"rate": self.rate, "channels_first": self.data_format == "channels_first"}
        return Call("layerloom.layers.modules.noise.SpatialDropout", arguments)
