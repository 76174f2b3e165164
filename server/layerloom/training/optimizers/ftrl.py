"""Ftrl."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from layerloom.training.optimizers.base import Optimizer

if TYPE_CHECKING:
    from torch import Tensor


class Ftrl(Optimizer):
    """Follows the regularized leader: with an L1 penalty, weights become exactly 0. For wide, sparse models.

    `n' = n + g²`, `z += g + 2 shrinkage p - (n'^-power - n^-power) / rate p`,
    `p = (clip(z, -l1, l1) - z) / (n'^-power / rate + 2 l2 + beta / rate)`, as in Keras
    (`keras/src/optimizers/ftrl.py`). McMahan et al., 2013.
    """

    type_name: ClassVar[str] = "Ftrl"

    learning_rate_power: float = Field(
        default=-0.5, le=0, description="How the rate falls with the gradients seen; 0 keeps it."
    )
    initial_accumulator_value: float = Field(
        default=0.1, ge=0, description="Where the sum of squares starts."
    )
    l1_regularization_strength: float = Field(default=0.0, ge=0, description="L1 penalty; makes zeros.")
    l2_regularization_strength: float = Field(default=0.0, ge=0, description="L2 penalty.")
    l2_shrinkage_regularization_strength: float = Field(
        default=0.0, ge=0, description="L2 penalty that is added to the gradient."
    )
    beta: float = Field(default=0.0, description="The paper's beta: smaller first steps.")

    def slots(self) -> dict[str, float]:
        return {"accumulator": self.initial_accumulator_value, "linear": 0.0}

    def update(
        self, weights: "Tensor", gradients: "Tensor", slots: Mapping[str, "Tensor"], rate: float, step: int
    ) -> None:
        accumulator, linear = slots["accumulator"], slots["linear"]
        before = accumulator.pow(-self.learning_rate_power)
        accumulator.addcmul_(gradients, gradients)
        after = accumulator.pow(-self.learning_rate_power)
        linear.add_(gradients).addcmul_(after - before, weights, value=-1 / rate)
        if self.l2_shrinkage_regularization_strength:
            linear.add_(weights, alpha=2 * self.l2_shrinkage_regularization_strength)
        divisor = after.div_(rate).add_(2 * self.l2_regularization_strength + self.beta / rate)
        strength = self.l1_regularization_strength
        weights.copy_(linear.clamp(-strength, strength).sub_(linear).div_(divisor))
