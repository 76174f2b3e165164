"""The layer type `LayerScale`."""

from typing import Annotated, ClassVar

from pydantic import Field

from layerloom.layers.base import (
    Category,
    Example,
    Inputs,
    KerasLayer,
    Outputs,
    Weight,
    floating,
    one,
    refuse,
)
from layerloom.layers.calls import Call
from layerloom.layers.fields.numbers import Size
from layerloom.tensors import TensorSpec


class LayerScale(KerasLayer):
    """Scales each channel by a learned number, which starts near nothing.

    `gamma · x` over the last axis; `gamma` starts as `init_values`, so that a residual block begins as almost the
    identity (https://arxiv.org/abs/2103.17239). Keras has it in ConvNeXt of `keras.applications`. The shape stays.
    """

    init_values: Annotated[float, Field(allow_inf_nan=False)] = Field(
        description="What every number is at first, such as 0.000001."
    )
    projection_dim: Size = Field(description="Size of the last axis.")

    category: ClassVar[Category] = "normalization"
    search_words: ClassVar[tuple[str, ...]] = ("scale", "residual", "ConvNeXt", "gamma", "缩放")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "At the end of a residual block",
            {"init_values": 1e-6, "projection_dim": 8},
            {"inputs": (TensorSpec((None, 7, 7, 8)),)},
        ),
        Example(
            "Features of a vector",
            {"init_values": 0.1, "projection_dim": 5},
            {"inputs": (TensorSpec((None, 5)),)},
        ),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs)
        if spec.rank < 2 or spec.features not in (None, self.projection_dim):
            raise refuse(
                "shape.mismatch",
                f"got shape {spec}; its last axis must have size {self.projection_dim}, as `projection_dim` says.",
                "Set `projection_dim` to the size of the last axis.",
                port="inputs",
                field="projection_dim",
            )
        return {"output": floating(spec.without_mask())}

    def weights(self, inputs: Inputs) -> tuple[Weight, ...]:
        constant = {"type": "Constant", "config": {"value": self.init_values}}
        return (Weight("gamma", (self.projection_dim,), constant, "weight"),)

    def torch_call(self, inputs: Inputs) -> Call:
        return Call("layerloom.layers.modules.layer_scale.LayerScale", {"channels": self.projection_dim})
