"""Adam."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from layerloom.training.optimizers.base import Optimizer

if TYPE_CHECKING:
    from torch import Tensor


class Adam(Optimizer):
    """Momentum, and for each weight a step that fits its recent gradients. A sound start for most models.

    `m += (g - m)(1 - beta_1)`, `v += (g² - v)(1 - beta_2)`,
    `p -= rate sqrt(1 - beta_2^t) / (1 - beta_1^t) m / (sqrt(v) + epsilon)`: epsilon is added to the
    uncorrected root, as in Keras 3 (`keras/src/optimizers/adam.py`). Kingma and Ba, 2014
    (https://arxiv.org/abs/1412.6980).
    """

    type_name: ClassVar[str] = "Adam"

    beta_1: float = Field(default=0.9, ge=0, lt=1, description="How long old gradients are remembered.")
    beta_2: float = Field(default=0.999, ge=0, lt=1, description="How long their squares are remembered.")
    epsilon: float = Field(default=1e-7, ge=0, description="Keeps the divisor from zero.")
    amsgrad: bool = Field(default=False, description="Never let the divisor shrink.")

    def slots(self) -> dict[str, float]:
        names = ["momentum", "velocity"] + (["velocity_hat"] if self.amsgrad else [])
        return dict.fromkeys(names, 0.0)

    def update(
        self, weights: "Tensor", gradients: "Tensor", slots: Mapping[str, "Tensor"], rate: float, step: int
    ) -> None:
        if _fits_fused(weights, gradients):
            self._update_fused(weights, gradients, slots, rate, step)
            return
        momentum, velocity = slots["momentum"], slots["velocity"]
        momentum.lerp_(gradients, 1 - self.beta_1)
        velocity.mul_(self.beta_2).addcmul_(gradients, gradients, value=1 - self.beta_2)
        if self.amsgrad:
            highest = slots["velocity_hat"]
            velocity = highest.copy_(highest.maximum(velocity))
        alpha = rate * math.sqrt(1 - self.beta_2**step) / (1 - self.beta_1**step)
        weights.addcdiv_(momentum, velocity.sqrt().add_(self.epsilon), value=-alpha)

    def _update_fused(
        self, weights: "Tensor", gradients: "Tensor", slots: Mapping[str, "Tensor"], rate: float, step: int
    ) -> None:
        """torch's kernel, which goes over the buffers once: less than half the time.

        It divides by `sqrt(v / (1 - beta_2^t)) + eps`; with `eps = epsilon / sqrt(1 - beta_2^t)` that is Keras'.
        """
        import torch

        highest = [slots["velocity_hat"]] if self.amsgrad else []
        torch._fused_adam_(
            [weights],
            [gradients],
            [slots["momentum"]],
            [slots["velocity"]],
            highest,
            [torch.full((), float(step), device=weights.device)],
            lr=rate,
            beta1=self.beta_1,
            beta2=self.beta_2,
            weight_decay=0.0,
            eps=self.epsilon / math.sqrt(1 - self.beta_2**step),
            amsgrad=self.amsgrad,
            maximize=False,
        )


def _fits_fused(weights: "Tensor", gradients: "Tensor") -> bool:
    """The fused kernel takes elements as they lie in memory, so both have to lie alike, without gaps."""
    import torch

    return (
        hasattr(torch, "_fused_adam_")
        and weights.is_floating_point()
        and weights.is_contiguous()
        and gradients.is_contiguous()
    )
