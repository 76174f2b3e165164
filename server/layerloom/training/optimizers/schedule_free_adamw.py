"""ScheduleFreeAdamW."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from layerloom.training.optimizers.base import Optimizer
from layerloom.training.schedules.base import ScheduleChoice

if TYPE_CHECKING:
    from torch import Tensor


class ScheduleFreeAdamW(Optimizer):
    """Averages where it has been instead of lowering the learning rate; needs no schedule and no known end.

    `z` goes as Adam goes, without momentum; `x` is the mean of all `z`; the weights are
    `(1 - beta_1) z + beta_1 x`, as in Keras (`keras/src/optimizers/schedule_free_adamw.py`). Defazio et al.,
    2024 (https://arxiv.org/abs/2405.15682).
    """

    type_name: ClassVar[str] = "ScheduleFreeAdamW"

    learning_rate: float | ScheduleChoice = Field(
        default=0.0025, description="How far one step goes: a number, or a schedule over the steps."
    )
    beta_1: float = Field(default=0.9, gt=0, le=1, description="Share of the mean in the weights.")
    beta_2: float = Field(default=0.999, ge=0, lt=1, description="How long squares are remembered.")
    epsilon: float = Field(default=1e-8, ge=0, description="Keeps the divisor from zero.")
    warmup_steps: int = Field(default=0, ge=0, description="Updates in which the rate rises from 0.")

    def slots_of(self, weights: "Tensor", path: str) -> dict[str, "Tensor"]:
        return {"momentum": weights.clone(), "velocity": weights.new_zeros(weights.shape)}

    def update(
        self, weights: "Tensor", gradients: "Tensor", slots: Mapping[str, "Tensor"], rate: float, step: int
    ) -> None:
        if self.warmup_steps:
            rate *= min(step / self.warmup_steps, 1.0)
        momentum, velocity = slots["momentum"], slots["velocity"]
        velocity.mul_(self.beta_2).addcmul_(gradients, gradients, value=1 - self.beta_2)
        mean = weights.sub_(momentum, alpha=1 - self.beta_1).div_(self.beta_1)
        root = velocity.sqrt().div_(math.sqrt(1 - self.beta_2**step)).add_(self.epsilon)
        momentum.addcdiv_(gradients, root, value=-rate)
        mean.lerp_(momentum, 1 / step)
        weights.mul_(self.beta_1).add_(momentum, alpha=1 - self.beta_1)
