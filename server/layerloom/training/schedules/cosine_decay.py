"""Cosine decay of the learning rate, with an optional linear warm-up."""

import math
from typing import ClassVar

from pydantic import Field

from layerloom.training.schedules.base import Schedule


class CosineDecay(Schedule):
    """Falls along half a cosine to `alpha` times the highest learning rate, after a warm-up if there is one.

    With `warmup_target` the rate first rises from `initial_learning_rate` to the target in `warmup_steps`
    steps and then decays from there. Loshchilov and Hutter, 2016 (https://arxiv.org/abs/1608.03983).
    """

    type_name: ClassVar[str] = "CosineDecay"

    initial_learning_rate: float = Field(default=0.001, ge=0, description="Learning rate of the first step.")
    decay_steps: int = Field(default=1000, ge=1, description="Steps of the decay.")
    alpha: float = Field(default=0.0, ge=0, description="Lowest rate, as a fraction of the highest.")
    warmup_target: float | None = Field(default=None, ge=0, description="Rate that the warm-up reaches.")
    warmup_steps: int = Field(default=0, ge=0, description="Steps of the warm-up.")

    def at(self, step: int) -> float:
        if self.warmup_target is None:
            return self._decayed(min(step, self.decay_steps), self.initial_learning_rate)
        if step < self.warmup_steps:
            rise = self.warmup_target - self.initial_learning_rate
            return self.initial_learning_rate + rise * step / self.warmup_steps
        step = min(step, self.decay_steps + self.warmup_steps)
        return self._decayed(step - self.warmup_steps, self.warmup_target)

    def _decayed(self, step: int, highest: float) -> float:
        cosine = 0.5 * (1 + math.cos(math.pi * step / self.decay_steps))
        return highest * ((1 - self.alpha) * cosine + self.alpha)
