"""The layer type `GRU`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Example, Inputs, Weight
from layerloom.layers.calls import Call
from layerloom.layers.fields.activation import StepActivation, activation_field
from layerloom.layers.recurrent.sequences import SequenceLayer
from layerloom.tensors import TensorSpec

_SEQUENCE = {"sequence": (TensorSpec((None, 8, 8)),)}


class GRU(SequenceLayer):
    """Reads a sequence with two gates: smaller and faster than an LSTM.

    At each step, with σ the recurrent activation: z, r = σ(x W + h U + b), one each; h~ = tanh(x W + b + r
    · (h U + b')); h = z · h + (1 - z) · h~. Without `reset_after`, h~ = tanh(x W + (r · h) U + b).

    (batch, time, features) → (batch, units), the last h; with `return_sequences` (batch, time, units).
    Masked steps are skipped, except where `initial_state` is wired (Keras 3 does so too).
    """

    activation: StepActivation = activation_field("tanh", "Function of the proposed state.")
    recurrent_activation: StepActivation = activation_field("sigmoid", "Function of the gates.")
    reset_after: bool = Field(
        default=True, description="The reset gate acts after the product with the state's kernel."
    )

    search_words: ClassVar[tuple[str, ...]] = ("RNN", "sequence", "gated", "memory", "门控循环", "循环")
    gates: ClassVar[int] = 3
    examples: ClassVar[tuple[Example, ...]] = (
        Example("What a sequence is about", {"units": 32}, _SEQUENCE),
        Example(
            "Every step, and the state",
            {"units": 16, "return_sequences": True, "return_state": True},
            {"sequence": (TensorSpec((None, None, 4), masked=True),)},
        ),
        Example(
            "As in Keras 1",
            {"units": 5, "reset_after": False, "recurrent_activation": "hard_sigmoid"},
            _SEQUENCE,
        ),
        Example(
            "Started from a state", {"units": 5}, {**_SEQUENCE, "initial_state": (TensorSpec((None, 5)),)}
        ),
    )

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

    def torch_call(self, inputs: Inputs) -> Call:
        arguments = self._arguments(inputs)
        if (self.activation, self.recurrent_activation) != ("tanh", "sigmoid"):
            arguments |= {"activation": self.activation, "recurrent_activation": self.recurrent_activation}
        if not self.reset_after:
            arguments["reset_after"] = False
        return Call("layerloom.layers.modules.gru.GRU", arguments)
