"""A loss of embeddings: rows of one class close together, rows of different classes apart."""

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from layerloom.training.losses.base import Loss

if TYPE_CHECKING:
    from torch import Tensor


class Circle(Loss):
    """Compares each row of a batch with all others by the cosine; outputs are vectors of length 1.

    Targets are class numbers; put a UnitNormalization layer before the output. Rows whose loss is 0 don't
    count. As in Keras (`keras/src/losses/losses.py`). Sun et al., 2020 (https://arxiv.org/abs/2002.10857).
    """

    type_name: ClassVar[str] = "circle"
    targets: ClassVar[Literal["numbers", "classes"]] = "classes"
    masks_itself: ClassVar[bool] = True

    gamma: float = Field(default=80.0, gt=0, description="How steep the loss is.")
    margin: float = Field(default=0.4, description="How near is near enough.")
    remove_diagonal: bool = Field(default=True, description="Don't compare a row with itself.")

    def valid(self, target: "Tensor", values: "Tensor") -> "Tensor | None":
        return values > 0

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        import torch

        labels = target.reshape(-1, 1)
        distances = (1 - output @ output.T).clamp(min=0)
        same = labels == labels.T
        other = ~same
        if self.remove_diagonal:
            same = same & ~torch.eye(len(labels), dtype=torch.bool, device=same.device)
        near = -self.gamma * (self.margin + distances).clamp(min=0) * (self.margin - distances)
        far = self.gamma * (1 + self.margin - distances).clamp(min=0) * (1 - self.margin - distances)
        has_both = same.any(1) & other.any(1)
        total = _together(near, same, has_both) + _together(far, other, has_both)
        # A row without a partner or without a stranger loses nothing, and must not give NaN as a gradient.
        return torch.nn.functional.softplus(total).where(has_both, total.new_zeros(()))


def _together(values: "Tensor", which: "Tensor", rows: "Tensor") -> "Tensor":
    """The logarithm of the sum of the exponentials of some values of each row; of all where it isn't used."""
    return values.masked_fill(~which & rows.unsqueeze(1), float("-inf")).logsumexp(1)
