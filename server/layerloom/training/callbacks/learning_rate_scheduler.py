"""Sets the learning rate at the start of each epoch."""

from collections.abc import Iterable
from typing import ClassVar

from pydantic import Field, field_validator

from layerloom.problems import ProblemError
from layerloom.training.callbacks.base import Action, Callback, ChangeLearningRate
from layerloom.training.schedules.base import ScheduleChoice, create_schedule


class LearningRateScheduler(Callback):
    """Takes the learning rate of each epoch from a schedule that counts epochs in place of steps.

    Keras takes a function here; a document holds none, so it names a schedule.
    """

    type_name: ClassVar[str] = "LearningRateScheduler"

    schedule: ScheduleChoice = Field(
        default=ScheduleChoice(type="ExponentialDecay", config={"decay_steps": 1}),
        description="A schedule; its steps are epochs.",
    )
    verbose: int = Field(default=0, description="Keras' verbosity; without effect.")

    @field_validator("schedule", mode="after")
    @classmethod
    def _exists(cls, schedule: ScheduleChoice) -> ScheduleChoice:
        try:
            create_schedule(schedule.type, schedule.config, "schedule")
        except ProblemError as error:
            raise ValueError(
                " ".join(f"{problem.message} {problem.hint}" for problem in error.problems)
            ) from None
        return schedule

    def epoch_began(self, index: int, learning_rate: float) -> Iterable[Action]:
        schedule = create_schedule(self.schedule.type, self.schedule.config, "schedule")
        return (ChangeLearningRate(schedule.at(index)),)
