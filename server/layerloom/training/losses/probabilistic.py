"""Losses between distributions and counts."""

from typing import TYPE_CHECKING, ClassVar

from layerloom.tensors import TensorSpec
from layerloom.training.losses.base import EPSILON, Loss, aligned
from layerloom.training.losses.categorical_crossentropy import one_class

if TYPE_CHECKING:
    from torch import Tensor


class KLDivergence(Loss):
    """`Σ y log(y / p)`: how far a distribution over classes is from the target distribution."""

    type_name: ClassVar[str] = "kl_divergence"
    aliases: ClassVar[tuple[str, ...]] = ("kld",)

    def mismatch(self, output: TensorSpec) -> tuple[str, str] | None:
        return one_class(self.type_name, output)

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        target = aligned(target, output).clamp(EPSILON, 1)
        return (target * (target / output.clamp(EPSILON, 1)).log()).sum(-1)


class Poisson(Loss):
    """`p - y log p`, the mean over the last axis, for counts."""

    type_name: ClassVar[str] = "poisson"

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        return (output - aligned(target, output) * (output + EPSILON).log()).mean(-1)
