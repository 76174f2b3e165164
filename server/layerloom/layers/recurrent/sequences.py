"""What the recurrent layer types share: config, ports, shapes, weights."""

from dataclasses import replace
from typing import Any, ClassVar

from pydantic import Field, field_validator

from layerloom.layers.base import Category, Inputs, Outputs, Port, Weight, expect_rank, known, one, refuse
from layerloom.layers.fields.constraint import Constraint
from layerloom.layers.fields.initializer import Initializer, initializer
from layerloom.layers.fields.numbers import SEED, Rate, Seed, Size
from layerloom.layers.fields.regularizer import Regularizer
from layerloom.layers.kernels import KernelLayer
from layerloom.tensors import TensorSpec

_WHY = "it is the kernel's height"


class SequenceLayer(KernelLayer):
    """Reads (batch, time, features) step by step, with a state of `units` numbers."""

    units: Size = Field(description="Size of the state, and of the output's last axis.")
    return_sequences: bool = Field(
        default=False, description="Gives the output of every step, not of the last only."
    )
    return_state: bool = Field(default=False, description="Gives the last state too, on ports of its own.")
    go_backwards: bool = Field(
        default=False, description="Reads time from the end; with all outputs, they come in that order too."
    )
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
    zero_output_for_mask: bool = Field(
        default=False, description="A masked step gives zeros instead of the output before it."
    )
    stateful: bool = Field(
        default=False,
        description="Keras carries the state over to the next batch; not possible here, must be off.",
    )
    unroll: bool = Field(default=False, description="Kept for Keras' files; changes nothing.")
    use_cudnn: bool | str = Field(default="auto", description="Kept for Keras' files; changes nothing.")
    seed: Seed | None = Field(default=None, description=SEED)

    category: ClassVar[Category] = "recurrent"
    input_ports: ClassVar[tuple[Port, ...]] = (
        Port("sequence", "Sequence to read: (batch, time, features)."),
        Port("initial_state", "State to start from; zeros if nothing is wired.", least=0, most=1),
    )
    mask_out: ClassVar = "own"
    takes_mask: ClassVar[bool] = True
    gates: ClassVar[int] = 1
    states: ClassVar[tuple[str, ...]] = ("state_h",)

    @field_validator("stateful")
    @classmethod
    def _has_no_memory(cls, value: bool) -> bool:
        if value:
            raise ValueError(
                "a state that lasts from batch to batch is not supported; wire `initial_state` instead"
            )
        return value

    @property
    def is_random(self) -> bool:
        """True where training draws dropout masks."""
        return self.dropout > 0 or self.recurrent_dropout > 0

    def outputs(self) -> tuple[Port, ...]:
        meaning = "output of every step" if self.return_sequences else "output of the last step"
        first = Port("output", f"The {meaning}.")
        if not self.return_state:
            return (first,)
        return (first, *(Port(name, f"The last state {name[-1]}.") for name in self.states))

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs, "sequence")
        expect_rank(
            spec,
            3,
            "(batch, time, features)",
            "Add Reshape, or RepeatVector, to make it a sequence.",
            port="sequence",
        )
        known(spec, 2, why=_WHY, port="sequence")
        self._check_states(inputs.get("initial_state", ()))
        last = TensorSpec((spec.shape[0], self.units), axes=("batch", "features"))
        every = TensorSpec(
            (*spec.shape[:2], self.units),
            "float32",
            (*spec.axes[:2], "features"),
            spec.masked,
            spec.shape[:2],
        )
        outputs = {"output": every if self.return_sequences else last}
        if self.return_state:
            outputs |= dict.fromkeys(self.states, last)
        return outputs

    def _check_states(self, states: Any) -> None:  # Any: a sequence of specs
        if states and len(states) != len(self.states):
            raise refuse(
                "port.count",
                f"got {len(states)} tensors; expected {len(self.states)} ({', '.join(self.states)}) or none.",
                "Wire every state, in that order.",
                port="initial_state",
            )
        for name, state in zip(self.states, states, strict=False):
            if state.rank != 2 or state.features not in (None, self.units):
                raise refuse(
                    "shape.mismatch",
                    f"got {name} of shape {state}; expected (batch, {self.units}).",
                    f"Give it {self.units} features, as many as `units`.",
                    port="initial_state",
                )

    def weights(self, inputs: Inputs) -> tuple[Weight, ...]:
        features = known(one(inputs, "sequence"), 2, why=_WHY, port="sequence")
        width = self.gates * self.units
        recurrent = Weight(
            "recurrent_kernel", (self.units, width), self.recurrent_initializer, "weight_hh", self._layout(),
            regularizer=self.recurrent_regularizer, constraint=self.recurrent_constraint,
        )  # fmt: skip
        weights = (self._kernel((features, width), "weight_ih", self._layout()), recurrent, *self._biases())
        return tuple(replace(weight, group="cell") for weight in weights)

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        _, time, features = one(inputs, "sequence").shape
        per_step = 2 * self.gates * self.units * ((features or 0) + self.units) + 10 * self.units
        return (time or 1) * per_step

    def _layout(self) -> tuple[int, ...] | str:
        return (1, 0)

    def _biases(self) -> tuple[Weight, ...]:
        return self._bias(self.gates * self.units)

    def _arguments(self, inputs: Inputs) -> dict[str, Any]:
        """Constructor arguments of `modules.recurrent.Recurrent`, those at their default left out."""
        arguments: dict[str, Any] = {
            "features": known(one(inputs, "sequence"), 2, why=_WHY, port="sequence"),
            "units": self.units,
        }
        if not self.use_bias:
            arguments["bias"] = False
        names = (
            "return_sequences", "return_state", "go_backwards", "zero_output_for_mask", "dropout",
            "recurrent_dropout",
        )  # fmt: skip
        return arguments | {name: value for name in names if (value := getattr(self, name))}
