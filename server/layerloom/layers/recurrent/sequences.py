"""What the recurrent layer types share: options, ports, masks, shapes."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from pydantic import Field

from layerloom.layers.base import (
    Category,
    Inputs,
    KerasLayer,
    Outputs,
    Port,
    Weight,
    expect_rank,
    known,
    one,
    refuse,
)
from layerloom.layers.calls import Call
from layerloom.layers.kernels import KernelLayer
from layerloom.layers.recurrent.cells import CellConfig
from layerloom.tensors import Shape, TensorSpec

_WHY = "it is the kernel's height"


class SequenceOptions(KerasLayer):
    """Reads a tensor step by step along axis 1, with a state."""

    return_sequences: bool = Field(
        default=False, description="Gives the output of every step, not of the last only."
    )
    return_state: bool = Field(default=False, description="Gives the last state too, on ports of its own.")
    go_backwards: bool = Field(
        default=False, description="Reads time from the end; with all outputs, they come in that order too."
    )
    zero_output_for_mask: bool = Field(
        default=False, description="A masked step gives zeros instead of the output before it."
    )
    stateful: bool = Field(
        default=False,
        description="The state lasts from batch to batch; all batches must have the same size.",
    )
    unroll: bool = Field(default=False, description="Kept for Keras' files; changes nothing.")
    explicit_mask: bool = Field(
        default=False,
        description="A mask counts beside an `initial_state` too; so it does where Keras' call names it.",
    )

    category: ClassVar[Category] = "recurrent"
    call_fields: ClassVar[tuple[str, ...]] = ("explicit_mask",)
    input_ports: ClassVar[tuple[Port, ...]] = (
        Port("sequence", "Sequence to read: (batch, time, features)."),
        Port("initial_state", "State to start from; zeros if nothing is wired.", least=0, most=1),
    )
    mask_out: ClassVar = "own"
    takes_mask: ClassVar[bool] = True

    @property
    def is_random(self) -> bool:
        """True where training draws dropout masks."""
        return False

    @abstractmethod
    def state_names(self) -> tuple[str, ...]:
        """Names of the states, in Keras' order: `state_h`, `state_c`."""

    @abstractmethod
    def state_shapes(self, spec: TensorSpec) -> tuple[Shape, ...]:
        """Shapes of the states without the batch, for a sequence."""

    @abstractmethod
    def step_shape(self, spec: TensorSpec) -> Shape:
        """Shape of one step's output without the batch."""

    @abstractmethod
    def axis_names(self) -> tuple[str, ...]:
        """Names of the axes of a step's output."""

    @abstractmethod
    def check_sequence(self, spec: TensorSpec) -> None:
        """Refuse a sequence that can't be read."""

    def outputs(self) -> tuple[Port, ...]:
        meaning = "output of every step" if self.return_sequences else "output of the last step"
        first = Port("output", f"The {meaning}.")
        if not self.return_state:
            return (first,)
        return (first, *state_ports(self.state_names()))

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs, "sequence")
        self.check_sequence(spec)
        shapes = self.state_shapes(spec)
        self._check_states(inputs.get("initial_state", ()), shapes)
        axes = self.axis_names()
        shape = self.step_shape(spec)
        if self.return_sequences:
            names = (*spec.axes[:2], *axes)
            output = TensorSpec((*spec.shape[:2], *shape), "float32", names, spec.masked, spec.shape[:2])
        else:
            output = TensorSpec((spec.shape[0], *shape), axes=("batch", *axes))
        outputs = {"output": output}
        if self.return_state:
            outputs |= {
                name: TensorSpec((spec.shape[0], *each), axes=("batch", *axes))
                for name, each in zip(self.state_names(), shapes, strict=True)
            }
        return outputs

    def _check_states(self, states: Sequence[TensorSpec], shapes: Sequence[Shape]) -> None:
        names = self.state_names()
        if states and len(states) != len(names):
            raise refuse(
                "port.count",
                f"got {len(states)} tensors; expected {len(names)} ({', '.join(names)}) or none.",
                "Wire every state, in that order.",
                port="initial_state",
            )
        for name, state, shape in zip(names, states, shapes, strict=False):
            fits = len(state.shape) == len(shape) + 1 and all(
                None in (have, want) or have == want
                for have, want in zip(state.shape[1:], shape, strict=True)
            )
            if not fits:
                wanted = TensorSpec((None, *shape), axes=("batch", *self.axis_names()))
                raise refuse(
                    "shape.mismatch",
                    f"got {name} of shape {state}; expected {wanted}.",
                    f"Give it the shape {wanted}, that of this layer's own state.",
                    port="initial_state",
                )

    def settings(self) -> dict[str, Any]:
        """Constructor arguments of `modules.recurrence.Recurrence`, those at their default left out."""
        names = (
            "return_sequences", "return_state", "go_backwards", "zero_output_for_mask", "stateful",
            "explicit_mask",
        )  # fmt: skip
        return {name: True for name in names if getattr(self, name)}


class VectorSequence(SequenceOptions):
    """Reads (batch, time, features) with one cell, or with several on top of each other."""

    @abstractmethod
    def cells(self) -> tuple[CellConfig, ...]:
        """The cells, from the input to the output."""

    @property
    def is_random(self) -> bool:
        return any(cell.is_dropping for cell in self.cells())

    def state_names(self) -> tuple[str, ...]:
        cells = self.cells()
        if len(cells) == 1:
            return cells[0].states
        return tuple(f"cell_{index}_{name}" for index, cell in enumerate(cells) for name in cell.states)

    def state_shapes(self, spec: TensorSpec) -> tuple[Shape, ...]:
        return tuple((cell.units,) for cell in self.cells() for _ in cell.states)

    def step_shape(self, spec: TensorSpec) -> Shape:
        return (self.cells()[-1].units,)

    def axis_names(self) -> tuple[str, ...]:
        return ("features",)

    def check_sequence(self, spec: TensorSpec) -> None:
        hint = "Add Reshape, or RepeatVector, to make it a sequence."
        expect_rank(spec, 3, "(batch, time, features)", hint, port="sequence")
        self._features(spec)

    def weights(self, inputs: Inputs) -> tuple[Weight, ...]:
        features = self._features(one(inputs, "sequence"))
        cells = self.cells()
        if len(cells) == 1:
            return tuple(replace(weight, group="cell") for weight in cells[0].cell_weights(features))
        found: list[Weight] = []
        seen: dict[str, int] = {}
        for index, cell in enumerate(cells):
            group = _KERAS_GROUPS[cell.target]
            number = seen[group] = seen.get(group, -1) + 1
            group = f"cell/cells/{group}_{number}" if number else f"cell/cells/{group}"
            found += [
                replace(
                    weight, name=f"cell_{index}_{weight.name}", path=f"layers.{index}.{weight.path}", group=group
                )
                for weight in cell.cell_weights(features)
            ]  # fmt: skip
            features = cell.units
        return tuple(found)

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        _, time, features = one(inputs, "sequence").shape
        total, width = 0, features or 0
        for cell in self.cells():
            total += cell.cell_flops(width)
            width = cell.units
        return (time or 1) * total

    def torch_call(self, inputs: Inputs) -> Call:
        features = self._features(one(inputs, "sequence"))
        cells = self.cells()
        if len(cells) == 1:
            return cells[0].module_call(features, self.settings())
        widths = [features, *(cell.units for cell in cells)]
        keeps = {"return_state": True} if self.return_state or self.stateful else {}
        layers = (cell.module_call(width, keeps) for cell, width in zip(cells, widths, strict=False))
        return Call("layerloom.layers.modules.stack.Stack", self.settings(), tuple(layers))

    def _features(self, spec: TensorSpec) -> int:
        return known(spec, 2, why=_WHY, port="sequence")


class SequenceLayer(VectorSequence, CellConfig, KernelLayer):
    """A recurrent layer that is one cell."""

    def cells(self) -> tuple[CellConfig, ...]:
        return (self,)


def state_ports(names: Sequence[str]) -> tuple[Port, ...]:
    """Output ports of states."""
    return tuple(Port(name, f"The last {name.replace('_', ' ')}.") for name in names)


_KERAS_GROUPS = {
    "layerloom.layers.modules.lstm.LSTM": "lstm_cell",
    "layerloom.layers.modules.gru.GRU": "gru_cell",
    "layerloom.layers.modules.simple_rnn.SimpleRNN": "simple_rnn_cell",
}
"""How Keras' weights file names a cell of a stack."""
