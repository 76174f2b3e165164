"""The layer type `Attention`."""

from typing import Any, ClassVar, Literal

from pydantic import Field

from layerloom.layers.attention.ports import AttentionLayer, attended
from layerloom.layers.base import Example, Inputs, Outputs, Weight
from layerloom.layers.calls import Call
from layerloom.tensors import TensorSpec

_ONES = {"type": "Ones", "config": {}}
_PAIR = {"query": (TensorSpec((None, 4, 8)),), "value": (TensorSpec((None, 6, 8)),)}


class Attention(AttentionLayer):
    """Each query takes the mean of the values that its key fits (Luong).

    `softmax(query · keyᵀ) · value`: (batch, queries, features) and (batch, keys, features) → (batch, queries,
    features of the value). With `score_mode` `concat` the scores are `w · Σ tanh(query + key)`. Masked values
    are not looked at; the result of a masked query is 0. No projection is learned: see MultiHeadAttention.
    """

    use_scale: bool = Field(default=False, description="Learns a number that scales the scores.")
    score_mode: Literal["dot", "concat"] = Field(
        default="dot", description="How query and key are compared: by product, or by the tanh of their sum."
    )

    search_words: ClassVar[tuple[str, ...]] = ("dot product", "Luong", "seq2seq", "alignment", "注意力")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("A decoder looks at an encoder", {}, _PAIR),
        Example(
            "With everything",
            {
                "use_scale": True,
                "score_mode": "concat",
                "return_attention_scores": True,
                "use_causal_mask": True,
            },
            {
                "query": (TensorSpec((None, None, 8), masked=True),),
                "value": (TensorSpec((None, None, 8), masked=True),),
            },
        ),
        Example(
            "Values found by keys",
            {"dropout": 0.2},
            {**_PAIR, "value": (TensorSpec((None, 6, 3)),), "key": (TensorSpec((None, 6, 8)),)},
        ),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        query, value, key = attended(inputs)
        return self._compared(query, value, key)

    def weights(self, inputs: Inputs) -> tuple[Weight, ...]:
        names = (*(("scale",) if self.use_scale else ()), *self._further_weights())
        return tuple(Weight(name, (), _ONES, name) for name in names)

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        query, value, key = attended(inputs)
        return 2 * (query.elements or 0) * (key.shape[-2] or 1) + 2 * (outputs["output"].elements or 0) * (
            value.shape[-2] or 1
        )

    def torch_call(self, inputs: Inputs) -> Call:
        arguments: dict[str, Any] = {}
        if self.score_mode != "dot":
            arguments["score_mode"] = self.score_mode
        if self.use_scale:
            arguments["use_scale"] = True
        return Call("layerloom.layers.modules.attention.Attention", arguments | self._switches())

    def _further_weights(self) -> tuple[str, ...]:
        return ("concat_score_weight",) if self.score_mode == "concat" else ()
