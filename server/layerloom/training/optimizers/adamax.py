"""Adamax."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from layerloom.training.optimizers.base import Optimizer

if TYPE_CHECKING:
    from torch import Tensor


class Adamax(Optimizer):
    """Adam with the largest recent gradient in place of their root mean square.

    `u = max(beta_2 u, |g|)`, `p -= rate m / ((1 - beta_1^t)(u + epsilon))`, as in Keras
    (`keras/src/optimizers/adamax.py`). Kingma and Ba, 2014, section 7.
    """

    type_name: ClassVar[str] = "Adamax"

    beta_1: float = Field(default=0.9, ge=0, lt=1, description="How long old gradients are remembered.")
    beta_2: float = Field(default=0.999, ge=0, lt=1, description="How long the largest one is remembered.")
    epsilon: float = Field(default=1e-7, ge=0, description="Keeps the divisor from zero.")

    def slots(self) -> dict[str, float]:
        return {"momentum": 0.0, "norm": 0.0}

    def update(
        self, weights: "Tensor", gradients: "Tensor", slots: Mapping[str, "Tensor"], rate: float, step: int
    ) -> None:
        momentum, norm = slots["momentum"], slots["norm"]
        momentum.lerp_(gradients, 1 - self.beta_1)
        norm.copy_(norm.mul(self.beta_2).maximum(gradients.abs()))
        weights.addcdiv_(momentum, norm.add(self.epsilon), value=-rate / (1 - self.beta_1**step))
