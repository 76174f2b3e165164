"""The layer type `UpSampling2D`."""

from typing import ClassVar, Literal

from pydantic import Field

from layerloom.layers.base import Example, Inputs, Outputs, floating
from layerloom.layers.calls import Call
from layerloom.layers.fields.numbers import DATA_FORMAT, DataFormat, Pair
from layerloom.layers.reshaping.places import UpSamplingLayer
from layerloom.tensors import TensorSpec


class UpSampling2D(UpSamplingLayer):
    """Enlarges a picture by repeating its cells.

    (batch, height, width, channels) → (batch, new height, new width, channels): each cell stands `size`
    times beside itself. Interpolations other than `nearest` weigh the neighbours instead, with the
    numbers of Keras on JAX.
    """

    size: Pair = Field(default=(2, 2), description="How often each row and each column is repeated.")
    data_format: DataFormat | None = Field(default=None, description=DATA_FORMAT)
    interpolation: Literal["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"] = Field(
        default="nearest",
        description="How new pixels are made: `nearest` repeats, the others are ever smoother and slower.",
    )

    search_words: ClassVar[tuple[str, ...]] = ("upsample", "enlarge", "resize", "repeat", "decoder", "上采样")
    places: ClassVar[tuple[str, ...]] = ("height", "width")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Twice the size", {"size": 2}, {"inputs": (TensorSpec((None, 8, 9, 3)),)}),
        Example("Uneven", {"size": [3, 2]}, {"inputs": (TensorSpec((None, None, None, 2)),)}),
        Example(
            "Smooth", {"size": 2, "interpolation": "bilinear"}, {"inputs": (TensorSpec((None, 8, 9, 3)),)}
        ),
        Example(
            "Channels first",
            {"size": 2, "data_format": "channels_first"},
            {"inputs": (TensorSpec((None, 3, 7, 5)),)},
        ),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        output = super().infer(inputs)["output"]
        return {"output": output if self.interpolation == "nearest" else floating(output)}

    def torch_call(self, inputs: Inputs) -> Call:
        further = {} if self.interpolation == "nearest" else {"interpolation": self.interpolation}
        return self._call("resizing.UpSampling", size=self.size, **further)
