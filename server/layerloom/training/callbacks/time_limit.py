"""Ends training after a while."""

from collections.abc import Iterable
from typing import ClassVar

from pydantic import Field

from layerloom.training.callbacks.base import Action, Callback, Stop


class TimeLimit(Callback):
    """Ends training after the step that takes it past so many seconds; pauses do not count. Keras has none.

    `fit.time_limit_seconds` does the same.
    """

    type_name: ClassVar[str] = "TimeLimit"

    seconds: float = Field(default=3600.0, gt=0, description="Seconds of training.")

    def step_ended(self, step: int, loss: float, seconds: float) -> Iterable[Action]:
        return (Stop(),) if seconds >= self.seconds else ()
