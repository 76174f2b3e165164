"""The learning rate over the steps of a training that has not begun, for a preview. No torch."""

from dataclasses import dataclass

from layerloom.document import Typed
from layerloom.training.optimizers.base import create_optimizer

MOST_POINTS = 200


@dataclass(frozen=True, slots=True)
class ScheduleCurve:
    """`rates[i]` is the learning rate of the step after `steps[i]` finished ones."""

    steps: list[int]
    rates: list[float]


def schedule_curve(optimizer: Typed, steps: int) -> ScheduleCurve:
    """At most `MOST_POINTS` points, evenly spread, the first and the last step among them.

    Raises:
        ProblemError: `optimizer.unknown`, `schedule.unknown` or `config.invalid`.
    """
    made = create_optimizer(optimizer.type, optimizer.config, "optimizer")
    schedule, rate = made.schedule(), made.learning_rate
    count = min(steps, MOST_POINTS)
    chosen = [round(index * (steps - 1) / max(1, count - 1)) for index in range(count)]
    if schedule is not None:
        return ScheduleCurve(chosen, [schedule.at(step) for step in chosen])
    assert isinstance(rate, float | int)  # the only other choice is a schedule
    return ScheduleCurve(chosen, [float(rate)] * count)
