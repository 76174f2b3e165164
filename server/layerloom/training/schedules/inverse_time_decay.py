"""Inverse time decay of the learning rate."""

import math
from typing import ClassVar

from pydantic import Field

from layerloom.training.schedules.base import Schedule


class InverseTimeDecay(Schedule):
    """Divides the learning rate by a number that grows with the steps.

    `initial_learning_rate / (1 + decay_rate * step / decay_steps)`, as in `keras.optimizers.schedules`.
    """

    type_name: ClassVar[str] = "InverseTimeDecay"

    initial_learning_rate: float = Field(default=0.001, ge=0, description="Learning rate of the first step.")
    decay_steps: int = Field(default=1000, ge=1, description="Steps for one `decay_rate`.")
    decay_rate: float = Field(default=0.5, ge=0, description="What is added to the divisor.")
    staircase: bool = Field(default=False, description="Change at whole multiples of `decay_steps` only.")

    def at(self, step: int) -> float:
        passed = step / self.decay_steps
        return self.initial_learning_rate / (
            1 + self.decay_rate * (math.floor(passed) if self.staircase else passed)
        )
