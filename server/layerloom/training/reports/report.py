"""What a report holds, as the API answers it. No numpy here."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

ReportKind = Literal["binary", "classes", "number", "other"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Roc(_Part):
    """The curve of the positive class; of more than two classes the mean of each against the rest."""

    false_positive_rate: list[float]
    true_positive_rate: list[float]
    auc: float = Field(description="Area under the curve: 1 is perfect, 0.5 is chance.")
    auc_by_class: list[float | None] | None = Field(
        default=None, description="Each class against the rest; null for a class that does not occur."
    )


class PrecisionRecall(_Part):
    """Recall rises, precision belongs to the recall in the same place."""

    recall: list[float]
    precision: list[float]
    average_precision: float
    average_precision_by_class: list[float | None] | None = None


class Calibration(_Part):
    """Samples sorted into ten equal intervals of predicted probability; empty ones are left out."""

    predicted: list[float] = Field(description="Mean predicted probability of an interval.")
    observed: list[float] = Field(description="How often it was so.")
    counts: list[int]


class Residuals(_Part):
    """Histogram of prediction minus target."""

    edges: list[float] = Field(description="One more than counts.")
    counts: list[int]
    mean: float
    deviation: float


class WorstSample(_Part):
    """One of the samples with the largest loss."""

    row: int = Field(description="Its row in the data set, counted from 0.")
    loss: float | None
    target: Any = Field(description="Number, class name, or lists of numbers.")  # Any: JSON
    predicted: Any  # Any: JSON


class OutputReport(_Part):
    """One output against its target; null where a part does not fit the kind of output."""

    kind: ReportKind
    labels: list[str] | None = Field(default=None, description="Names of the classes, in order.")
    confusion: list[list[int]] | None = Field(
        default=None, description="Samples by target class (rows) and predicted class (columns)."
    )
    roc: Roc | None = None
    precision_recall: PrecisionRecall | None = None
    calibration: Calibration | None = None
    residuals: Residuals | None = None
    predicted_against_target: list[tuple[float, float]] | None = Field(
        default=None, description="At most 1,000 pairs (predicted, target), evenly taken."
    )
    worst: list[WorstSample] = Field(default=[], description="The largest loss first.")


class Report(_Part):
    """Every output that has a target."""

    rows: int
    outputs: dict[str, OutputReport]
