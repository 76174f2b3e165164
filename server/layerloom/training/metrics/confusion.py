"""Metrics of right and wrong yes and no answers."""

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from layerloom.training.losses.base import aligned, fitted
from layerloom.training.metrics.base import Kept, Metric

if TYPE_CHECKING:
    from torch import Tensor


class _Counted(Metric):
    targets: ClassVar[Literal["numbers", "classes", "any"]] = "numbers"

    def begin(self, like: "Tensor") -> Kept:
        import torch

        return {name: torch.zeros((), dtype=torch.float64, device=like.device) for name in _COUNTS}

    def count(
        self, kept: Kept, target: "Tensor", output: "Tensor", mask: "Tensor | None", edge: float
    ) -> None:
        said, right = output > edge, aligned(target, output) > 0.5
        if mask is None:
            kept["true_positives"] += (said & right).sum()
            kept["false_positives"] += (said & ~right).sum()
            kept["false_negatives"] += (~said & right).sum()
            return
        counts = fitted(mask, output).expand_as(output)
        kept["true_positives"] += (said & right & counts).sum()
        kept["false_positives"] += (said & ~right & counts).sum()
        kept["false_negatives"] += (~said & right & counts).sum()


_COUNTS = ("true_positives", "false_positives", "false_negatives")


class Precision(_Counted):
    """Of all that the output called yes, the share that is yes."""

    type_name: ClassVar[str] = "precision"

    thresholds: float | None = Field(default=None, ge=0, le=1, description="Outputs above it mean yes; 0.5.")

    def update(self, kept: Kept, target: "Tensor", output: "Tensor", mask: "Tensor | None") -> None:
        self.count(kept, target, output, mask, 0.5 if self.thresholds is None else self.thresholds)

    def result(self, kept: Kept) -> float:
        return _share(kept["true_positives"], kept["false_positives"])


class Recall(_Counted):
    """Of all that is yes, the share that the output called yes."""

    type_name: ClassVar[str] = "recall"

    thresholds: float | None = Field(default=None, ge=0, le=1, description="Outputs above it mean yes; 0.5.")

    def update(self, kept: Kept, target: "Tensor", output: "Tensor", mask: "Tensor | None") -> None:
        self.count(kept, target, output, mask, 0.5 if self.thresholds is None else self.thresholds)

    def result(self, kept: Kept) -> float:
        return _share(kept["true_positives"], kept["false_negatives"])


class AUC(Metric):
    """Area under the curve of true against false positives: the chance that a yes is ranked above a no.

    Estimated at `num_thresholds` thresholds, by trapezoids, as in Keras (`curve="ROC"`).
    """

    type_name: ClassVar[str] = "auc"
    targets: ClassVar[Literal["numbers", "classes", "any"]] = "numbers"

    num_thresholds: int = Field(default=200, ge=2, description="At how many thresholds it is estimated.")
    curve: Literal["ROC"] = Field(default="ROC", description="Which curve.")
    summation_method: Literal["interpolation"] = Field(default="interpolation", description="Trapezoids.")

    def begin(self, like: "Tensor") -> Kept:
        import torch

        size, device = self.num_thresholds + 1, like.device
        return {
            "positives": torch.zeros(size, dtype=torch.float64, device=device),
            "negatives": torch.zeros(size, dtype=torch.float64, device=device),
        }

    def update(self, kept: Kept, target: "Tensor", output: "Tensor", mask: "Tensor | None") -> None:
        import torch

        right = aligned(target, output) > 0.5
        edges = self._thresholds(output)
        above = torch.bucketize(output.contiguous(), edges).reshape(-1)  # how many thresholds lie below it
        counts = torch.ones_like(output) if mask is None else fitted(mask, output).expand_as(output).float()
        positive = (right * counts).double().reshape(-1)
        negative = (~right * counts).double().reshape(-1)
        kept["positives"].index_add_(0, above, positive)
        kept["negatives"].index_add_(0, above, negative)

    def result(self, kept: Kept) -> float:
        # Entry k holds what lies above exactly k thresholds: sums from the end tell what lies above each.
        positives = kept["positives"].flip(0).cumsum(0).flip(0)
        negatives = kept["negatives"].flip(0).cumsum(0).flip(0)
        if not float(positives[0]) or not float(negatives[0]):
            return 0.0
        hits, alarms = positives[1:] / positives[0], negatives[1:] / negatives[0]
        return float(((alarms[:-1] - alarms[1:]) * (hits[:-1] + hits[1:]) / 2).sum())

    def _thresholds(self, like: "Tensor") -> "Tensor":
        import torch

        inner = [index / (self.num_thresholds - 1) for index in range(1, self.num_thresholds - 1)]
        return torch.tensor([-1e-7, *inner, 1 + 1e-7], dtype=like.dtype, device=like.device)


def _share(true: "Tensor", false: "Tensor") -> float:
    every = float(true) + float(false)
    return float(true) / every if every else 0.0
