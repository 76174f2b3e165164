"""Adagrad."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from layerloom.training.optimizers.base import Optimizer

if TYPE_CHECKING:
    from torch import Tensor


class Adagrad(Optimizer):
    """Smaller steps for weights that were often updated; suits rare features.

    `a += g²`, `p -= rate g / sqrt(a + epsilon)`; `a` starts at 0.1, as in Keras
    (`keras/src/optimizers/adagrad.py`). Duchi et al., 2011.
    """

    type_name: ClassVar[str] = "Adagrad"

    initial_accumulator_value: float = Field(
        default=0.1, ge=0, description="Where the sum of squares starts."
    )
    epsilon: float = Field(default=1e-7, ge=0, description="Keeps the divisor from zero.")

    def slots(self) -> dict[str, float]:
        return {"accumulator": self.initial_accumulator_value}

    def update(
        self, weights: "Tensor", gradients: "Tensor", slots: Mapping[str, "Tensor"], rate: float, step: int
    ) -> None:
        accumulator = slots["accumulator"].addcmul_(gradients, gradients)
        weights.addcdiv_(gradients, accumulator.add(self.epsilon).sqrt_(), value=-rate)
