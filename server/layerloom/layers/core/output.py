"""The layer type `Output`."""

from typing import ClassVar

from layerloom.layers.base import Category, Example, Inputs, LayerType, Outputs, Port, one
from layerloom.tensors import TensorSpec


class Output(LayerType):
    """Where a tensor leaves the model.

    It changes nothing; it gives an end a name. Loss, loss weight, metrics, target and curve belong to the
    Output's node id, so that two outputs of one shared layer keep two losses.
    """

    category: ClassVar[Category] = "core"
    search_words: ClassVar[tuple[str, ...]] = ("end", "result", "target", "head", "输出")
    input_ports: ClassVar[tuple[Port, ...]] = (Port("inputs", "Tensor that the model gives."),)
    keras_name: ClassVar[str | None] = ""
    structural: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = (
        Example("One probability", {}, {"inputs": (TensorSpec((None, 1)),)}),
        Example("A probability for each step", {}, {"inputs": (TensorSpec((None, 12, 5)),)}),
    )

    def outputs(self) -> tuple[Port, ...]:
        return ()

    def infer(self, inputs: Inputs) -> Outputs:
        return {"output": one(inputs)}

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        return 0
