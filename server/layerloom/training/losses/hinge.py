"""Losses that ask for a margin between right and wrong."""

from typing import TYPE_CHECKING, ClassVar

from layerloom.tensors import TensorSpec
from layerloom.training.losses.base import Loss, aligned
from layerloom.training.losses.categorical_crossentropy import one_class

if TYPE_CHECKING:
    from torch import Tensor


class Hinge(Loss):
    """`max(1 - y p, 0)`, the mean over the last axis. Targets are -1 and 1; 0 and 1 become -1 and 1."""

    type_name: ClassVar[str] = "hinge"

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        return _margin(target, output).mean(-1)


class SquaredHinge(Loss):
    """`max(1 - y p, 0)²`, the mean over the last axis. Targets are -1 and 1; 0 and 1 become -1 and 1."""

    type_name: ClassVar[str] = "squared_hinge"

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        return _margin(target, output).square().mean(-1)


class CategoricalHinge(Loss):
    """`max(best wrong class - right class + 1, 0)`, with one-hot targets."""

    type_name: ClassVar[str] = "categorical_hinge"

    def mismatch(self, output: TensorSpec) -> tuple[str, str] | None:
        return one_class(self.type_name, output)

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        target = aligned(target, output)
        right = (target * output).sum(-1)
        wrong = ((1 - target) * output).amax(-1)
        return (wrong - right + 1).clamp(min=0)


def _margin(target: "Tensor", output: "Tensor") -> "Tensor":
    target = aligned(target, output)
    zero_or_one = ((target == 0) | (target == 1)).all()  # a tensor: no wait for the device
    target = (2 * target - 1).where(zero_or_one, target)
    return (1 - target * output).clamp(min=0)
