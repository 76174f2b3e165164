"""The layer type `Flatten`."""

import math
from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Category, Example, Inputs, KerasLayer, Outputs, one, refuse
from layerloom.layers.calls import Call
from layerloom.layers.fields.numbers import DATA_FORMAT, DataFormat
from layerloom.tensors import TensorSpec


class Flatten(KerasLayer):
    """Puts all axes after the batch into one.

    (batch, height, width, channels) → (batch, height · width · channels), the channels running fastest.
    """

    data_format: DataFormat | None = Field(default=None, description=DATA_FORMAT)

    category: ClassVar[Category] = "reshaping"
    search_words: ClassVar[tuple[str, ...]] = ("vector", "ravel", "展平")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("An image", {}, {"inputs": (TensorSpec((None, 8, 8, 3)),)}),
        Example("A sequence", {}, {"inputs": (TensorSpec((None, 10, 4)),)}),
        Example(
            "Channels first", {"data_format": "channels_first"}, {"inputs": (TensorSpec((None, 3, 4, 5)),)}
        ),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs)
        if not spec.rank:
            raise refuse(
                "shape.mismatch",
                "got one number for the whole batch, shape (); expected (batch, …).",
                "Reduce over the axes after the batch only.",
                port="inputs",
            )
        sizes = [size for size in spec.shape[1:] if size is not None]
        features = math.prod(sizes) if len(sizes) == spec.rank - 1 else None
        return {"output": TensorSpec((spec.shape[0], features), spec.dtype, ("batch", "features"))}

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        return 0

    def torch_call(self, inputs: Inputs) -> Call:
        arguments = {"channels_first": True} if self.data_format == "channels_first" else {}
        return Call("layerloom.layers.modules.reshaping.Flatten", arguments)
