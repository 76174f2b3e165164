"""The operation type `ScaledDotProduct`."""

from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from layerloom.layers.base import Example, Inputs, Outputs, Port, one, refuse
from layerloom.layers.operations.base import Operation, broadcast
from layerloom.layers.operations.dtypes import promoted
from layerloom.tensors import TensorSpec

_HEADS = TensorSpec((None, 5, 2, 4))


class ScaledDotProduct(Operation):
    """Attention without weights: `ops.dot_product_attention`.

    softmax(query · key · scale + bias) · value for each head, all of shape (batch, time, heads, depth); where
    `mask` is false, a key is not looked at. `mask` and `bias` fit (batch, heads, query time, key time).
    """

    is_causal: bool = Field(default=False, description="Looks at no later step.")
    scale: Annotated[float, Field(allow_inf_nan=False)] | None = Field(
        default=None, description="Factor of the scores. Empty: 1/√depth."
    )
    flash_attention: bool | None = Field(default=None, description="Kept for Keras' files.")
    attn_logits_soft_cap: float | None = Field(default=None, description="Not supported: leave it empty.")

    module: ClassVar[str] = "windows.ScaledDotProduct"
    search_words: ClassVar[tuple[str, ...]] = (
        "ops", "attention", "dot_product_attention", "transformer", "sdpa", "注意力",
    )  # fmt: skip
    input_ports: ClassVar[tuple[Port, ...]] = (
        Port("query", "What asks: (batch, time, heads, depth)."),
        Port("key", "What is compared with it: (batch, time, heads, depth)."),
        Port("value", "What is given: (batch, time, heads, depth)."),
        Port("bias", "Numbers that are added to the scores.", least=0),
        Port("mask", "Booleans: which keys each query may look at.", least=0),
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Two heads", {}, {"query": (_HEADS,), "key": (_HEADS,), "value": (_HEADS,)}),
        Example("Causal", {"is_causal": True}, {"query": (_HEADS,), "key": (_HEADS,), "value": (_HEADS,)}),
    )

    @model_validator(mode="after")
    def _no_cap(self) -> "ScaledDotProduct":
        if self.attn_logits_soft_cap is not None:
            raise ValueError("`attn_logits_soft_cap` is not supported")
        return self

    def settings(self) -> dict[str, object]:
        return {"is_causal": self.is_causal, "scale": self.scale}

    def infer(self, inputs: Inputs) -> Outputs:
        query, key, value = (one(inputs, port).without_mask() for port in ("query", "key", "value"))
        for port, spec in (("query", query), ("key", key), ("value", value)):
            if spec.rank != 4:
                raise refuse(
                    "shape.mismatch",
                    f"got shape {spec} at `{port}`; expected (batch, time, heads, depth).",
                    "Cut the last axis into heads with Reshape.",
                    port=port,
                )
        pairs = [(query, key, (0, 2, 3)), (key, value, (0, 1, 2))]
        for first, second, axes in pairs:
            for axis in axes:
                if (
                    None not in (first.shape[axis], second.shape[axis])
                    and first.shape[axis] != second.shape[axis]
                ):
                    raise refuse(
                        "shape.mismatch",
                        f"got query {query}, key {key} and value {value}; query and key need the same heads and "
                        "depth, key and value the same time and heads.",
                        "Bring them to the same sizes.",
                        port="key",
                    )
        scores = TensorSpec((query.shape[0], query.shape[2], query.shape[1], key.shape[1]))
        for port in ("bias", "mask"):
            for spec in inputs.get(port, ()):
                broadcast(scores, spec)
        shape = (*query.shape[:3], value.shape[3])
        return {"output": TensorSpec(shape, promoted(query.dtype, key.dtype, value.dtype), query.axes)}

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        query, key = one(inputs, "query"), one(inputs, "key")
        return 2 * (query.elements or 0) * (key.shape[1] or 0) * 2
