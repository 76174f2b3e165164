"""Saves the weights as training goes on."""

import re
from collections.abc import Iterable, Mapping
from typing import ClassVar, Literal

from pydantic import Field, field_validator

from layerloom.training.callbacks.base import Action, Epoch, Memory, Monitor, SaveWeights

_PLACE = re.compile(r"\{(\w+)(?::([0-9]*\.?[0-9]*[dfeg]))?\}")
_TAKEN = ("weights", "state", "model")


class ModelCheckpoint(Monitor):
    """Saves what has been learned among the run's artifacts: after each epoch, only the best, or every few of them.

    `NAME.safetensors` has the weights; unless `save_weights_only`, `NAME.state.safetensors` has the optimizer and all
    else that a run needs to go on from there.
    """

    type_name: ClassVar[str] = "ModelCheckpoint"

    filepath: str = Field(
        default="checkpoint",
        pattern=r"^[A-Za-z0-9_{][A-Za-z0-9_.:{}-]*$",
        max_length=100,
        description="Name among the run's artifacts, not a path; `{epoch}`, `{epoch:02d}` and `{val_loss:.3f}` become "
        "the epoch's numbers. Without them there is one checkpoint, the last.",
    )
    save_best_only: bool = Field(default=False, description="Only when the number improves.")
    save_weights_only: bool = Field(
        default=False,
        description="Without the state that a run needs to go on from there: a third of the size.",
    )
    save_freq: Literal["epoch"] | int = Field(
        default="epoch", description="After each epoch; or a number of steps."
    )
    period: int = Field(default=1, ge=1, description="Epochs from one checkpoint to the next.")
    initial_value_threshold: float | None = Field(default=None, description="A value that has to be passed.")

    @field_validator("filepath", mode="after")
    @classmethod
    def _is_free(cls, name: str) -> str:
        rest = _PLACE.sub("", name)
        if set("{}:") & set(rest):
            raise ValueError("a place in braces is `{epoch}`, `{epoch:02d}` or `{val_loss:.3f}`")
        if name in _TAKEN or name.endswith(".state"):
            raise ValueError(f"{name!r} is a name of what every run leaves")
        return name

    @field_validator("save_freq", mode="after")
    @classmethod
    def _is_positive(cls, often: str | int) -> str | int:
        if isinstance(often, int) and often < 1:
            raise ValueError("it must be at least 1 step")
        return often

    def monitored(self) -> str | None:
        return self.monitor if self.save_best_only else None

    def step_ended(self, step: int, loss: float, seconds: float) -> Iterable[Action]:
        if isinstance(self.save_freq, int) and step % self.save_freq == 0:
            return (SaveWeights(_filled(self.filepath, {"loss": loss, "batch": step}), self._is_whole),)
        return ()

    def epoch_ended(self, epoch: Epoch, memory: Memory) -> Iterable[Action]:
        number = epoch.index + 1
        if self.save_freq != "epoch" or number % self.period:
            return
        name = _filled(self.filepath, {**epoch.logs, "epoch": number})
        if not self.save_best_only:
            yield SaveWeights(name, self._is_whole)
            return
        value = epoch.logs.get(self.monitor)
        if value is not None and self.is_better(
            value, memory.get("best", self.initial_value_threshold), epoch
        ):
            memory["best"] = value
            yield SaveWeights(name, self._is_whole)

    @property
    def _is_whole(self) -> bool:
        return not self.save_weights_only


def _filled(name: str, numbers: Mapping[str, float | None]) -> str:
    """The name with numbers in its places; `none` where there is no such number."""

    def number(found: re.Match[str]) -> str:
        value, form = numbers.get(found[1]), found[2] or ""
        if value is None:
            return "none"
        return format(int(value) if form.endswith("d") else value, form)

    return _PLACE.sub(number, name)
