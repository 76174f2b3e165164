"""The layer type `Join`."""

from typing import ClassVar

from layerloom.layers.base import Category, Example, LayerType, Port
from layerloom.layers.merging.elementwise import TENSORS
from layerloom.tensors import TensorSpec


class Join(LayerType):
    """Bundles tensors under their names, without arithmetic.

    The mode `join` of Keras 0.3: the tensors stay as they are, named by the nodes that they come from, in
    edge order. One edge then feeds a layer that takes several inputs, such as a model. A bundle has no
    shape of its own and can't be an Output.
    """

    category: ClassVar[Category] = "merging"
    search_words: ClassVar[tuple[str, ...]] = ("bundle", "group", "dict", "pack", "merge", "合并", "打包")
    input_ports: ClassVar[tuple[Port, ...]] = TENSORS
    keras_name: ClassVar[str | None] = ""
    structural: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "Two pictures for one model", {}, {"inputs": (TensorSpec((None, 8, 8)), TensorSpec((None, 8, 8)))}
        ),
        Example(
            "A picture and its question",
            {},
            {"inputs": (TensorSpec((None, 8, 8, 3)), TensorSpec((None, 12)))},
        ),
    )

    def outputs(self) -> tuple[Port, ...]:
        return (Port("output", "The bundle."),)
