"""The layer type `Embedding`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Category, Example, Inputs, KerasLayer, Outputs, Weight, one
from layerloom.layers.calls import Call
from layerloom.layers.fields.constraint import Constraint
from layerloom.layers.fields.initializer import Initializer, initializer
from layerloom.layers.fields.numbers import Size
from layerloom.layers.fields.regularizer import Regularizer
from layerloom.layers.kernels import ADAPTERS
from layerloom.tensors import TensorSpec, default_axes


class Embedding(KerasLayer):
    """Turns ids into learned vectors.

    Looks up a row of a table of `input_dim` rows and `output_dim` columns for each id: (batch, time) →
    (batch, time, output_dim). Ids are whole numbers from 0 to `input_dim` - 1; others stop the run with a
    problem. With `mask_zero`, id 0 means padding: its steps are masked for the layers that follow.
    """

    input_dim: Size = Field(description="How many ids there are: the greatest id plus one.")
    output_dim: Size = Field(description="Length of each id's vector.")
    embeddings_initializer: Initializer = initializer("uniform", "How the table is drawn at first.")
    embeddings_regularizer: Regularizer = Field(
        default=None, description="Penalty on the table, added to the loss."
    )
    activity_regularizer: Regularizer = Field(
        default=None,
        description="Penalty on the layer's output, added to the loss and divided by the batch size.",
    )
    embeddings_constraint: Constraint = Field(
        default=None, description="Bound on the table, kept after each step."
    )
    mask_zero: bool = Field(default=False, description="Id 0 is padding and masks its step.")

    category: ClassVar[Category] = "core"
    search_words: ClassVar[tuple[str, ...]] = ("words", "tokens", "lookup", "text", "table", "嵌入")
    left_out: ClassVar = {**ADAPTERS, "weights": "a table that is filled already"}
    mask_out: ClassVar = "own"
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "Words of a headline",
            {"input_dim": 1000, "output_dim": 64},
            {"inputs": (TensorSpec((None, 100), "int32"),)},
        ),
        Example(
            "Padded with zeros",
            {"input_dim": 50, "output_dim": 8, "mask_zero": True},
            {"inputs": (TensorSpec((None, None), "int32"),)},
        ),
        Example(
            "One category", {"input_dim": 7, "output_dim": 3}, {"inputs": (TensorSpec((None,), "int64"),)}
        ),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs)
        axes = spec.axes if spec.rank > 2 else default_axes(spec.rank + 1)[:-1]
        shape = (*spec.shape, self.output_dim)
        is_masked = self.mask_zero and spec.rank > 1  # one id a sample has no steps
        mask_shape = spec.shape if is_masked else ()
        return {"output": TensorSpec(shape, "float32", (*axes, "features"), is_masked, mask_shape)}

    def weights(self, inputs: Inputs) -> tuple[Weight, ...]:
        return (
            Weight(
                "embeddings", (self.input_dim, self.output_dim), self.embeddings_initializer, "weight",
                regularizer=self.embeddings_regularizer, constraint=self.embeddings_constraint,
            ),
        )  # fmt: skip

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        return 0

    def torch_call(self, inputs: Inputs) -> Call:
        arguments = {"input_dim": self.input_dim, "output_dim": self.output_dim, "mask_zero": self.mask_zero}
        modules = "layerloom.layers.modules"
        return Call(
            f"{modules}.checked_embedding.CheckedEmbedding",
            arguments,
            portable=f"{modules}.embedding.Embedding",
        )
