"""The layer type `Discretization`."""

from dataclasses import replace
from itertools import pairwise
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from layerloom.layers.base import Category, Example, Inputs, KerasLayer, Outputs, one
from layerloom.layers.calls import Call
from layerloom.layers.fields.numbers import Size, as_tuple
from layerloom.layers.preprocessing.positions import encoded
from layerloom.tensors import TensorSpec

_NUMBERS = {"anyOf": [{"type": "array", "items": {"type": "number"}}, {"type": "null"}]}
_Number = Annotated[float, Field(allow_inf_nan=False)]


class Discretization(KerasLayer):
    """Cuts numbers into bins.

    Of each number it gives how many of `bin_boundaries` are not above it: with [0, 1] what is below 0 gets 0, from 0
    to below 1 gets 1, from 1 on gets 2. The shape stays; with `one_hot`, `multi_hot` or `count` the bins become
    positions, as CategoryEncoding makes them. Boundaries are given: Keras can also find them in data, and then its
    file holds them.
    """

    bin_boundaries: Annotated[
        tuple[_Number, ...], Field(max_length=100_000), BeforeValidator(as_tuple), WithJsonSchema(_NUMBERS)
    ] = Field(description="Where the bins meet, in rising order.")
    num_bins: Size | None = Field(
        default=None, description="How many bins Keras was to find in data; the boundaries say what it found."
    )
    epsilon: float = Field(
        default=0.01, gt=0, description="How exactly Keras looked for boundaries; changes nothing here."
    )
    output_mode: Literal["int", "one_hot", "multi_hot", "count"] = Field(
        default="int",
        description="The bin's number, or its position: of each number, of a sample, or how often.",
    )
    sparse: Literal[False] = Field(
        default=False, description="Sparse tensors are not supported, must be off."
    )

    category: ClassVar[Category] = "preprocessing"
    search_words: ClassVar[tuple[str, ...]] = ("bins", "buckets", "histogram", "digitize", "离散化", "分箱")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Ages", {"bin_boundaries": [18.0, 30.0, 65.0]}, {"inputs": (TensorSpec((None, 3)),)}),
        Example(
            "As positions",
            {"bin_boundaries": [-0.5, 0.0, 0.5], "output_mode": "one_hot"},
            {"inputs": (TensorSpec((None, 1)),)},
        ),
        Example(
            "A histogram of each sample",
            {"bin_boundaries": [0.0], "output_mode": "count"},
            {"inputs": (TensorSpec((None, 8)),)},
        ),
    )

    @model_validator(mode="after")
    def _is_rising(self) -> Self:
        for first, second in pairwise(self.bin_boundaries):
            if first > second:
                raise ValueError(f"`bin_boundaries` must rise; {second} comes after {first}")
        if not self.bin_boundaries and self.output_mode != "int":
            raise ValueError("`bin_boundaries` is empty: with no boundary there is one bin only")
        return self

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs).without_mask()
        if self.output_mode == "int":
            return {"output": replace(spec, dtype="int32")}
        return {"output": encoded(spec, len(self.bin_boundaries) + 1, self.output_mode)}

    def torch_call(self, inputs: Inputs) -> Call:
        arguments = {"bin_boundaries": self.bin_boundaries, "output_mode": self.output_mode}
        return Call("layerloom.layers.modules.preprocessing.Discretization", arguments)
