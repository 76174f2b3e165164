"""The layer type `Dropout`."""

from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, WithJsonSchema

from layerloom.layers.base import Category, Example, Inputs, KerasLayer, Outputs, floating, one, refuse
from layerloom.layers.calls import Call
from layerloom.layers.fields.numbers import SEED, Rate, Seed, Size, as_tuple
from layerloom.tensors import TensorSpec

_NOISE_SCHEMA = {
    "anyOf": [
        {"type": "array", "items": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]}},
        {"type": "null"},
    ]
}


class Dropout(KerasLayer):
    """Zeroes a share of the numbers at random while training.

    Each number becomes 0 with probability `rate`, else it is multiplied by 1 / (1 - rate), so that the mean
    stays. At inference nothing happens. (batch, …) → (batch, …).
    """

    rate: Rate = Field(description="Share of numbers that are dropped, from 0 to 1.")
    noise_shape: Annotated[
        tuple[Size | None, ...] | None, BeforeValidator(as_tuple), WithJsonSchema(_NOISE_SCHEMA)
    ] = Field(
        default=None,
        description="Shape of the draw, batch included: 1 where one draw serves an axis, null for its size.",
    )
    seed: Seed | None = Field(default=None, description=SEED)

    category: ClassVar[Category] = "regularization"
    search_words: ClassVar[tuple[str, ...]] = ("regularise", "overfitting", "random", "随机失活")
    mask_out: ClassVar = "pass"
    depends_on_training: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Half of the features", {"rate": 0.5}, {"inputs": (TensorSpec((None, 64)),)}),
        Example(
            "The same features at every step",
            {"rate": 0.2, "noise_shape": [None, 1, None]},
            {"inputs": (TensorSpec((None, 10, 8)),)},
        ),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs)
        if self.noise_shape is not None and len(self.noise_shape) != spec.rank:
            raise refuse(
                "config.invalid",
                f"got shape {spec}; `noise_shape` {list(self.noise_shape)} has {len(self.noise_shape)} axes, "
                f"not {spec.rank}.",
                "Give `noise_shape` one entry for each axis, batch included; null takes the axis' size.",
                field="noise_shape",
            )
        for axis, (size, wanted) in enumerate(zip(spec.shape, self.noise_shape or (), strict=False)):
            if wanted not in (None, 1, size):
                raise refuse(
                    "config.invalid",
                    f"got shape {spec}; `noise_shape` {list(self.noise_shape or ())} has {wanted} for axis {axis}, "
                    f"whose size is {'known only at run time' if size is None else size}.",
                    "Take null for the axis' own size, or 1 where one draw serves the axis.",
                    field="noise_shape",
                )
        return {"output": floating(spec)}

    def torch_call(self, inputs: Inputs) -> Call:
        arguments = {"rate": self.rate, "noise_shape": self.noise_shape}
        return Call("layerloom.layers.modules.noise.Dropout", arguments)
