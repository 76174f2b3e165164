"""Cross-entropy of yes-or-no outputs."""

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from layerloom.training.losses.base import EPSILON, Loss, aligned

if TYPE_CHECKING:
    from torch import Tensor


class BinaryCrossentropy(Loss):
    """For outputs that answer yes or no: a sigmoid for each question, targets 0 or 1.

    `-(y log p + (1 - y) log(1 - p))`, the probabilities clipped to [1e-7, 1 - 1e-7], the mean over the last
    axis.
    """

    type_name: ClassVar[str] = "binary_crossentropy"
    aliases: ClassVar[tuple[str, ...]] = ("bce",)

    from_logits: bool = Field(default=False, description="The output has no sigmoid yet.")
    label_smoothing: float = Field(default=0.0, ge=0, le=1, description="Moves targets towards 0.5.")
    axis: int = Field(default=-1, description="Axis of the mean.")

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        return self._each(target, output, "none").mean(self.axis)

    def mean(self, target: "Tensor", output: "Tensor") -> "Tensor":
        return self._each(target, output, "mean")

    def _each(self, target: "Tensor", output: "Tensor", reduction: str) -> "Tensor":
        from torch.nn import functional

        target = aligned(target, output)
        if self.label_smoothing:
            target = target * (1 - self.label_smoothing) + 0.5 * self.label_smoothing
        # By way of the logit, which clips: torch's own loss of probabilities aborts on NaN, on a GPU for good.
        logits = output if self.from_logits else output.logit(EPSILON)
        return functional.binary_cross_entropy_with_logits(logits, target, reduction=reduction)


class BinaryFocalCrossentropy(Loss):
    """Binary cross-entropy in which easy rows count less, for rare answers.

    Lin et al., 2018 (https://arxiv.org/abs/1708.02002).
    """

    type_name: ClassVar[str] = "binary_focal_crossentropy"

    apply_class_balancing: bool = Field(default=False, description="Weigh the two answers by `alpha`.")
    alpha: float = Field(default=0.25, ge=0, le=1, description="Weight of the answer 1.")
    gamma: float = Field(default=2.0, ge=0, description="How little easy rows count.")
    from_logits: bool = Field(default=False, description="The output has no sigmoid yet.")
    label_smoothing: float = Field(default=0.0, ge=0, le=1, description="Moves targets towards 0.5.")
    axis: int = Field(default=-1, description="Axis of the mean.")

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        from torch.nn import functional

        target = aligned(target, output)
        if self.label_smoothing:
            target = target * (1 - self.label_smoothing) + 0.5 * self.label_smoothing
        if self.from_logits:
            output = output.sigmoid()
        entropy = functional.binary_cross_entropy_with_logits(output.logit(EPSILON), target, reduction="none")
        right = target * output + (1 - target) * (1 - output)
        entropy = (1 - right) ** self.gamma * entropy
        if self.apply_class_balancing:
            entropy = (target * self.alpha + (1 - target) * (1 - self.alpha)) * entropy
        return entropy.mean(self.axis)
