"""The layer type `GroupQueryAttention`."""

from typing import ClassVar, Self

from pydantic import Field, model_validator

from layerloom.layers.attention.heads import HeadsLayer
from layerloom.layers.base import Example, Inputs, Outputs, one, refuse
from layerloom.layers.fields.numbers import Size
from layerloom.tensors import TensorSpec

_SELF = {"query": (TensorSpec((None, 6, 8)),), "value": (TensorSpec((None, 6, 8)),)}


class GroupQueryAttention(HeadsLayer):
    """Attention in several heads, where groups of query heads share keys.

    As MultiHeadAttention, with fewer heads of keys and values than of queries: each of `num_key_value_heads`
    serves as many of `num_query_heads` neighbours. (batch, queries, features) → (batch, queries, features).
    """

    head_dim: Size = Field(description="Features of query, key and value in each head.")
    num_query_heads: Size = Field(description="Heads of the query.")
    num_key_value_heads: Size = Field(
        description="Heads of keys and values; divides the number of query heads."
    )

    penalized: ClassVar = "both"
    search_words: ClassVar[tuple[str, ...]] = ("GQA", "MQA", "grouped query", "transformer", "分组查询注意力")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "Pairs of heads share keys",
            {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2},
            _SELF,
        ),
        Example(
            "One key for all, read forwards",
            {"head_dim": 4, "num_query_heads": 3, "num_key_value_heads": 1, "use_causal_mask": True},
            {
                "query": (TensorSpec((None, None, 8), masked=True),),
                "value": (TensorSpec((None, None, 8), masked=True),),
            },
        ),
        Example(
            "With the scores",
            {
                "head_dim": 4,
                "num_query_heads": 2,
                "num_key_value_heads": 2,
                "use_bias": False,
                "return_attention_scores": True,
            },
            {**_SELF, "value": (TensorSpec((None, 4, 8)),)},
        ),
    )

    @model_validator(mode="after")
    def _is_divided(self) -> Self:
        if self.num_query_heads % self.num_key_value_heads:
            raise ValueError(
                f"`num_query_heads` {self.num_query_heads} can't be divided by "
                f"`num_key_value_heads` {self.num_key_value_heads}"
            )
        return self

    def infer(self, inputs: Inputs) -> Outputs:
        query = one(inputs, "query")
        if query.rank > 3:
            raise refuse(
                "shape.mismatch",
                f"got shape {query} at `query`; expected (batch, time, features).",
                "Bring it to three axes with Reshape.",
                port="query",
            )
        return super().infer(inputs)

    def _saved_as(self, group: str) -> str:
        return f"_{group}"

    def _heads(self) -> tuple[int, int, int, int]:
        return self.num_query_heads, self.num_key_value_heads, self.head_dim, self.head_dim
