"""AdamW."""

from typing import ClassVar

from pydantic import Field

from layerloom.training.optimizers.adam import Adam


class AdamW(Adam):
    """Adam with weight decay apart from the gradient.

    As in Keras 3, the decay is 0.004 and acts on all weights, biases included. Loshchilov and Hutter, 2017
    (https://arxiv.org/abs/1711.05101).
    """

    type_name: ClassVar[str] = "AdamW"

    weight_decay: float | None = Field(
        default=0.004,
        ge=0,
        description="Share of itself that each weight loses at a step, times the learning rate.",
    )
