"""Lamb."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from layerloom.training.optimizers.base import Optimizer

if TYPE_CHECKING:
    from torch import Tensor


class Lamb(Optimizer):
    """Adam whose step is as long as the weight itself, times the learning rate. For very large batches.

    `u = m̂ / (sqrt(v̂) + epsilon)`, `p -= rate |p| / |u| u`, the norms over each weight, as in Keras
    (`keras/src/optimizers/lamb.py`). You et al., 2019 (https://arxiv.org/abs/1904.00962).
    """

    type_name: ClassVar[str] = "Lamb"
    by_weight: ClassVar[bool] = True

    beta_1: float = Field(default=0.9, ge=0, lt=1, description="How long old gradients are remembered.")
    beta_2: float = Field(default=0.999, ge=0, lt=1, description="How long their squares are remembered.")
    epsilon: float = Field(default=1e-7, ge=0, description="Keeps the divisor from zero.")

    def slots(self) -> dict[str, float]:
        return {"momentum": 0.0, "velocity": 0.0}

    def update(
        self, weights: "Tensor", gradients: "Tensor", slots: Mapping[str, "Tensor"], rate: float, step: int
    ) -> None:
        momentum, velocity = slots["momentum"], slots["velocity"]
        momentum.lerp_(gradients, 1 - self.beta_1)
        velocity.mul_(self.beta_2).addcmul_(gradients, gradients, value=1 - self.beta_2)
        root = velocity.div(1 - self.beta_2**step).sqrt_().add_(self.epsilon)
        update = momentum.div(1 - self.beta_1**step).div_(root)
        size, length = weights.norm(), update.norm()
        ratio = (size / length).where((size > 0) & (length > 0), size.new_ones(()))
        weights.sub_(update.mul_(ratio), alpha=rate)
