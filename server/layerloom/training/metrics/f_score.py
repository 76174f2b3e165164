"""Metrics that weigh precision against recall."""

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from layerloom.training.losses.base import EPSILON, aligned
from layerloom.training.metrics.base import Kept, Metric

if TYPE_CHECKING:
    from torch import Tensor


class _Score(Metric):
    targets: ClassVar[Literal["numbers", "classes", "any"]] = "numbers"

    average: Literal[None, "micro", "macro", "weighted"] = Field(
        default=None, description="How the classes become one number; without it, each has its own."
    )
    threshold: float | None = Field(default=None, gt=0, le=1, description="Outputs above it mean yes.")

    def recall_counts(self) -> float:
        """How much more recall counts than precision: beta."""
        return 1.0

    @property
    def is_several(self) -> bool:
        return self.average is None

    def begin(self, like: "Tensor") -> Kept:
        import torch

        zero = torch.zeros((), dtype=torch.float64, device=like.device)
        return {"hits": zero, "alarms": zero.clone(), "misses": zero.clone()}

    def update(self, kept: Kept, target: "Tensor", output: "Tensor", weights: "Tensor | None") -> None:
        right = aligned(target, output).reshape(-1, output.shape[-1]).double()
        output = output.reshape(-1, output.shape[-1])
        if self.threshold is None:
            said = (output >= output.amax(-1, keepdim=True)) & (output.abs() > 1e-9)
        else:
            said = output > self.threshold
        said = said.double()
        counts = right.new_ones(()) if weights is None else weights.reshape(-1, 1).double()
        for name, values in (
            ("hits", said * right),
            ("alarms", said * (1 - right)),
            ("misses", (1 - said) * right),
        ):
            values = values * counts
            kept[name] = kept[name] + (values.sum() if self.average == "micro" else values.sum(0))

    def result(self, kept: Kept) -> float | list[float]:
        hits, alarms, misses = kept["hits"], kept["alarms"], kept["misses"]
        precision, recall = hits / (hits + alarms + EPSILON), hits / (hits + misses + EPSILON)
        square = self.recall_counts() ** 2
        score = (1 + square) * precision * recall / (square * precision + recall + EPSILON)
        if self.average == "weighted":
            share = (hits + misses) / ((hits + misses).sum() + EPSILON)
            return float((score * share).sum())
        if self.average is not None:
            return float(score.mean())
        numbers: list[float] = score.reshape(-1).tolist()
        return numbers


class F1Score(_Score):
    """The harmonic mean of precision and recall, of each class, and their mean if wanted."""

    type_name: ClassVar[str] = "f1_score"


class FBetaScore(_Score):
    """`(1 + beta²) precision recall / (beta² precision + recall)` of each class, and their mean if wanted.

    Without a threshold the largest output of a row means yes, as in Keras
    (`keras/src/metrics/f_score_metrics.py`).
    """

    type_name: ClassVar[str] = "fbeta_score"

    beta: float = Field(default=1.0, gt=0, description="How much more recall counts than precision.")

    def recall_counts(self) -> float:
        return self.beta
