"""The layer type `TimeDistributed`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Category, Example, KerasLayer
from layerloom.layers.binding import LayerId


class TimeDistributed(KerasLayer):
    """Applies a layer or a model to every step of a sequence.

    Each tensor of shape (batch, time, …) is cut into its steps; the wrapped layer is called on each with
    the same weights, and the results are put together again: (batch, time, …). It has the ports of what it
    wraps, several inputs and outputs included, and hands masks on. The wrapped layer can be called directly
    too; the weights are the same.
    """

    layer: LayerId = Field(description="Id of the layer, in this model, that is applied to every step.")

    category: ClassVar[Category] = "wrappers"
    search_words: ClassVar[tuple[str, ...]] = (
        "each step",
        "every frame",
        "video",
        "map",
        "sequence",
        "时间分布",
    )
    mask_out: ClassVar = "pass"
    structural: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = (
        Example("A picture model on every frame", {"layer": "vision"}),
        Example("A Dense on every step", {"layer": "decide"}),
    )
