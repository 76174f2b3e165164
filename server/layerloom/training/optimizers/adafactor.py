"""Adafactor."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from layerloom.training.optimizers.base import Optimizer

if TYPE_CHECKING:
    from torch import Tensor


class Adafactor(Optimizer):
    """Adam without momentum that keeps squares by row and by column only; little memory for large weights.

    The squares of a weight with two axes or more are estimated from their means over its last axis and over
    the one before, in Keras' layout. Steps are relative to the size of the weight, as in Keras
    (`keras/src/optimizers/adafactor.py`). Shazeer and Stern, 2018 (https://arxiv.org/abs/1804.04235).
    """

    type_name: ClassVar[str] = "Adafactor"
    by_weight: ClassVar[bool] = True

    beta_2_decay: float = Field(default=-0.8, lt=0, description="How fast old squares stop to be forgotten.")
    epsilon_1: float = Field(default=1e-30, ge=0, description="Keeps the divisor from zero.")
    epsilon_2: float = Field(default=1e-3, ge=0, description="Size that a weight has at least.")
    clip_threshold: float = Field(default=1.0, gt=0, description="Largest root mean square of a step.")
    relative_step: bool = Field(
        default=True, description="Lower a constant learning rate with the steps, at most 1 / sqrt(step)."
    )

    def slots_of(self, weights: "Tensor", path: str) -> dict[str, "Tensor"]:
        if weights.dim() < 2:
            return {"velocity": weights.new_zeros(weights.shape)}
        shape = weights.shape
        return {
            "rows": weights.new_zeros(shape[:-1]),
            "columns": weights.new_zeros((*shape[:-2], shape[-1])),
        }

    def update(
        self, weights: "Tensor", gradients: "Tensor", slots: Mapping[str, "Tensor"], rate: float, step: int
    ) -> None:
        # Keras lowers the rate here even where `relative_step` is off; the flag changes nothing.
        relative = min(rate, 1 / math.sqrt(step))
        remembered = 1 - step**self.beta_2_decay
        squares = gradients.square().add_(self.epsilon_1)
        if weights.dim() < 2:
            velocity = slots["velocity"].mul_(remembered).add_(squares, alpha=1 - remembered)
        else:
            rows = slots["rows"].mul_(remembered).add_(squares.mean(-1), alpha=1 - remembered)
            columns = slots["columns"].mul_(remembered).add_(squares.mean(-2), alpha=1 - remembered)
            velocity = (rows / rows.mean(-1, keepdim=True)).unsqueeze(-1) * columns.unsqueeze(-2)
        update = gradients / velocity.sqrt()
        update.div_((_size(update) / self.clip_threshold).clamp(min=1.0))
        weights.sub_(update.mul_(_size(weights).clamp(min=self.epsilon_2)), alpha=relative)


def _size(tensor: "Tensor") -> "Tensor":
    return tensor.square().mean().sqrt()
