"""Polynomial decay of the learning rate."""

import math
from typing import ClassVar

from pydantic import Field

from layerloom.training.schedules.base import Schedule


class PolynomialDecay(Schedule):
    """Falls from `initial_learning_rate` to `end_learning_rate` along a polynomial (a line by default)."""

    type_name: ClassVar[str] = "PolynomialDecay"

    initial_learning_rate: float = Field(default=0.001, ge=0, description="Learning rate of the first step.")
    decay_steps: int = Field(default=1000, ge=1, description="Steps until the end is reached.")
    end_learning_rate: float = Field(default=0.0001, ge=0, description="Where it ends.")
    power: float = Field(default=1.0, gt=0, description="Degree of the polynomial.")
    cycle: bool = Field(default=False, description="Begin again, over a longer way, after the end.")

    def at(self, step: int) -> float:
        if self.cycle:
            steps = self.decay_steps * max(1, math.ceil(step / self.decay_steps))
        else:
            steps, step = self.decay_steps, min(step, self.decay_steps)
        left: float = (1 - step / steps) ** self.power
        return (self.initial_learning_rate - self.end_learning_rate) * left + self.end_learning_rate
