"""The layer type `ReversibleEmbedding`."""

from dataclasses import replace
from typing import Any, ClassVar, Literal

from pydantic import Field

from layerloom.layers.base import Example, Inputs, Outputs, Weight, floating, one, refuse
from layerloom.layers.calls import Call
from layerloom.layers.core.embedding import Embedding
from layerloom.tensors import TensorSpec

_IDS = {"inputs": (TensorSpec((None, None), "int32"),)}


class ReversibleEmbedding(Embedding):
    """Turns ids into learned vectors, or vectors back into scores of ids.

    A call on ids is an Embedding's: (batch, time) → (batch, time, output_dim). A call on vectors gives a score
    for each id: `x · tableᵀ`, (batch, time, output_dim) → (batch, time, input_dim). Call one layer both ways,
    and both use one table, as language models do; without `tie_weights` the way back has its own.
    """

    tie_weights: bool = Field(default=True, description="The way back uses the same table.")
    reverse_dtype: Literal["float32", "bfloat16"] | None = Field(
        default=None,
        description="Type that the way back is computed in: `float32` or `bfloat16`; empty: the layer's.",
    )
    logit_soft_cap: float | None = Field(
        default=None, gt=0, description="Keeps the scores between minus this and this: cap · tanh(x / cap)."
    )
    reverse: bool | None = Field(
        default=None,
        description="Goes from vectors to scores of ids. Keras gives it in the call; empty: a call on whole numbers "
        "looks them up, a call on others goes back.",
    )

    search_words: ClassVar[tuple[str, ...]] = (
        "tied embedding",
        "language model",
        "logits",
        "unembed",
        "可逆嵌入",
    )
    call_fields: ClassVar[tuple[str, ...]] = ("reverse",)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Words of a text", {"input_dim": 50, "output_dim": 8, "mask_zero": True}, _IDS),
        Example(
            "Scores of the next word",
            {"input_dim": 50, "output_dim": 8, "reverse": True, "logit_soft_cap": 5.0},
            {"inputs": (TensorSpec((None, None, 8)),)},
        ),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        if not self._goes_back(inputs):
            return super().infer(inputs)
        spec = floating(one(inputs)).without_mask()
        if spec.rank < 2 or spec.features not in (None, self.output_dim):
            raise refuse(
                "shape.mismatch",
                f"got shape {spec}; the way back expects vectors of `output_dim` {self.output_dim} numbers.",
                f"Bring it to (…, {self.output_dim}), with a Dense for instance.",
                port="inputs",
            )
        output = spec.with_shape((*spec.shape[:-1], self.input_dim))
        return {"output": replace(output, dtype=self.reverse_dtype or "float32")}

    def weights(self, inputs: Inputs) -> tuple[Weight, ...]:
        (table,) = super().weights(inputs)
        if self.tie_weights:
            return (table,)
        back = replace(
            table, name="reverse_embeddings", shape=(self.output_dim, self.input_dim), path="reverse_weight",
            layout=(1, 0), regularizer=None, constraint=None,
        )  # fmt: skip
        return table, back

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        return 2 * (one(inputs).elements or 0) * self.input_dim if self._goes_back(inputs) else 0

    def call_arguments(self, inputs: Inputs) -> dict[str, Any]:
        return {"reverse": self._goes_back(inputs)}

    def torch_call(self, inputs: Inputs) -> Call:
        usual = {
            "mask_zero": False,
            "tie_weights": True,
            "reverse": None,
            "reverse_dtype": None,
            "logit_soft_cap": None,
        }
        arguments = {"input_dim": self.input_dim, "output_dim": self.output_dim}
        further = {name: value for name in usual if (value := getattr(self, name)) != usual[name]}
        modules = "layerloom.layers.modules"
        return Call(
            f"{modules}.checked_embedding.CheckedReversibleEmbedding",
            arguments | further,
            portable=f"{modules}.embedding.ReversibleEmbedding",
        )

    def _goes_back(self, inputs: Inputs) -> bool:
        return "float" in one(inputs).dtype if self.reverse is None else self.reverse
