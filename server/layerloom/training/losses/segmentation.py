"""Losses of images cut into regions: how far the output's region and the target's overlap."""

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from layerloom.training.losses.base import EPSILON, Loss, aligned

if TYPE_CHECKING:
    from torch import Tensor


class _Overlap(Loss):
    axis: int | list[int] | None = Field(
        default=None, description="Axes that make one region; all of them, the batch too, if not given."
    )

    def _sum(self, tensor: "Tensor") -> "Tensor":
        return tensor.sum() if self.axis is None else tensor.sum(self.axis)


class Dice(_Overlap):
    """`1 - 2 Σ y p / (Σ y + Σ p)`, over whole regions and not pixel by pixel, for masks of images."""

    type_name: ClassVar[str] = "dice"

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        target = aligned(target, output)
        both = self._sum(target * output)
        return 1 - 2 * both / (self._sum(target) + self._sum(output) + EPSILON)


class Tversky(_Overlap):
    """`1 - Σ y p / (Σ y p + alpha Σ y (1 - p) + beta Σ p (1 - y))`: Dice with a price for each mistake.

    As in Keras (`keras/src/losses/losses.py`). Salehi et al., 2017 (https://arxiv.org/abs/1706.05721).
    """

    type_name: ClassVar[str] = "tversky"

    alpha: float = Field(default=0.5, ge=0, description="Price of what the output left out.")
    beta: float = Field(default=0.5, ge=0, description="Price of what the output has too much.")

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        target = aligned(target, output)
        both = self._sum(target * output)
        left_out, too_much = self._sum((1 - output) * target), self._sum(output * (1 - target))
        return 1 - both / (both + self.alpha * left_out + self.beta * too_much + EPSILON)
