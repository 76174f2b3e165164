"""The layer type `Model`."""

from typing import ClassVar

from pydantic import Field

from layerloom.document import Identifier
from layerloom.layers.base import Category, Example, KerasLayer, Port


class Model(KerasLayer):
    """Calls a whole model as if it were a layer.

    Its ports are the Input and Output nodes of the model that it names. Every node of this layer shares its
    weights; another layer of the same model has weights of its own. Models may hold models, to any depth,
    but not themselves.
    """

    model: Identifier = Field(description="Id of the model, in this document, that is called.")

    category: ClassVar[Category] = "wrappers"
    search_words: ClassVar[tuple[str, ...]] = ("functional", "nested", "sub-model", "group", "模型", "嵌套")
    input_ports: ClassVar[tuple[Port, ...]] = (Port("inputs", "The model's inputs.", least=0, most=None),)
    keras_name: ClassVar[str | None] = "Functional"
    structural: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = (
        Example("A shared picture model", {"model": "vision"}),
        Example("An encoder", {"model": "encoder"}),
    )
