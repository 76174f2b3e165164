"""What a callback is, and what it may ask of the loop. It remembers only what it writes into `memory`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field, field_validator

from layerloom.choices import Choice, choices, create


@dataclass(frozen=True, slots=True)
class Stop:
    """End the fit after this epoch (or step)."""


@dataclass(frozen=True, slots=True)
class ChangeLearningRate:
    """Train on with this learning rate."""

    rate: float


@dataclass(frozen=True, slots=True)
class RememberWeights:
    """Keep a copy of the weights as they are now."""


@dataclass(frozen=True, slots=True)
class RestoreWeights:
    """Put the remembered copy back."""


@dataclass(frozen=True, slots=True)
class SaveWeights:
    """Have the weights saved under this name; `whole`: with all that a fit needs to go on from here."""

    name: str
    whole: bool = False


Action = Stop | ChangeLearningRate | RememberWeights | RestoreWeights | SaveWeights
Memory = dict[str, Any]
"""What a callback remembers between epochs: plain JSON, so that a run can be resumed. Any: JSON."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """What a callback is shown after an epoch."""

    index: int
    """Counts from 0, as in Keras."""
    logs: Mapping[str, float | None]
    """By Keras' keys: `loss`, `same_accuracy`, `val_loss`."""
    learning_rate: float
    rising: frozenset[str]
    """Keys that are better when they are higher."""


class Callback(Choice):
    """Looks at a fit and may steer it."""

    def monitored(self) -> str | None:
        """The key in `logs` that it depends on."""
        return None

    def epoch_began(self, index: int, learning_rate: float) -> Iterable[Action]:
        """Called before the first step of an epoch; `index` counts from 0."""
        return ()

    def step_ended(self, step: int, loss: float, seconds: float) -> Iterable[Action]:
        """Called after each step, which is number `step` of the fit, from 1; cheap, please.

        `seconds`: how long the fit has trained, pauses left out. `loss` may not be finite.
        """
        return ()

    def epoch_ended(self, epoch: Epoch, memory: Memory) -> Iterable[Action]:
        """Called after each epoch, validation included."""
        return ()

    def fit_ended(self, memory: Memory) -> Iterable[Action]:
        """Called once, unless someone stopped the run."""
        return ()


class Monitor(Callback):
    """A callback that follows one number."""

    monitor: str = Field(
        default="val_loss", description="Number to follow, by Keras' key: `val_loss`, `loss`, …"
    )
    mode: Literal["auto", "min", "max"] = Field(
        default="auto", description="Whether lower or higher is better; auto knows it by the number."
    )
    verbose: int = Field(default=0, description="Keras' verbosity; without effect.")

    @field_validator("mode", mode="before")
    @classmethod
    def _lower(cls, mode: object) -> object:
        return mode.lower() if isinstance(mode, str) else mode

    def monitored(self) -> str | None:
        return self.monitor

    def is_better(self, value: float, than: float | None, epoch: Epoch, min_delta: float = 0.0) -> bool:
        """Whether `value` improves on `than` by more than `min_delta`."""
        if than is None:
            return True
        rising = self.mode == "max" or (self.mode == "auto" and self.monitor in epoch.rising)
        return value - min_delta > than if rising else value + min_delta < than


def callbacks() -> Mapping[str, type[Callback]]:
    """All callbacks by type."""
    return choices("layerloom.training.callbacks", Callback)


def create_callback(type_name: str, config: Mapping[str, Any], field: str) -> Callback:  # Any: JSON
    """Raises `ProblemError` with `callback.unknown` or `config.invalid`."""
    return create(callbacks(), "callback", type_name, config, field)
