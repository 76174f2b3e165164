"""What `ConvLSTM1D`, `ConvLSTM2D` and `ConvLSTM3D` share: config, shapes, weights."""

import math
from dataclasses import replace
from typing import Any, ClassVar

from pydantic import Field, model_validator

from layerloom.layers.base import Inputs, Outputs, Port, Weight, conv_output, expect_rank, known, one, refuse
from layerloom.layers.calls import Call
from layerloom.layers.fields.activation import StepActivation, activation_field
from layerloom.layers.fields.constraint import Constraint
from layerloom.layers.fields.initializer import Initializer, initializer
from layerloom.layers.fields.numbers import DATA_FORMAT, SEED, DataFormat, Padding, Rate, Seed, Size
from layerloom.layers.fields.regularizer import Regularizer
from layerloom.layers.kernels import KernelLayer
from layerloom.layers.recurrent.cells import forgetting
from layerloom.layers.recurrent.sequences import SequenceOptions
from layerloom.tensors import Shape, TensorSpec


class ConvLSTMLayer(SequenceOptions, KernelLayer):
    """An LSTM whose states are pictures."""

    filters: Size = Field(description="Number of kernels of each gate, and so of output channels.")
    padding: Padding = Field(default="valid", description="`same` adds zeros around; `valid` adds none.")
    data_format: DataFormat | None = Field(default=None, description=DATA_FORMAT)
    activation: StepActivation = activation_field("tanh", "Function of the cell and of the output.")
    recurrent_activation: StepActivation = activation_field("sigmoid", "Function of the gates.")
    unit_forget_bias: bool = Field(
        default=True, description="The forget gate's bias starts at 1, so that the cell remembers at first."
    )
    recurrent_initializer: Initializer = initializer(
        "orthogonal", "How the state's kernel is drawn at first."
    )
    recurrent_regularizer: Regularizer = Field(
        default=None, description="Penalty on the state's kernel, added to the loss."
    )
    recurrent_constraint: Constraint = Field(
        default=None, description="Bound on the state's kernel, kept after each step."
    )
    dropout: Rate = Field(default=0.0, description="Share of the input that is dropped in training.")
    recurrent_dropout: Rate = Field(
        default=0.0, description="Share of the state that is dropped in training."
    )
    seed: Seed | None = Field(default=None, description=SEED)

    input_ports: ClassVar[tuple[Port, ...]] = (
        Port("sequence", "Sequence to read: (batch, time, …, channels)."),
        Port("initial_state", "State to start from: state_h, then state_c; zeros if nothing is wired.", 0, 2),
    )
    places: ClassVar[tuple[str, ...]]
    """Names of the axes that the kernel slides over."""

    kernel_size: Any
    strides: Any
    dilation_rate: Any

    @model_validator(mode="after")
    def _one_of_strides_and_dilation(self) -> "ConvLSTMLayer":
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError("`strides` and `dilation_rate` can't both be greater than 1")
        return self

    @property
    def is_channels_first(self) -> bool:
        return self.data_format == "channels_first"

    @property
    def is_random(self) -> bool:
        return self.dropout > 0 or self.recurrent_dropout > 0

    def state_names(self) -> tuple[str, ...]:
        return ("state_h", "state_c")

    def state_shapes(self, spec: TensorSpec) -> tuple[Shape, ...]:
        shape = self.step_shape(spec)
        return (shape, shape)

    def step_shape(self, spec: TensorSpec) -> Shape:
        first = 3 if self.is_channels_first else 2
        windows = zip(self.kernel_size, self.strides, self.dilation_rate, strict=True)
        sizes = [
            conv_output(spec.shape[axis], kernel, stride, self.padding, dilation)
            for axis, (kernel, stride, dilation) in enumerate(windows, start=first)
        ]
        return (self.filters, *sizes) if self.is_channels_first else (*sizes, self.filters)

    def axis_names(self) -> tuple[str, ...]:
        return ("channels", *self.places) if self.is_channels_first else (*self.places, "channels")

    def check_sequence(self, spec: TensorSpec) -> None:
        wanted = f"(batch, time, {', '.join(self.axis_names())})"
        hint = "Add Reshape; a grey picture has one channel."
        expect_rank(spec, len(self.places) + 3, wanted, hint, port="sequence")
        self._channels(spec)
        if spec.masked and len(spec.mask_shape) != 2:
            raise refuse(
                "shape.mismatch",
                f"got a mask with {len(spec.mask_shape)} axes beside {spec}; expected (batch, time), for a step is "
                "skipped as a whole.",
                "Wire a mask of (batch, time) by SetMask, or take the mask away by it.",
                port="sequence",
            )
        if any(size is not None and size < 1 for size in self.step_shape(spec)):
            raise refuse(
                "shape.mismatch",
                f"got shape {spec}, smaller than the kernel {list(self.kernel_size)} with "
                f"`dilation_rate` {list(self.dilation_rate)}.",
                'Set `padding` to "same", or make the kernel smaller.',
                field="kernel_size",
            )

    def weights(self, inputs: Inputs) -> tuple[Weight, ...]:
        channels = self._channels(one(inputs, "sequence"))
        width, count = 4 * self.filters, len(self.places)
        layout = (count + 1, count, *range(count))
        recurrent = Weight(
            "recurrent_kernel", (*self.kernel_size, self.filters, width), self.recurrent_initializer,
            "weight_hh", layout, regularizer=self.recurrent_regularizer,
            constraint=self.recurrent_constraint,
        )  # fmt: skip
        kernel = self._kernel((*self.kernel_size, channels, width), "weight_ih", layout)
        weights = (kernel, recurrent, *forgetting(self._bias(width), self.unit_forget_bias))
        return tuple(replace(weight, group="cell") for weight in weights)

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        spec = one(inputs, "sequence")
        places = math.prod(size or 1 for size in self.step_shape(spec)) // self.filters
        depth = self._channels(spec) + self.filters
        window = int(math.prod(self.kernel_size))
        per_step = places * self.filters * (8 * window * depth + 10)
        return (spec.shape[1] or 1) * per_step

    def torch_call(self, inputs: Inputs) -> Call:
        arguments: dict[str, Any] = {
            "in_channels": self._channels(one(inputs, "sequence")),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "dilation_rate": self.dilation_rate,
        }
        further = {
            "bias": (self.use_bias, True),
            "activation": (self.activation, "tanh"),
            "recurrent_activation": (self.recurrent_activation, "sigmoid"),
            "channels_first": (self.is_channels_first, False),
            "dropout": (self.dropout, 0.0),
            "recurrent_dropout": (self.recurrent_dropout, 0.0),
        }
        arguments |= {name: value for name, (value, default) in further.items() if value != default}
        return Call("layerloom.layers.modules.conv_lstm.ConvLSTM", arguments | self.settings())

    def _channels(self, spec: TensorSpec) -> int:
        axis = 2 if self.is_channels_first else -1
        return known(spec, axis, why="it is the depth of the kernel", port="sequence")
