"""Validates with the moving average of the weights."""

from typing import ClassVar

from pydantic import Field

from layerloom.training.callbacks.base import Callback


class SwapEMAWeights(Callback):
    """Puts the moving average in the place of the weights while they are validated. Needs an optimizer with `use_ema`.

    As in Keras, training goes on with the weights themselves.
    """

    type_name: ClassVar[str] = "SwapEMAWeights"

    swap_on_epoch: bool = Field(
        default=False, description="Checkpoints that are saved after an epoch hold the average too."
    )
