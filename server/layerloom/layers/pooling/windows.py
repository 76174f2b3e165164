"""What the pooling layer types share: config and shapes of windows, and of pooling over everything."""

import math
from typing import Any, ClassVar

from pydantic import Field

from layerloom.layers.base import Category, Inputs, KerasLayer, Outputs, conv_output, expect_rank, one, refuse
from layerloom.layers.calls import Call
from layerloom.layers.fields.numbers import DATA_FORMAT, DataFormat, Padding
from layerloom.tensors import TensorSpec

_HINTS = {
    1: "Pooling over time takes a sequence; add Reshape.",
    2: "Pooling takes pictures; add Reshape.",
    3: "Pooling takes volumes; add Reshape.",
}


class PoolingLayer(KerasLayer):
    """Takes each window of a few cells to one value."""

    padding: Padding = Field(
        default="valid", description="`same` keeps cells at the rim; `valid` drops them."
    )
    data_format: DataFormat | None = Field(default=None, description=DATA_FORMAT)

    category: ClassVar[Category] = "pooling"
    places: ClassVar[tuple[str, ...]]
    module: ClassVar[str]
    divides: ClassVar[bool] = False
    """True where the result has a decimal point whatever the input has."""

    pool_size: Any
    strides: Any

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs)
        first, axes = _placed(spec, self.places, self.data_format)
        shape = list(spec.shape)
        steps = self.strides or self.pool_size
        for axis, (window, step) in enumerate(zip(self.pool_size, steps, strict=True), start=first):
            shape[axis] = size = conv_output(spec.shape[axis], window, step, self.padding)
            if size is not None and size < 1:
                raise refuse(
                    "shape.mismatch",
                    f"got shape {spec}, smaller than the window {list(self.pool_size)}.",
                    'Set `padding` to "same", or make the window smaller.',
                    field="pool_size",
                )
        dtype = spec.dtype if not self.divides or "float" in spec.dtype else "float32"
        return {"output": TensorSpec(tuple(shape), dtype, axes)}

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        return int(math.prod(self.pool_size)) * (outputs["output"].elements or 0)

    def torch_call(self, inputs: Inputs) -> Call:
        arguments = {
            "pool_size": self.pool_size, "strides": self.strides or self.pool_size, "padding": self.padding,
        }  # fmt: skip
        if self.data_format == "channels_first":
            arguments["channels_first"] = True
        return Call(f"layerloom.layers.modules.pooling.{self.module}", arguments)


class GlobalPoolingLayer(KerasLayer):
    """Takes all places of each channel to one value."""

    data_format: DataFormat | None = Field(default=None, description=DATA_FORMAT)
    keepdims: bool = Field(default=False, description="The axes that are pooled stay, with size 1.")

    category: ClassVar[Category] = "pooling"
    places: ClassVar[tuple[str, ...]]
    module: ClassVar[str]
    divides: ClassVar[bool] = False

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs)
        first, axes = _placed(spec, self.places, self.data_format)
        pooled = range(first, first + len(self.places))
        dtype = spec.dtype if not self.divides or "float" in spec.dtype else "float32"
        if self.keepdims:
            shape = tuple(1 if axis in pooled else size for axis, size in enumerate(spec.shape))
            return {"output": TensorSpec(shape, dtype, axes)}
        channels = spec.shape[1 if first == 2 else -1]
        return {"output": TensorSpec((spec.shape[0], channels), dtype, ("batch", "features"))}

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        return one(inputs).elements or 0

    def torch_call(self, inputs: Inputs) -> Call:
        arguments: dict[str, Any] = {"keepdims": True} if self.keepdims else {}
        if self.data_format == "channels_first":
            arguments["channels_first"] = True
        return Call(f"layerloom.layers.modules.pooling.{self.module}", arguments)


class AdaptivePoolingLayer(KerasLayer):
    """Takes windows of such sizes that the result has the size that is wanted."""

    data_format: DataFormat | None = Field(default=None, description=DATA_FORMAT)

    category: ClassVar[Category] = "pooling"
    places: ClassVar[tuple[str, ...]]
    module: ClassVar[str]
    divides: ClassVar[bool] = False

    output_size: Any

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs)
        first, axes = _placed(spec, self.places, self.data_format)
        shape = (*spec.shape[:first], *self.output_size, *spec.shape[first + len(self.places) :])
        dtype = spec.dtype if not self.divides or "float" in spec.dtype else "float32"
        return {"output": TensorSpec(shape, dtype, axes)}

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        return max(one(inputs).elements or 0, outputs["output"].elements or 0)

    def torch_call(self, inputs: Inputs) -> Call:
        arguments: dict[str, Any] = {"output_size": self.output_size}
        if self.data_format == "channels_first":
            arguments["channels_first"] = True
        return Call(f"layerloom.layers.modules.pooling.{self.module}", arguments)


def _placed(
    spec: TensorSpec, places: tuple[str, ...], data_format: str | None
) -> tuple[int, tuple[str, ...]]:
    """Position of the first pooled axis, and the names of all axes."""
    is_first = data_format == "channels_first"
    channels = "channels" if len(places) > 1 else "features"
    wanted = (channels, *places) if is_first else (*places, channels)
    expect_rank(spec, len(places) + 2, f"(batch, {', '.join(wanted)})", _HINTS[len(places)])
    return (2 if is_first else 1), ("batch", *wanted)
