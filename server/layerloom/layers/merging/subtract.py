"""The layer type `Subtract`."""

from typing import ClassVar

from layerloom.layers.base import Example, Inputs, Outputs, Port, refuse
from layerloom.layers.merging.elementwise import TWO_TENSORS, ElementwiseMerge
from layerloom.tensors import TensorSpec


class Subtract(ElementwiseMerge):
    """Takes the second tensor from the first.

    x₁ - x₂, entry by entry. Shapes must be equal, or 1 where they differ; a tensor of lower
    rank gets axes after its batch.
    """

    search_words: ClassVar[tuple[str, ...]] = ("difference", "merge", "minus", "sub", "相减")
    input_ports: ClassVar[tuple[Port, ...]] = TWO_TENSORS
    examples: ClassVar[tuple[Example, ...]] = (
        Example("How two vectors differ", {}, {"inputs": (TensorSpec((None, 8)), TensorSpec((None, 8)))}),
        Example("A vector on every step", {}, {"inputs": (TensorSpec((None, 5, 4)), TensorSpec((None, 4)))}),
        Example(
            "Two masked sequences",
            {},
            {"inputs": (TensorSpec((None, 5, 4), masked=True), TensorSpec((None, 5, 4), masked=True))},
        ),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        outputs = super().infer(inputs)
        if outputs["output"].dtype == "bool":
            raise refuse(
                "dtype.mismatch",
                "got two tensors of booleans, which have no difference.",
                "Turn one of them into numbers first.",
                port="inputs",
            )
        return outputs
