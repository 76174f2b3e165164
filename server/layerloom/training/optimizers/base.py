"""What an optimizer is: a config, the buffers that it keeps for each weight, and the update of a buffer.

Most updates are elementwise, so one call can work on many weights that lie in one flat buffer
(`training.flat`); the others are `by_weight`.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import Field, field_validator, model_validator

from layerloom.choices import Choice, choices, create
from layerloom.problems import ProblemError
from layerloom.training.schedules.base import Schedule, ScheduleChoice, create_schedule

if TYPE_CHECKING:
    from torch import Tensor


class Optimizer(Choice):
    """Keras' `Optimizer`: clip the gradients, decay the weights, update them, average them."""

    by_weight: ClassVar[bool] = False
    """Whether `update` is given each weight by itself, in Keras' shape: where an element's step depends on
    others of its weight."""

    learning_rate: float | ScheduleChoice = Field(
        default=0.001, description="How far one step goes: a number, or a schedule over the steps."
    )
    weight_decay: float | None = Field(
        default=None,
        ge=0,
        description="Share of itself that each weight loses at a step, times the learning rate.",
    )
    clipnorm: float | None = Field(default=None, gt=0, description="Largest norm of each weight's gradient.")
    clipvalue: float | None = Field(default=None, gt=0, description="Largest size of a gradient's elements.")
    global_clipnorm: float | None = Field(
        default=None, gt=0, description="Largest norm of all gradients together."
    )
    use_ema: bool = Field(default=False, description="Keep a moving average of the weights, and end with it.")
    ema_momentum: float = Field(
        default=0.99, ge=0, le=1, description="How long old weights are remembered in the average."
    )
    ema_overwrite_frequency: int | None = Field(
        default=None, ge=1, description="Updates after which the weights become their average."
    )
    loss_scale_factor: float | None = Field(
        default=None, gt=0, description="Gradients are computed this much larger; the update is the same."
    )
    gradient_accumulation_steps: int | None = Field(
        default=None, ge=2, description="Steps whose mean gradient makes one update."
    )
    name: str | None = Field(default=None, description="Keras' name of the object; without effect.")

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        clips = [name for name in ("clipnorm", "clipvalue", "global_clipnorm") if getattr(self, name)]
        if len(clips) > 1:
            raise ValueError(f"only one way to clip gradients can be set; received {' and '.join(clips)}")
        return self

    @field_validator("learning_rate", mode="after")
    @classmethod
    def _rate_is_possible(cls, rate: float | ScheduleChoice) -> float | ScheduleChoice:
        if isinstance(rate, float) and rate < 0:
            raise ValueError("it must not be negative")
        if isinstance(rate, ScheduleChoice):
            try:
                create_schedule(rate.type, rate.config, "learning_rate")
            except ProblemError as error:
                raise ValueError(
                    " ".join(f"{problem.message} {problem.hint}".strip() for problem in error.problems)
                ) from None
        return rate

    def schedule(self) -> Schedule | None:
        """The schedule of the learning rate, or None where it is a number."""
        if isinstance(self.learning_rate, ScheduleChoice):
            chosen = self.learning_rate
            return create_schedule(chosen.type, chosen.config, "training.optimizer.config.learning_rate")
        return None

    def slots(self) -> dict[str, float]:
        """Buffers kept for each weight, by name, with the value that they start from."""
        return {}

    def slots_of(self, weights: "Tensor", path: str) -> dict[str, "Tensor"]:
        """The buffers of these weights. `path` is `dense/kernel` where `by_weight`, else empty."""
        return {name: weights.new_full(weights.shape, value) for name, value in self.slots().items()}

    def decay(self, slots: Mapping[str, "Tensor"]) -> float | None:
        """The weight decay of the weights that have these buffers."""
        return self.weight_decay

    def update(
        self, weights: "Tensor", gradients: "Tensor", slots: Mapping[str, "Tensor"], rate: float, step: int
    ) -> None:
        """Updates `weights` and `slots` in place; may overwrite `gradients`. `step` counts from 1."""
        raise NotImplementedError(type(self).__name__)


def optimizers() -> Mapping[str, type[Optimizer]]:
    """All optimizers by type."""
    return choices("layerloom.training.optimizers", Optimizer)


def create_optimizer(type_name: str, config: Mapping[str, Any], field: str) -> Optimizer:  # Any: JSON
    """Raises `ProblemError` with `optimizer.unknown` or `config.invalid`."""
    kept = {key: value for key, value in config.items() if key not in _OF_KERAS_2}
    return create(optimizers(), "optimizer", type_name, kept, field)


_OF_KERAS_2 = ("is_legacy_optimizer", "jit_compile")
"""Saved by Keras 2; about how it ran, not what it computed."""
