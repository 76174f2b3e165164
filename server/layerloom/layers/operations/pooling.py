"""The operation type `Pooling`."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from layerloom.layers.base import Example, Inputs, Outputs, Port, conv_output, one, refuse
from layerloom.layers.calls import Call
from layerloom.layers.fields.numbers import DATA_FORMAT, DataFormat, Padding, Size, as_tuple
from layerloom.layers.operations.base import Operation
from layerloom.layers.operations.dtypes import as_float
from layerloom.tensors import TensorSpec

_NUMBER = {"type": "integer", "minimum": 1}
_Sizes = Annotated[
    Size | tuple[Size, ...],
    BeforeValidator(as_tuple),
    WithJsonSchema({"anyOf": [_NUMBER, {"type": "array", "items": _NUMBER}]}),
]
_MaybeSizes = Annotated[
    Size | tuple[Size, ...] | None,
    BeforeValidator(as_tuple),
    WithJsonSchema({"anyOf": [_NUMBER, {"type": "array", "items": _NUMBER}, {"type": "null"}]}),
]
_CLASSES = {
    "max_pool": "MaxPooling",
    "average_pool": "AveragePooling",
}


class Pooling(Operation):
    """Largest number or mean of windows: `ops.max_pool`, `ops.average_pool`.

    Over one to three axes between the batch and the channels: (batch, height, width, channels). Windows of
    `pool_size`, one every `strides` places (empty: side by side).
    """

    function: Literal["max_pool", "average_pool"] = Field(
        default="max_pool", description="Which function of `keras.ops`."
    )
    pool_size: _Sizes = Field(default=2, description="Size of a window.")
    strides: _MaybeSizes = Field(default=None, description="From window to window. Empty: as `pool_size`.")
    padding: Padding = Field(default="valid", description="`same`: the border is padded.")
    data_format: DataFormat | None = Field(default=None, description=DATA_FORMAT)

    search_words: ClassVar[tuple[str, ...]] = ("ops", "max_pool", "average_pool", "pool", "池化")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Half the size", {}, {"inputs": (TensorSpec((None, 8, 8, 3)),)}),
        Example(
            "Mean of three steps",
            {"function": "average_pool", "pool_size": 3, "strides": 1, "padding": "same"},
            {"inputs": (TensorSpec((None, 6, 4)),)},
        ),
    )
    input_ports: ClassVar[tuple[Port, ...]] = (Port("inputs", "Tensor: (batch, …, channels)."),)

    def _sizes(self, spec: TensorSpec, value: Any) -> tuple[int, ...]:
        axes = spec.rank - 2
        sizes: tuple[int, ...] = (value,) * axes if isinstance(value, int) else value
        if not 1 <= axes <= 3 or len(sizes) != axes:
            raise refuse(
                "shape.mismatch",
                f"got shape {spec} and windows of {value}; expected one to three axes between batch and channels, "
                "and one number for each.",
                "Give one number, or one for each of these axes.",
                port="inputs",
            )
        return sizes

    def torch_call(self, inputs: Inputs) -> Call:
        spec = one(inputs)
        sizes = self._sizes(spec, self.pool_size)
        strides = sizes if self.strides is None else self._sizes(spec, self.strides)
        arguments: dict[str, Any] = {"pool_size": sizes, "strides": strides, "padding": self.padding}
        if self.data_format == "channels_first":
            arguments["channels_first"] = True
        return Call(f"layerloom.layers.modules.pooling.{_CLASSES[self.function]}", arguments)

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs).without_mask()
        dtype = as_float(spec.dtype) if "average" in self.function else spec.dtype
        first = 2 if self.data_format == "channels_first" else 1
        shape = list(spec.shape)
        sizes = self._sizes(spec, self.pool_size)
        strides = sizes if self.strides is None else self._sizes(spec, self.strides)
        for axis, (size, stride) in enumerate(zip(sizes, strides, strict=True), first):
            found = conv_output(shape[axis], size, stride, self.padding)
            if found is not None and found < 1:
                raise refuse(
                    "shape.mismatch",
                    f"got shape {spec}; a window of {size} does not fit into {shape[axis]}.",
                    'Make `pool_size` smaller, or set `padding` to "same".',
                    port="inputs",
                    field="pool_size",
                )
            shape[axis] = found
        return {"output": TensorSpec(tuple(shape), dtype, spec.axes)}
