"""What a schedule is, and the way to make one from a document."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from layerloom.choices import Choice, choices, create
from layerloom.document import from_keras


class Schedule(Choice):
    """A learning rate as a function of the number of finished steps."""

    name: str | None = Field(default=None, description="Keras' name of the object; without effect.")

    def at(self, step: int) -> float:
        """The learning rate after `step` finished steps (0 for the first)."""
        raise NotImplementedError(type(self).__name__)


class ScheduleChoice(BaseModel):
    """A schedule as a document writes it: `{"type": "CosineDecay", "config": {…}}`, or as Keras saves it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    type: str
    config: dict[str, JsonValue] = Field(default_factory=dict)

    _saved = model_validator(mode="before")(from_keras)


def schedules() -> Mapping[str, type[Schedule]]:
    """All schedules by type."""
    return choices("layerloom.training.schedules", Schedule)  # type: ignore[type-abstract, unused-ignore]


def create_schedule(type_name: str, config: Mapping[str, Any], field: str) -> Schedule:  # Any: JSON
    """Raises `ProblemError` with `schedule.unknown` or `config.invalid`."""
    return create(schedules(), "schedule", type_name, config, field)
