"""Cosine decay of the learning rate, again and again."""

import math
from typing import ClassVar

from pydantic import Field

from layerloom.training.schedules.base import Schedule


class CosineDecayRestarts(Schedule):
    """Falls along half a cosine, jumps up and falls again, each time for longer.

    Each period is `t_mul` times as long as the one before and starts `m_mul` times as high. Loshchilov and
    Hutter, 2016 (https://arxiv.org/abs/1608.03983).
    """

    type_name: ClassVar[str] = "CosineDecayRestarts"

    initial_learning_rate: float = Field(default=0.001, ge=0, description="Learning rate of the first step.")
    first_decay_steps: int = Field(default=1000, ge=1, description="Steps of the first period.")
    t_mul: float = Field(default=2.0, ge=1, description="How much longer each period is.")
    m_mul: float = Field(default=1.0, ge=0, description="How much higher each period starts.")
    alpha: float = Field(default=0.0, ge=0, description="Lowest rate, as a fraction of the first.")

    def at(self, step: int) -> float:
        passed = step / self.first_decay_steps
        if self.t_mul == 1.0:
            restarts = math.floor(passed)
            passed -= restarts
        else:
            restarts = math.floor(math.log(1 + passed * (self.t_mul - 1), self.t_mul))
            # The logarithm may fall to either side of a whole number; the periods' own edges decide.
            while self._edge(restarts + 1) <= passed:
                restarts += 1
            while self._edge(restarts) > passed:
                restarts -= 1
            passed = (passed - self._edge(restarts)) / self.t_mul**restarts
        cosine: float = 0.5 * self.m_mul**restarts * (1 + math.cos(math.pi * passed))
        return self.initial_learning_rate * ((1 - self.alpha) * cosine + self.alpha)

    def _edge(self, restarts: int) -> float:
        """Where a period starts, in lengths of the first."""
        return float((self.t_mul**restarts - 1) / (self.t_mul - 1))
