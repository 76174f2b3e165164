"""The layer type `CategoryEncoding`."""

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from layerloom.layers.base import Category, Example, Inputs, KerasLayer, Outputs, Port, one, refuse
from layerloom.layers.calls import Call
from layerloom.layers.fields.numbers import Size
from layerloom.layers.preprocessing.positions import encoded
from layerloom.tensors import TensorSpec

_IDS = TensorSpec((None, 4), "int32")


class CategoryEncoding(KerasLayer):
    """Turns ids into positions of ones and zeros.

    `one_hot`: (batch, ids) → (batch, ids, num_tokens), a 1 at each id's position; a last axis of size 1 goes.
    `multi_hot`: (batch, ids) → (batch, num_tokens), a 1 where the id is among a sample's; `count`: how often it is,
    or the sum of its `count_weights`. Ids that are out of range have no position.
    """

    num_tokens: Size = Field(description="How many ids there are: the greatest id plus one.")
    output_mode: Annotated[
        Literal["one_hot", "multi_hot", "count"],
        BeforeValidator(lambda value: "multi_hot" if value == "binary" else value),
    ] = Field(default="multi_hot", description="What a position says: of each id, of a sample, or how often.")
    sparse: Literal[False] = Field(
        default=False, description="Sparse tensors are not supported, must be off."
    )

    category: ClassVar[Category] = "preprocessing"
    search_words: ClassVar[tuple[str, ...]] = (
        "one-hot",
        "multi-hot",
        "categories",
        "bag of words",
        "独热编码",
    )
    input_ports: ClassVar[tuple[Port, ...]] = (
        Port("inputs", "Ids: whole numbers from 0."),
        Port(
            "count_weights", "What each id counts in `count`, in the shape of the ids; 1 otherwise.", least=0
        ),
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Which there are", {"num_tokens": 5}, {"inputs": (_IDS,)}),
        Example("Each by itself", {"num_tokens": 5, "output_mode": "one_hot"}, {"inputs": (_IDS,)}),
        Example(
            "How much there is of each",
            {"num_tokens": 6, "output_mode": "count"},
            {"inputs": (_IDS,), "count_weights": (TensorSpec((None, 4)),)},
        ),
        Example(
            "One category",
            {"num_tokens": 5, "output_mode": "one_hot"},
            {"inputs": (TensorSpec((None, 1), "int64"),)},
        ),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs)
        weights = inputs.get("count_weights", ())
        if weights and self.output_mode != "count":
            raise refuse(
                "config.invalid",
                f"got `count_weights`, which count in `count` only; `output_mode` is `{self.output_mode}`.",
                "Set `output_mode` to count, or take the edge away.",
                field="output_mode",
            )
        if weights and (
            weights[0].rank != spec.rank
            or any(
                None not in (have, want) and have != want
                for have, want in zip(weights[0].shape, spec.shape, strict=True)
            )
        ):
            raise refuse(
                "shape.mismatch",
                f"got count_weights of shape {weights[0]} and ids of shape {spec}; every id has a weight.",
                "Bring them to one shape.",
                port="count_weights",
            )
        return {"output": encoded(spec, self.num_tokens, self.output_mode)}

    def torch_call(self, inputs: Inputs) -> Call:
        arguments = {"num_tokens": self.num_tokens, "output_mode": self.output_mode}
        return Call("layerloom.layers.modules.preprocessing.CategoryEncoding", arguments)
