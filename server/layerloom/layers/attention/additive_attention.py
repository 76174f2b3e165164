"""The layer type `AdditiveAttention`."""

from typing import Any, ClassVar

from pydantic import Field

from layerloom.layers.attention.ports import AttentionLayer, attended
from layerloom.layers.base import Example, Inputs, Outputs, Weight, known
from layerloom.layers.calls import Call
from layerloom.tensors import TensorSpec

_GLOROT = {"type": "GlorotUniform", "config": {"seed": None, "input_axes": None, "output_axes": None}}
_PAIR = {"query": (TensorSpec((None, 4, 8)),), "value": (TensorSpec((None, 6, 8)),)}


class AdditiveAttention(AttentionLayer):
    """Each query takes the mean of the values that fit it (Bahdanau).

    `softmax(Σ scale · tanh(query + key)) · value`, with a learned `scale` for each feature: (batch, queries,
    features) and (batch, keys, features) → (batch, queries, features of the value). Masked values are not
    looked at; the result of a masked query is 0.
    """

    use_scale: bool = Field(default=True, description="Learns a factor for each feature of the scores.")

    search_words: ClassVar[tuple[str, ...]] = ("Bahdanau", "seq2seq", "alignment", "concat", "加性注意力")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("A decoder looks at an encoder", {}, _PAIR),
        Example(
            "Padded sequences",
            {"use_scale": False, "return_attention_scores": True},
            {
                "query": (TensorSpec((None, None, 8), masked=True),),
                "value": (TensorSpec((None, None, 8), masked=True),),
            },
        ),
        Example("No look ahead", {"use_causal_mask": True, "dropout": 0.1}, _PAIR),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        query, value, key = attended(inputs)
        if self.use_scale:
            self._features(query)
        return self._compared(query, value, key)

    def weights(self, inputs: Inputs) -> tuple[Weight, ...]:
        if not self.use_scale:
            return ()
        return (Weight("scale", (self._features(attended(inputs)[0]),), _GLOROT, "scale"),)

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        query, value, key = attended(inputs)
        return 3 * (query.elements or 0) * (key.shape[-2] or 1) + 2 * (outputs["output"].elements or 0) * (
            value.shape[-2] or 1
        )

    def torch_call(self, inputs: Inputs) -> Call:
        arguments: dict[str, Any] = {"use_scale": False, "features": 0}
        if self.use_scale:
            arguments = {"features": self._features(attended(inputs)[0])}
        return Call("layerloom.layers.modules.attention.AdditiveAttention", arguments | self._switches())

    def _features(self, query: TensorSpec) -> int:
        return known(query, -1, why="`scale` has an entry for each", port="query")
