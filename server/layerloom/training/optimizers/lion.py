"""Lion."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from layerloom.training.optimizers.base import Optimizer

if TYPE_CHECKING:
    from torch import Tensor


class Lion(Optimizer):
    """Steps of one size in the direction's sign; wants a learning rate a few times smaller than Adam's.

    `p -= rate sign(beta_1 m + (1 - beta_1) g)`, then `m = beta_2 m + (1 - beta_2) g`, as in Keras
    (`keras/src/optimizers/lion.py`). Chen et al., 2023 (https://arxiv.org/abs/2302.06675).
    """

    type_name: ClassVar[str] = "Lion"

    beta_1: float = Field(default=0.9, gt=0, le=1, description="Share of the momentum in this step.")
    beta_2: float = Field(default=0.99, ge=0, lt=1, description="How long old gradients are remembered.")

    def slots(self) -> dict[str, float]:
        return {"momentum": 0.0}

    def update(
        self, weights: "Tensor", gradients: "Tensor", slots: Mapping[str, "Tensor"], rate: float, step: int
    ) -> None:
        momentum = slots["momentum"]
        weights.sub_(momentum.mul(self.beta_1).add_(gradients, alpha=1 - self.beta_1).sign_(), alpha=rate)
        momentum.mul_(self.beta_2).add_(gradients, alpha=1 - self.beta_2)
