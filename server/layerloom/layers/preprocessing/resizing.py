"""The layer type `Resizing`."""

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from layerloom.layers.base import Example, Inputs, Outputs, one, refuse
from layerloom.layers.calls import Call
from layerloom.layers.preprocessing.pictures import PicturesLayer
from layerloom.tensors import TensorSpec


class Resizing(PicturesLayer):
    """Makes pictures of one height and width.

    (batch, any height, any width, channels) → (batch, `height`, `width`, channels), with the numbers of
    Keras on JAX. Whole numbers stay whole: bytes are rounded and kept from 0 to 255. A picture of another
    ratio is stretched, unless it is cut (`crop_to_aspect_ratio`) or gets a rim (`pad_to_aspect_ratio`).
    """

    interpolation: Literal["bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"] = Field(
        default="bilinear", description="How new pixels are made of old ones."
    )
    crop_to_aspect_ratio: bool = Field(
        default=False,
        description="Cuts out the largest middle that has the new ratio, instead of stretching.",
    )
    pad_to_aspect_ratio: bool = Field(
        default=False, description="Adds a rim until the picture has the new ratio, instead of stretching."
    )
    fill_mode: Literal["constant"] = Field(
        default="constant", description="What the rim is made of: `fill_value`; Keras has no other."
    )
    fill_value: float = Field(default=0.0, allow_inf_nan=False, description="Value of the rim.")
    antialias: bool = Field(
        default=False, description="Makes a smaller picture of all old pixels; slower, without jagged lines."
    )

    search_words: ClassVar[tuple[str, ...]] = (
        "resize",
        "image size",
        "scale",
        "interpolate",
        "缩放",
        "调整大小",
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "Pictures of any size",
            {"height": 8, "width": 8},
            {"inputs": (TensorSpec((None, None, None, 3)),)},
        ),
        Example(
            "Bytes, without stretching",
            {"height": 5, "width": 5, "crop_to_aspect_ratio": True},
            {"inputs": (TensorSpec((None, 9, 12, 3), "uint8"),)},
        ),
        Example(
            "With a rim",
            {
                "height": 6,
                "width": 6,
                "pad_to_aspect_ratio": True,
                "fill_value": 1.0,
                "interpolation": "nearest",
            },
            {"inputs": (TensorSpec((None, 4, 9, 2)),)},
        ),
        Example(
            "Channels first, smooth",
            {
                "height": 4,
                "width": 3,
                "interpolation": "bicubic",
                "antialias": True,
                "data_format": "channels_first",
            },
            {"inputs": (TensorSpec((None, 2, 9, 8)),)},
        ),
    )

    @model_validator(mode="after")
    def _cuts_or_pads(self) -> "Resizing":
        if self.crop_to_aspect_ratio and self.pad_to_aspect_ratio:
            raise ValueError("`crop_to_aspect_ratio` and `pad_to_aspect_ratio` can't both be on")
        return self

    def infer(self, inputs: Inputs) -> Outputs:
        if one(inputs).dtype == "bool":
            raise refuse(
                "shape.mismatch",
                f"got {one(inputs)} of yes and no (bool); there is nothing between the two.",
                "Cast it to float32 or uint8 before.",
            )
        return super().infer(inputs)

    def torch_call(self, inputs: Inputs) -> Call:
        further = {
            "interpolation": (self.interpolation, "bilinear"),
            "crop": (self.crop_to_aspect_ratio, False),
            "pad": (self.pad_to_aspect_ratio, False),
            "fill_value": (self.fill_value, 0.0),
            "antialias": (self.antialias, False),
            "channels_first": (self.is_channels_first, False),
        }
        arguments = {"height": self.height, "width": self.width} | {
            name: value for name, (value, default) in further.items() if value != default
        }
        return Call("layerloom.layers.modules.resizing.Resizing", arguments)
