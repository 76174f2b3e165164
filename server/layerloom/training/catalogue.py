"""The catalogue of what a training may choose from, as the API shows it. No torch."""

from typing import Any

from layerloom import choices
from layerloom.training.callbacks.base import callbacks
from layerloom.training.losses.base import losses
from layerloom.training.metrics.base import metrics
from layerloom.training.optimizers.base import optimizers
from layerloom.training.schedules.base import schedules


def describe() -> dict[str, list[dict[str, Any]]]:  # Any: JSON Schema
    """For each choice its type, summary, documentation and the JSON Schema of its config."""
    return {
        "optimizers": choices.describe(optimizers()),
        "losses": choices.describe(losses()),
        "metrics": choices.describe(metrics()),
        "callbacks": choices.describe(callbacks()),
        "schedules": choices.describe(schedules()),
    }
