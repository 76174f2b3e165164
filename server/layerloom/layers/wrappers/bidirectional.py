"""The layer type `Bidirectional`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar, Literal

from pydantic import Field

from layerloom.layers.base import Category, Example, Inputs, Outputs, Port, Weight, one, refuse
from layerloom.layers.binding import BindingLayer, LayerId
from layerloom.layers.calls import Call
from layerloom.layers.recurrent.sequences import SequenceOptions, state_ports
from layerloom.tensors import TensorSpec

_SEQUENCE = {"sequence": (TensorSpec((None, 8, 8)),)}
_ALIKE = ("stateful", "return_sequences", "return_state")


class Bidirectional(BindingLayer):
    """Reads a sequence from both ends and merges what comes out.

    Takes two copies of the recurrent layer that it names, of which one reads backwards; weights are its own.
    (batch, time, features) → (batch, 2 · units) with `concat`, (batch, units) with `sum`, `mul` and `ave`;
    with `return_sequences` of the layer (batch, time, …), where masked steps give zeros. States, in and out,
    are those of the forward layer, then those of the backward layer.
    """

    layer: LayerId = Field(description="Id of the recurrent layer, in this model, that is copied twice.")
    merge_mode: Literal["concat", "sum", "mul", "ave"] | None = Field(
        default="concat", description="How both outputs become one; empty gives both, on two ports."
    )
    backward_layer: LayerId | None = Field(
        default=None, description="Id of another layer for reading backwards, with `go_backwards` on."
    )
    explicit_mask: bool = Field(
        default=False,
        description="A mask counts beside an `initial_state` too; so it does where Keras' call names it.",
    )

    category: ClassVar[Category] = "wrappers"
    search_words: ClassVar[tuple[str, ...]] = ("BiLSTM", "both directions", "backwards", "双向")
    call_fields: ClassVar[tuple[str, ...]] = ("explicit_mask",)
    input_ports: ClassVar[tuple[Port, ...]] = (
        Port("sequence", "Sequence to read: (batch, time, features)."),
        Port("initial_state", "States to start from: the forward layer's, then the other's.", 0, None),
    )
    mask_out: ClassVar = "own"
    takes_mask: ClassVar[bool] = True
    binds: ClassVar[tuple[str, ...]] = ("layer", "backward_layer")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "What a sentence is about, read both ways",
            {"layer": "lstm"},
            _SEQUENCE,
            {"lstm": {"type": "LSTM", "config": {"units": 16}}},
        ),
        Example(
            "Every step, both outputs and the states",
            {"layer": "gru", "merge_mode": None},
            {"sequence": (TensorSpec((None, None, 4), masked=True),)},
            {"gru": {"type": "GRU", "config": {"units": 5, "return_sequences": True, "return_state": True}}},
        ),
        Example(
            "Another layer backwards",
            {"layer": "lstm", "backward_layer": "rnn", "merge_mode": "ave"},
            {**_SEQUENCE, "initial_state": tuple(TensorSpec((None, 6)) for _ in range(3))},
            {
                "lstm": {"type": "LSTM", "config": {"units": 6}},
                "rnn": {"type": "SimpleRNN", "config": {"units": 6, "go_backwards": True}},
            },
        ),
    )

    def directions(self) -> tuple[SequenceOptions, SequenceOptions]:
        """The configs of the forward and the backward layer."""
        (first,) = self.parts("layer")
        second = self.parts("backward_layer")
        backward = second[0] if second else first.model_copy(update={"go_backwards": True})
        if not isinstance(first, SequenceOptions) or not isinstance(backward, SequenceOptions):
            raise TypeError("bound to layers that are not recurrent")
        return self._within(first), self._within(backward)

    @property
    def is_random(self) -> bool:
        """True where training draws dropout masks."""
        return any(each.is_random for each in self.directions())

    def outputs(self) -> tuple[Port, ...]:
        ports: tuple[Port, ...] = (Port("output", "The merged output."),)
        if self.merge_mode is None:
            ports = (
                Port("forward_output", "The forward layer's output."),
                Port("backward_output", "The backward layer's output, in the order of the other."),
            )
        if not self.is_bound or not self.directions()[0].return_state:
            return ports
        return (*ports, *state_ports(self._state_names()))

    def infer(self, inputs: Inputs) -> Outputs:
        states = inputs.get("initial_state", ())
        names = self._state_names()
        if states and len(states) != len(names):
            raise refuse(
                "port.count",
                f"got {len(states)} tensors; expected {len(names)} ({', '.join(names)}) or none.",
                "Wire every state, in that order.",
                port="initial_state",
            )
        results = [
            dict(each.infer(_ports(inputs, given)))
            for each, given in zip(self.directions(), self._halves(inputs), strict=True)
        ]
        first, second = (result.pop("output") for result in results)
        outputs = self._merged(first, second)
        for prefix, result in zip(("forward", "backward"), results, strict=True):
            outputs |= {f"{prefix}_{name}": spec for name, spec in result.items()}
        return outputs

    def weights(self, inputs: Inputs) -> tuple[Weight, ...]:
        return tuple(
            replace(
                weight,
                name=f"{prefix}_{weight.name}",
                path=f"{prefix}_layer.{weight.path}",
                group=f"{prefix}_layer/{weight.group}",
            )
            for prefix, each in zip(("forward", "backward"), self.directions(), strict=True)
            for weight in each.weights(_ports(inputs, ()))
        )

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        return sum(each.flops(_ports(inputs, ()), outputs) for each in self.directions())

    def torch_call(self, inputs: Inputs) -> Call:
        first, second = (each.torch_call(_ports(inputs, ())) for each in self.directions())
        arguments = {"forward_layer": first, "backward_layer": second, "merge_mode": self.merge_mode}
        return Call("layerloom.layers.modules.bidirectional.Bidirectional", arguments)

    def penalized_within(self) -> dict[str, Mapping[str, object]]:
        names = ("forward_layer", "backward_layer")
        found = zip(names, (getattr(each, "activity_regularizer", None) for each in self.directions()),
                    strict=True)  # fmt: skip
        return {name: regularizer for name, regularizer in found if regularizer}

    def _state_names(self) -> tuple[str, ...]:
        first, second = self.directions()
        return (
            *(f"forward_{name}" for name in first.state_names()),
            *(f"backward_{name}" for name in second.state_names()),
        )

    def _halves(self, inputs: Inputs) -> tuple[tuple[TensorSpec, ...], tuple[TensorSpec, ...]]:
        states = tuple(inputs.get("initial_state", ()))
        middle = len(self.directions()[0].state_names())
        return states[:middle], states[middle:]

    def _merged(self, first: TensorSpec, second: TensorSpec) -> Outputs:
        if self.merge_mode is None:
            return {"forward_output": first, "backward_output": second}
        if self.merge_mode == "concat":
            if first.shape[:-1] != second.shape[:-1]:
                raise self._unlike(first, second)
            sizes = (first.features, second.features)
            size = None if None in sizes else sum(each or 0 for each in sizes)
            return {"output": first.with_shape((*first.shape[:-1], size))}
        if first.shape != second.shape:
            raise self._unlike(first, second)
        return {"output": first}

    def _unlike(self, first: TensorSpec, second: TensorSpec) -> Exception:
        return refuse(
            "shape.mismatch",
            f"got {first} from `{self.layer}` and {second} from `{self.backward_layer}`; "
            f"`merge_mode` {self.merge_mode} needs one shape.",
            "Give both layers as many units, or leave `merge_mode` empty.",
            field="backward_layer",
        )

    def _within(self, part: SequenceOptions) -> SequenceOptions:
        """As Keras sets it: masked steps give zeros wherever all steps come out."""
        return part.model_copy(
            update={"zero_output_for_mask": part.return_sequences, "explicit_mask": self.explicit_mask}
        )

    def _check_parts(self) -> None:
        for field in self.binds:
            for part in self.parts(field):
                if not isinstance(part, SequenceOptions):
                    raise refuse(
                        "config.invalid",
                        f"names `{getattr(self, field)}`, which is {type(part).__name__}; "
                        "expected a recurrent layer.",
                        "Name an LSTM, GRU, SimpleRNN, RNN or ConvLSTM layer.",
                        field=field,
                    )
        first, second = self.directions()
        if first.go_backwards == second.go_backwards:
            field = "backward_layer" if self.backward_layer else "layer"
            raise refuse(
                "config.invalid",
                f"got two layers with `go_backwards` {str(first.go_backwards).lower()}; expected one each way.",
                f"Turn `go_backwards` {'off' if first.go_backwards else 'on'} in the layer `{getattr(self, field)}`.",
                field=field,
            )
        for name in _ALIKE:
            if getattr(first, name) != getattr(second, name):
                raise refuse(
                    "config.invalid",
                    f"got layers with `{name}` {str(getattr(first, name)).lower()} and "
                    f"{str(getattr(second, name)).lower()}; expected the same in both.",
                    f"Set `{name}` alike in `{self.layer}` and `{self.backward_layer}`.",
                    field="backward_layer",
                )


def _ports(inputs: Inputs, states: tuple[TensorSpec, ...]) -> Inputs:
    """What one direction is called on."""
    sequence = {"sequence": (one(inputs, "sequence"),)}
    return {**sequence, "initial_state": states} if states else sequence
