"""Stochastic gradient descent."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from layerloom.training.optimizers.base import Optimizer
from layerloom.training.schedules.base import ScheduleChoice

if TYPE_CHECKING:
    from torch import Tensor


class SGD(Optimizer):
    """Goes against the gradient; with momentum, part of the last step is taken again.

    `v = momentum v - rate g`, `p += v` (nesterov: `p += momentum v - rate g`). The rate is inside `v`, as
    in Keras (`keras/src/optimizers/sgd.py`), so a changed rate acts on what is added from then on.
    """

    type_name: ClassVar[str] = "SGD"

    learning_rate: float | ScheduleChoice = Field(
        default=0.01, description="How far one step goes: a number, or a schedule over the steps."
    )
    momentum: float = Field(
        default=0.0, ge=0, le=1, description="Share of the last step that is taken again."
    )
    nesterov: bool = Field(default=False, description="Look ahead by the momentum.")

    def slots(self) -> dict[str, float]:
        return {"momentum": 0.0} if self.momentum > 0 else {}

    def update(
        self, weights: "Tensor", gradients: "Tensor", slots: Mapping[str, "Tensor"], rate: float, step: int
    ) -> None:
        if self.momentum == 0:
            weights.add_(gradients, alpha=-rate)
            return
        momentum = slots["momentum"]
        momentum.mul_(self.momentum).add_(gradients, alpha=-rate)
        if self.nesterov:
            weights.add_(momentum, alpha=self.momentum).add_(gradients, alpha=-rate)
        else:
            weights.add_(momentum)
