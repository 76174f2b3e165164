"""Nadam."""

import math
from collections.abc import Mapping
from functools import cache
from itertools import accumulate
from operator import mul
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from layerloom.training.optimizers.base import Optimizer

if TYPE_CHECKING:
    from torch import Tensor

_SETTLED = 1000
"""Steps after which 0.96^t no longer changes a factor, so that the product grows by `beta_1` alone."""


class Nadam(Optimizer):
    """Adam with Nesterov's look ahead.

    `u_t = beta_1 (1 - 0.96^t / 2)`; see `keras/src/optimizers/nadam.py`. Dozat, 2015.
    """

    type_name: ClassVar[str] = "Nadam"

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
        ahead = _factor(self.beta_1, step + 1) / (1 - _product(self.beta_1, step + 1))
        now = (1 - _factor(self.beta_1, step)) / (1 - _product(self.beta_1, step))
        root = velocity.sqrt().div_(math.sqrt(1 - self.beta_2**step)).add_(self.epsilon)
        weights.addcdiv_(momentum.mul(ahead).add_(gradients, alpha=now), root, value=-rate)


def _factor(beta: float, step: int) -> float:
    return beta * (1 - 0.5 * 0.96**step)


@cache
def _products(beta: float) -> tuple[float, ...]:
    return tuple(accumulate((_factor(beta, step) for step in range(1, _SETTLED + 1)), mul))


def _product(beta: float, step: int) -> float:
    """Product of the factors of steps 1 to `step`."""
    if step <= _SETTLED:
        return _products(beta)[step - 1]
    return _products(beta)[-1] * beta ** (step - _SETTLED)
