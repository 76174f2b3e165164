"""The layer type `MultiHeadAttention`."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from layerloom.layers.attention.heads import HeadsLayer
from layerloom.layers.base import Example, refuse
from layerloom.layers.fields.axes import expect_axes
from layerloom.layers.fields.numbers import Size
from layerloom.tensors import TensorSpec

_SELF = {"query": (TensorSpec((None, 6, 8)),), "value": (TensorSpec((None, 6, 8)),)}
_PADDED = {
    "query": (TensorSpec((None, None, 8), masked=True),),
    "value": (TensorSpec((None, None, 8), masked=True),),
}


def _several(value: object) -> object:
    """As Keras keeps it: a tuple; nothing where it is empty."""
    if isinstance(value, int) and not isinstance(value, bool):
        return (value,)
    return (tuple(value) or None) if isinstance(value, list | tuple) else value


def _schema(least: int | None) -> dict[str, Any]:
    number: dict[str, Any] = {"type": "integer"} if least is None else {"type": "integer", "minimum": least}
    return {"anyOf": [number, {"type": "array", "items": number}, {"type": "null"}]}


class MultiHeadAttention(HeadsLayer):
    """Each step looks at all steps of a sequence, in several ways at once.

    In each of `num_heads` heads: `softmax(q · kᵀ / √key_dim) · v`, where q, k and v are projections of query, key
    and value; what the heads took is joined and projected. (batch, queries, features) and (batch, keys, …) →
    (batch, queries, features). Wire one tensor to `query` and `value` for self-attention.

    Masks of query, value and key count, as do `use_causal_mask`, `sliding_window` and what is wired to
    `attention_mask`. A query that may look at nothing gets the mean of all values, or nothing where the scores are
    given or dropped out, as in Keras.
    """

    num_heads: Size = Field(description="How many ways of looking there are.")
    key_dim: Size = Field(description="Features of query and key in each head.")
    value_dim: Size | None = Field(
        default=None, description="Features of the value in each head; empty: as many as `key_dim`."
    )
    output_shape: Annotated[
        tuple[Size, ...] | None, BeforeValidator(_several), WithJsonSchema(_schema(1))
    ] = Field(default=None, description="Features of the output; empty: as many as the query has.")
    attention_axes: Annotated[
        tuple[int, ...] | None, BeforeValidator(_several), WithJsonSchema(_schema(None))
    ] = Field(
        default=None,
        description="Axes along which steps look at each other; empty: all between batch and features.",
    )

    search_words: ClassVar[tuple[str, ...]] = ("transformer", "MHA", "self-attention", "heads", "多头注意力")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Self-attention", {"num_heads": 2, "key_dim": 4}, _SELF),
        Example(
            "A padded text that is read forwards",
            {"num_heads": 2, "key_dim": 4, "use_causal_mask": True},
            _PADDED,
        ),
        Example(
            "Another sequence, with the scores",
            {
                "num_heads": 2,
                "key_dim": 3,
                "value_dim": 5,
                "output_shape": 7,
                "return_attention_scores": True,
            },
            {**_SELF, "value": (TensorSpec((None, 4, 5)),), "key": (TensorSpec((None, 4, 6)),)},
        ),
        Example(
            "Rows of a picture, with a gate",
            {"num_heads": 2, "key_dim": 3, "attention_axes": [2], "use_gate": True, "dropout": 0.1},
            {"query": (TensorSpec((None, 4, 5, 6)),), "value": (TensorSpec((None, 4, 5, 6)),)},
        ),
    )

    @model_validator(mode="before")
    @classmethod
    def _without_the_usual_value_dim(cls, value: Any) -> Any:  # Any: what somebody gave
        """Keras writes out what it took for `value_dim`."""
        if isinstance(value, Mapping) and value.get("value_dim") in (0, value.get("key_dim")):
            return {key: each for key, each in value.items() if key != "value_dim"}
        return value

    def _heads(self) -> tuple[int, int, int, int]:
        return self.num_heads, self.num_heads, self.key_dim, self.value_dim or self.key_dim

    def _output_shape(self, query: TensorSpec) -> tuple[int, ...]:
        return self.output_shape or super()._output_shape(query)

    def _attention_axes(self, query: TensorSpec) -> tuple[int, ...]:
        if self.attention_axes is None:
            return super()._attention_axes(query)
        axes = expect_axes(query, self.attention_axes, field="attention_axes")
        if query.rank - 1 in axes:
            raise refuse(
                "config.invalid",
                f"got shape {query}; `attention_axes` {list(self.attention_axes)} names its last axis, the features.",
                f"Name axes from 1 to {query.rank - 2}.",
                field="attention_axes",
            )
        return axes

    def _more_arguments(self) -> dict[str, Any]:
        usual = {"output_shape": None, "attention_axes": None}
        return {name: value for name in usual if (value := getattr(self, name)) is not None}
