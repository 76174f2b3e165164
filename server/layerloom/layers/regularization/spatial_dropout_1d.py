"""The layer type `SpatialDropout1D`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Category, Example, Inputs, KerasLayer, Outputs, expect_rank, floating, one
from layerloom.layers.calls import Call
from layerloom.layers.fields.numbers import SEED, Rate, Seed
from layerloom.tensors import TensorSpec


class SpatialDropout1D(KerasLayer):
    """Drops whole features of a sequence at random while training.

    Like Dropout, but a feature is dropped at all steps of a sample or at none, since neighbouring steps
    tell much the same. (batch, time, features) → the same.
    """

    rate: Rate = Field(description="Share of features that are dropped, from 0 to 1.")
    seed: Seed | None = Field(default=None, description=SEED)

    category: ClassVar[Category] = "regularization"
    search_words: ClassVar[tuple[str, ...]] = ("channel dropout", "overfitting", "空间随机失活")
    mask_out: ClassVar = "pass"
    depends_on_training: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = (
        Example("After an Embedding", {"rate": 0.2}, {"inputs": (TensorSpec((None, 100, 64)),)}),
        Example("Half of them", {"rate": 0.5}, {"inputs": (TensorSpec((None, None, 8), masked=True),)}),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        expect_rank(
            one(inputs), 3, "(batch, time, features)", "Use Dropout, or Reshape to make it a sequence."
        )
        return {"output": floating(one(inputs))}

    def torch_call(self, inputs: Inputs) -> Call:
        return Call("layerloom.layers.modules.noise.SpatialDropout", {"rate": self.rate})
