"""The layer type `Rescaling`."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, WithJsonSchema

from layerloom.layers.base import Category, Example, Inputs, KerasLayer, Outputs, floating, one, refuse
from layerloom.layers.calls import Call
from layerloom.tensors import TensorSpec

_Number = Annotated[float, Field(allow_inf_nan=False)]


def _read(value: object) -> object:
    if isinstance(value, Mapping) and value.get("class_name") == "__numpy__":  # an array, as Keras saves it
        config = value.get("config")
        value = config.get("value") if isinstance(config, Mapping) else value
    return tuple(value) if isinstance(value, list) else value


_SCHEMA: dict[str, Any] = {
    "anyOf": [{"type": "number"}, {"type": "array", "items": {"type": "number"}, "minItems": 1}]
}
_Numbers = Annotated[
    _Number | Annotated[tuple[_Number, ...], Field(min_length=1, max_length=65536)],
    BeforeValidator(_read),
    WithJsonSchema(_SCHEMA),
]


class Rescaling(KerasLayer):
    """Brings numbers into another range.

    `inputs · scale + offset`, whole numbers becoming decimal ones first: bytes with `scale` 1/255 lie from 0
    to 1. A list has one number for each entry of the last axis. (batch, …) → (batch, …).
    """

    scale: _Numbers = Field(description="Factor: a number, or one for each entry of the last axis.")
    offset: _Numbers = Field(
        default=0.0, description="What is added then: a number, or one for each entry of the last axis."
    )

    category: ClassVar[Category] = "preprocessing"
    search_words: ClassVar[tuple[str, ...]] = (
        "normalise",
        "255",
        "range",
        "scale",
        "pixels",
        "归一化",
        "缩放",
    )
    mask_out: ClassVar = "pass"
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "Bytes to 0…1",
            {"scale": 0.00392156862745098},
            {"inputs": (TensorSpec((None, 8, 8, 3), "uint8"),)},
        ),
        Example(
            "Each channel by itself",
            {"scale": [0.5, 1.0, 2.0], "offset": [-1, 0, 1.5]},
            {"inputs": (TensorSpec((None, None, None, 3)),)},
        ),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs)
        for field in ("scale", "offset"):
            value = getattr(self, field)
            count = len(value) if isinstance(value, tuple) else 1
            if count > 1 and (spec.rank < 2 or spec.features not in (None, count)):
                raise refuse(
                    "shape.mismatch",
                    f"got shape {spec}; `{field}` has {count} numbers, which must be as many as its last axis.",
                    f"Give `{field}` one number, or one for each entry of the last axis.",
                    field=field,
                )
        return {"output": floating(spec)}

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        return 2 * (one(inputs).elements or 0)

    def torch_call(self, inputs: Inputs) -> Call:
        arguments = {"scale": self.scale, "offset": self.offset}
        return Call("layerloom.layers.modules.rescaling.Rescaling", arguments)
