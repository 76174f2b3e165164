"""RMSprop."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from layerloom.training.optimizers.base import Optimizer

if TYPE_CHECKING:
    from torch import Tensor


class RMSprop(Optimizer):
    """Divides each gradient by a running mean of its recent size. A sound start for recurrent models.

    `a = rho a + (1 - rho) g²`, `p -= rate g / sqrt(a + epsilon)`: epsilon is inside the root and rho is
    0.9, as in Keras 3 (`keras/src/optimizers/rmsprop.py`); torch has it outside, and 0.99. Hinton, 2012.
    """

    type_name: ClassVar[str] = "RMSprop"

    rho: float = Field(default=0.9, ge=0, le=1, description="How long old gradients are remembered.")
    momentum: float = Field(
        default=0.0, ge=0, le=1, description="Share of the last step that is taken again."
    )
    epsilon: float = Field(default=1e-7, ge=0, description="Keeps the divisor from zero.")
    centered: bool = Field(default=False, description="Divide by the estimated variance of the gradient.")

    def slots(self) -> dict[str, float]:
        names = ["velocity"]
        if self.momentum > 0:
            names.append("momentum")
        if self.centered:
            names.append("average_gradient")
        return dict.fromkeys(names, 0.0)

    def update(
        self, weights: "Tensor", gradients: "Tensor", slots: Mapping[str, "Tensor"], rate: float, step: int
    ) -> None:
        velocity = slots["velocity"]
        velocity.mul_(self.rho).addcmul_(gradients, gradients, value=1 - self.rho)
        if self.centered:
            average = slots["average_gradient"]
            average.mul_(self.rho).add_(gradients, alpha=1 - self.rho)
            inverse = velocity.addcmul(average, average, value=-1).add_(self.epsilon).rsqrt_()
        else:
            inverse = velocity.add(self.epsilon).rsqrt_()
        if self.momentum > 0:
            momentum = slots["momentum"]
            momentum.mul_(self.momentum).addcmul_(gradients, inverse, value=rate)
            weights.sub_(momentum)
        else:
            weights.addcmul_(gradients, inverse, value=-rate)
