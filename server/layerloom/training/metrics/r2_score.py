"""The share of the targets' spread that an output explains."""

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from layerloom.training.losses.base import aligned
from layerloom.training.metrics.base import Kept, Metric

if TYPE_CHECKING:
    from torch import Tensor


class R2Score(Metric):
    """Share of the targets' variance that the output explains; 1 is perfect, 0 no better than the mean.

    Over all rows of an epoch together, for each column of the output, as in Keras
    (`keras/src/metrics/regression_metrics.py`).
    """

    type_name: ClassVar[str] = "r2_score"
    targets: ClassVar[Literal["numbers", "classes", "any"]] = "numbers"

    class_aggregation: Literal[None, "uniform_average", "variance_weighted_average"] = Field(
        default="uniform_average",
        description="How the columns become one number; null gives each its own.",
    )
    num_regressors: int = Field(
        default=0, ge=0, description="Number of inputs, for the adjusted score; 0 for the plain one."
    )

    @property
    def is_several(self) -> bool:
        return self.class_aggregation is None

    def begin(self, like: "Tensor") -> Kept:
        import torch

        zero = torch.zeros((), dtype=torch.float64, device=like.device)
        names = ("squares", "sum", "residual", "count")
        return {"numbers": 0.0, **{name: zero.clone() for name in names}}

    def update(self, kept: Kept, target: "Tensor", output: "Tensor", weights: "Tensor | None") -> None:
        target = aligned(target, output).reshape(-1, output.shape[-1]).double()
        output = output.reshape(-1, output.shape[-1]).double()
        counts = target.new_ones(()) if weights is None else weights.reshape(-1, 1).double()
        counts = counts.expand_as(target)
        kept["squares"] = kept["squares"] + (target.square() * counts).sum(0)
        kept["sum"] = kept["sum"] + (target * counts).sum(0)
        kept["residual"] = kept["residual"] + ((target - output).square() * counts).sum(0)
        kept["count"] = kept["count"] + counts.sum(0)
        kept["numbers"] += float(target.numel())

    def result(self, kept: Kept) -> float | list[float]:
        if not kept["numbers"]:
            return 0.0
        spread = kept["squares"] - kept["sum"].square() / kept["count"]
        scores = 1 - kept["residual"] / spread
        scores = scores.where(~scores.isinf(), scores.new_zeros(()))
        if self.class_aggregation == "uniform_average":
            scores = scores.mean()
        elif self.class_aggregation == "variance_weighted_average":
            scores = (spread * scores).sum() / spread.sum()
        count = kept["numbers"]
        if 0 < self.num_regressors < count - 1:
            scores = 1 - (1 - scores) * (count - 1) / (count - self.num_regressors - 1)
        numbers: float | list[float] = scores.tolist()
        return numbers
