"""Adadelta."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from layerloom.training.optimizers.base import Optimizer

if TYPE_CHECKING:
    from torch import Tensor


class Adadelta(Optimizer):
    """Steps measured by the recent steps themselves, in the weight's own unit.

    Both roots have epsilon inside, as in Keras (`keras/src/optimizers/adadelta.py`); the learning rate of
    Keras 3 is 0.001, that of the paper 1. Zeiler, 2012 (https://arxiv.org/abs/1212.5701).
    """

    type_name: ClassVar[str] = "Adadelta"

    rho: float = Field(default=0.95, ge=0, le=1, description="How long old gradients are remembered.")
    epsilon: float = Field(default=1e-7, ge=0, description="Keeps the roots from zero.")

    def slots(self) -> dict[str, float]:
        return {"accumulated_gradient": 0.0, "accumulated_delta": 0.0}

    def update(
        self, weights: "Tensor", gradients: "Tensor", slots: Mapping[str, "Tensor"], rate: float, step: int
    ) -> None:
        squares, deltas = slots["accumulated_gradient"], slots["accumulated_delta"]
        squares.mul_(self.rho).addcmul_(gradients, gradients, value=1 - self.rho)
        delta = deltas.add(self.epsilon).sqrt_().mul_(gradients).div_(squares.add(self.epsilon).sqrt_())
        deltas.mul_(self.rho).addcmul_(delta, delta, value=1 - self.rho)
        weights.sub_(delta, alpha=rate)
