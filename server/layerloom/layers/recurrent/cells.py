"""What one recurrent step is: config, weights and module that a layer such as LSTM and its cell share."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from pydantic import Field

from layerloom.layers.base import Category, Inputs, Outputs, Port, Weight, refuse
from layerloom.layers.calls import Call
from layerloom.layers.fields.activation import StepActivation, activation_field
from layerloom.layers.fields.constraint import Constraint
from layerloom.layers.fields.initializer import Initializer, initializer
from layerloom.layers.fields.numbers import SEED, Rate, Seed, Size
from layerloom.layers.fields.regularizer import Regularizer
from layerloom.layers.kernels import KernelConfig

Settings = Mapping[str, Any]
"""Constructor arguments of `modules.recurrence.Recurrence`, those at their default left out."""

IMPLEMENTATION = "1 draws a dropout mask for each gate, 2 one for all; nothing else changes."


class CellConfig(KernelConfig):
    """A step over vectors with a state of `units` numbers."""

    units: Size = Field(description="Size of the state, and of the output's last axis.")
    dropout: Rate = Field(default=0.0, description="Share of the input that is dropped in training.")
    recurrent_dropout: Rate = Field(
        default=0.0,
        description="Share of the state that is dropped in training; rules out torch's fast kernel.",
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
    seed: Seed | None = Field(default=None, description=SEED)

    target: ClassVar[str]
    """The module of a whole layer of such steps."""
    gates: ClassVar[int] = 1
    states: ClassVar[tuple[str, ...]] = ("state_h",)

    @property
    def is_dropping(self) -> bool:
        """True where training draws dropout masks."""
        return self.dropout > 0 or self.recurrent_dropout > 0

    def cell_weights(self, features: int) -> tuple[Weight, ...]:
        """The weights of a step over vectors of that many features."""
        width = self.gates * self.units
        recurrent = Weight(
            "recurrent_kernel", (self.units, width), self.recurrent_initializer, "weight_hh", self._layout(),
            regularizer=self.recurrent_regularizer, constraint=self.recurrent_constraint,
        )  # fmt: skip
        return (self._kernel((features, width), "weight_ih", self._layout()), recurrent, *self._biases())

    def cell_flops(self, features: int) -> int:
        """Operations of one step of one sample."""
        return 2 * self.gates * self.units * (features + self.units) + 10 * self.units

    def module_call(self, features: int, settings: Settings) -> Call:
        """A whole layer of such steps."""
        arguments: dict[str, Any] = {"features": features, "units": self.units}
        if not self.use_bias:
            arguments["bias"] = False
        names = ("dropout", "recurrent_dropout")
        arguments |= {name: value for name in names if (value := getattr(self, name))}
        return Call(self.target, {**arguments, **settings, **self._own_arguments()})

    def _own_arguments(self) -> dict[str, Any]:
        return {}

    def _layout(self) -> tuple[int, ...] | str:
        return (1, 0)

    def _biases(self) -> tuple[Weight, ...]:
        return self._bias(self.gates * self.units)


class GatedConfig(CellConfig):
    """A step with gates."""

    activation: StepActivation = activation_field("tanh", "Function of the proposed state.")
    recurrent_activation: StepActivation = activation_field("sigmoid", "Function of the gates.")
    implementation: int = Field(default=2, ge=0, le=2, description=IMPLEMENTATION)

    def _own_arguments(self) -> dict[str, Any]:
        arguments: dict[str, Any] = {}
        if (self.activation, self.recurrent_activation) != ("tanh", "sigmoid"):
            arguments |= {"activation": self.activation, "recurrent_activation": self.recurrent_activation}
        if self.implementation == 1 and self.dropout:
            arguments["gated_dropout"] = True
        return arguments


class LSTMConfig(GatedConfig):
    """A step of an LSTM."""

    unit_forget_bias: bool = Field(
        default=True, description="The forget gate's bias starts at 1, so that the cell remembers at first."
    )

    target: ClassVar[str] = "layerloom.layers.modules.lstm.LSTM"
    gates: ClassVar[int] = 4
    states: ClassVar[tuple[str, ...]] = ("state_h", "state_c")

    def _biases(self) -> tuple[Weight, ...]:
        return forgetting(self._bias(4 * self.units), self.unit_forget_bias)


class GRUConfig(GatedConfig):
    """A step of a GRU."""

    reset_after: bool = Field(
        default=True, description="The reset gate acts after the product with the state's kernel."
    )

    target: ClassVar[str] = "layerloom.layers.modules.gru.GRU"
    gates: ClassVar[int] = 3

    def _layout(self) -> tuple[int, ...] | str:
        return "gru_kernel"

    def _biases(self) -> tuple[Weight, ...]:
        if not self.use_bias:
            return ()
        width = 3 * self.units
        return (
            Weight(
                "bias", (2, width) if self.reset_after else (width,), self.bias_initializer, "bias", "gru_bias",
                regularizer=self.bias_regularizer, constraint=self.bias_constraint,
            ),
        )  # fmt: skip

    def _own_arguments(self) -> dict[str, Any]:
        arguments = super()._own_arguments()
        if not self.reset_after:
            arguments["reset_after"] = False
        return arguments


class SimpleRNNConfig(CellConfig):
    """A step of a SimpleRNN."""

    activation: StepActivation = activation_field("tanh", "Function of the state.")

    target: ClassVar[str] = "layerloom.layers.modules.simple_rnn.SimpleRNN"

    def _own_arguments(self) -> dict[str, Any]:
        return {} if self.activation == "tanh" else {"activation": self.activation}


class Cell(KernelConfig):
    """Base of the layer types that only an RNN's config names."""

    category: ClassVar[Category] = "recurrent"
    input_ports: ClassVar[tuple[Port, ...]] = (Port("inputs", "A cell can't be called.", least=0),)
    is_callable: ClassVar[bool] = False

    def infer(self, inputs: Inputs) -> Outputs:
        raise not_callable()


def not_callable() -> Exception:
    """Why a node can't call a cell."""
    return refuse(
        "layer.not_callable",
        "is one step of a recurrent layer; a node can't call it.",
        "Name it as the `cell` of an RNN layer, and call that.",
    )


def forgetting(weights: tuple[Weight, ...], unit_forget_bias: bool) -> tuple[Weight, ...]:
    """The bias of an LSTM (or none), with ones for the forget gate where `unit_forget_bias`."""
    if not unit_forget_bias:
        return weights
    return tuple(
        replace(each, initializer={"type": "UnitForgetBias", "config": {"bias": each.initializer}})
        for each in weights
    )
