"""The layer type `CenterCrop`."""

from typing import Any, ClassVar

from layerloom.layers.base import Example, Inputs, Outputs, floating
from layerloom.layers.calls import Call
from layerloom.layers.preprocessing.pictures import PicturesLayer
from layerloom.tensors import TensorSpec


class CenterCrop(PicturesLayer):
    """Cuts the middle out of pictures.

    (batch, any height, any width, channels) → (batch, `height`, `width`, channels). A picture that is
    smaller in height or width is cut to the new ratio and enlarged (`bilinear`) instead.
    """

    search_words: ClassVar[tuple[str, ...]] = ("crop", "middle", "image size", "中心裁剪")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("The middle", {"height": 4, "width": 5}, {"inputs": (TensorSpec((None, 9, 8, 3)),)}),
        Example("Of any size", {"height": 7, "width": 3}, {"inputs": (TensorSpec((None, None, None, 3)),)}),
        Example(
            "Channels first",
            {"height": 4, "width": 4, "data_format": "channels_first"},
            {"inputs": (TensorSpec((None, 3, 7, 6), "uint8"),)},
        ),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        return {"output": floating(super().infer(inputs)["output"])}

    def torch_call(self, inputs: Inputs) -> Call:
        arguments: dict[str, Any] = {"height": self.height, "width": self.width}
        if self.is_channels_first:
            arguments["channels_first"] = True
        return Call("layerloom.layers.modules.resizing.CenterCrop", arguments)
