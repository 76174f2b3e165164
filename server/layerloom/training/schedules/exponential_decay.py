"""Exponential decay of the learning rate."""

import math
from typing import ClassVar

from pydantic import Field

from layerloom.training.schedules.base import Schedule


class ExponentialDecay(Schedule):
    """Multiplies the learning rate by `decay_rate` every `decay_steps` steps.

    `initial_learning_rate * decay_rate ** (step / decay_steps)`, as in `keras.optimizers.schedules`.
    """

    type_name: ClassVar[str] = "ExponentialDecay"

    initial_learning_rate: float = Field(default=0.001, ge=0, description="Learning rate of the first step.")
    decay_steps: int = Field(default=1000, ge=1, description="Steps for one factor.")
    decay_rate: float = Field(default=0.9, gt=0, description="The factor.")
    staircase: bool = Field(default=False, description="Change at whole multiples of `decay_steps` only.")

    def at(self, step: int) -> float:
        power = step / self.decay_steps
        return self.initial_learning_rate * self.decay_rate ** (
            math.floor(power) if self.staircase else power
        )
