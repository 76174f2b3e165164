"""Ends training when the loss is no longer a number."""

import math
from collections.abc import Iterable
from typing import ClassVar

from layerloom.training.callbacks.base import Action, Callback, Stop


class TerminateOnNaN(Callback):
    """Ends training at the first step whose loss is not finite."""

    type_name: ClassVar[str] = "TerminateOnNaN"

    def step_ended(self, step: int, loss: float, seconds: float) -> Iterable[Action]:
        return () if math.isfinite(loss) else (Stop(),)
