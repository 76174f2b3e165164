"""Muon."""

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field, field_validator

from layerloom.training.optimizers.base import Optimizer

if TYPE_CHECKING:
    from torch import Tensor


class Muon(Optimizer):
    """Makes the momentum of each matrix orthogonal before it steps; AdamW for everything else.

    Matrices are weights with two axes whose path (`dense/kernel`) neither holds `embedding` nor matches one
    of `exclude_layers`: name the output layer there. The orthogonal matrix comes from `ns_steps` steps of
    Newton and Schulz, as in Keras (`keras/src/optimizers/muon.py`). Jordan, 2024
    (https://github.com/KellerJordan/Muon); Liu et al., 2025 (https://arxiv.org/abs/2502.16982).
    """

    type_name: ClassVar[str] = "Muon"
    by_weight: ClassVar[bool] = True

    weight_decay: float | None = Field(
        default=0.004,
        ge=0,
        description="Share of itself that each matrix loses at a step, times the learning rate.",
    )
    adam_weight_decay: float | None = Field(
        default=0.004, ge=0, description="The same for all weights that AdamW updates."
    )
    exclude_layers: list[str] = Field(
        default=[],
        max_length=64,
        description="Regular expressions; weights whose path matches one go to AdamW.",
    )
    exclude_embeddings: bool = Field(default=True, description="Embeddings go to AdamW.")
    momentum: float = Field(default=0.95, ge=0, le=1, description="How long old gradients are remembered.")
    nesterov: bool = Field(default=True, description="Look ahead by the momentum.")
    ns_steps: int = Field(default=5, ge=0, le=100, description="Steps of Newton and Schulz.")
    rms_rate: float | None = Field(
        default=0.2, ge=0, description="Scales a step to that of AdamW; null for the bare matrix."
    )
    muon_a: float = Field(default=3.4445, description="First factor of the polynomial.")
    muon_b: float = Field(default=-4.7750, description="Second factor of the polynomial.")
    muon_c: float = Field(default=2.0315, description="Third factor of the polynomial.")
    adam_lr_ratio: float = Field(default=1.0, ge=0, description="AdamW's learning rate as a share of Muon's.")
    adam_beta_1: float = Field(default=0.9, ge=0, lt=1, description="AdamW's memory for gradients.")
    adam_beta_2: float = Field(default=0.999, ge=0, lt=1, description="AdamW's memory for their squares.")
    epsilon: float = Field(default=1e-7, ge=0, description="Keeps AdamW's divisor from zero.")

    @field_validator("exclude_layers", mode="before")
    @classmethod
    def _none_is_empty(cls, value: object) -> object:
        return [] if value is None else value

    @field_validator("exclude_layers", mode="after")
    @classmethod
    def _are_expressions(cls, expressions: list[str]) -> list[str]:
        for expression in expressions:
            try:
                re.compile(expression)
            except re.error as error:
                raise ValueError(f"{expression!r} is no regular expression: {error}") from None
        return expressions

    def slots_of(self, weights: "Tensor", path: str) -> dict[str, "Tensor"]:
        slots = {"momentum": weights.new_zeros(weights.shape)}
        if self._goes_to_adam(weights, path):
            slots["velocity"] = weights.new_zeros(weights.shape)
        return slots

    def decay(self, slots: Mapping[str, "Tensor"]) -> float | None:
        return self.adam_weight_decay if "velocity" in slots else self.weight_decay

    def update(
        self, weights: "Tensor", gradients: "Tensor", slots: Mapping[str, "Tensor"], rate: float, step: int
    ) -> None:
        momentum = slots["momentum"]
        if "velocity" in slots:
            velocity = slots["velocity"]
            momentum.lerp_(gradients, 1 - self.adam_beta_1)
            velocity.mul_(self.adam_beta_2).addcmul_(gradients, gradients, value=1 - self.adam_beta_2)
            correction = math.sqrt(1 - self.adam_beta_2**step) / (1 - self.adam_beta_1**step)
            alpha = rate * self.adam_lr_ratio * correction
            weights.addcdiv_(momentum, velocity.sqrt().add_(self.epsilon), value=-alpha)
            return
        momentum.mul_(self.momentum).add_(gradients)
        ahead = gradients.add(momentum, alpha=self.momentum) if self.nesterov else momentum
        scale = 1.0 if self.rms_rate is None else math.sqrt(max(weights.shape)) * self.rms_rate
        weights.sub_(self._orthogonal(ahead), alpha=rate * scale)

    def _goes_to_adam(self, weights: "Tensor", path: str) -> bool:
        if weights.dim() != 2 or (self.exclude_embeddings and "embedding" in path.lower()):
            return True
        return any(re.search(expression, path) for expression in self.exclude_layers)

    def _orthogonal(self, matrix: "Tensor") -> "Tensor":
        is_tall = matrix.shape[0] > matrix.shape[1]
        matrix = matrix.T if is_tall else matrix
        matrix = matrix / (matrix.norm() + 1e-7)
        for _ in range(self.ns_steps):
            square = matrix @ matrix.T
            matrix = self.muon_a * matrix + (self.muon_b * square + self.muon_c * square @ square) @ matrix
        return matrix.T if is_tall else matrix
