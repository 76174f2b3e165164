"""What a person may change in a run that trains, checked before the worker hears of it."""

import math
from collections.abc import Iterable, Mapping

from layerloom.problems import Problem, ProblemError


def check_change(
    outputs: Iterable[str], loss_weights: Mapping[str, float], learning_rate: float | None
) -> None:
    """Raises `ProblemError` with all that is wrong: `output.unknown`, `training.invalid`."""
    known = sorted(outputs)
    problems = [
        Problem(
            code="output.unknown",
            message=f"`{name[:80]}` is not an output that trains; these are: {', '.join(known)}.",
            hint="Name one of them.",
            field=f"training.outputs.{name[:80]}",
        )
        for name in loss_weights
        if name not in known
    ]
    problems += [
        Problem(
            code="training.invalid",
            message=f"The loss weight of `{name}` is {weight!r}; expected a finite number.",
            hint="Use 0 to leave the output out, 1 for its plain loss.",
            field=f"training.outputs.{name}.loss_weight",
        )
        for name, weight in loss_weights.items()
        if name in known and not math.isfinite(weight)
    ]
    if learning_rate is not None and not (math.isfinite(learning_rate) and learning_rate > 0):
        problems.append(
            Problem(
                code="training.invalid",
                message=f"The learning rate is {learning_rate!r}; expected a number above 0.",
                hint="0.001 is a usual start.",
                field="training.optimizer.config.learning_rate",
            )
        )
    if not loss_weights and learning_rate is None:
        problems.append(
            Problem(
                code="training.invalid",
                message="Neither `loss_weights` nor `learning_rate` was given.",
                hint="Give at least one of them.",
                field="training",
            )
        )
    if problems:
        raise ProblemError(*problems)
