"""Lowers the learning rate when a number no longer improves."""

from collections.abc import Iterable
from typing import ClassVar

from pydantic import Field

from layerloom.training.callbacks.base import Action, ChangeLearningRate, Epoch, Memory, Monitor


class ReduceLROnPlateau(Monitor):
    """Multiplies the learning rate by `factor` when a number has not improved for `patience` epochs."""

    type_name: ClassVar[str] = "ReduceLROnPlateau"

    factor: float = Field(default=0.1, gt=0, lt=1, description="What the learning rate is multiplied by.")
    patience: int = Field(default=10, ge=0, description="Epochs without improvement that are borne.")
    min_delta: float = Field(default=1e-4, ge=0, description="Smallest change that counts as better.")
    cooldown: int = Field(default=0, ge=0, description="Epochs of rest after a change.")
    min_lr: float = Field(default=0.0, ge=0, description="The learning rate never goes below this.")

    def epoch_ended(self, epoch: Epoch, memory: Memory) -> Iterable[Action]:
        value = epoch.learning_rate if self.monitor == "learning_rate" else epoch.logs.get(self.monitor)
        if value is None:
            return
        if memory.get("cooldown", 0) > 0:
            memory["cooldown"] -= 1
            memory["wait"] = 0
        if self.is_better(value, memory.get("best"), epoch, self.min_delta):
            memory["best"] = value
            memory["wait"] = 0
        elif not memory.get("cooldown", 0):
            memory["wait"] = memory.get("wait", 0) + 1
            if memory["wait"] >= self.patience and epoch.learning_rate > self.min_lr:
                memory["cooldown"] = self.cooldown
                memory["wait"] = 0
                yield ChangeLearningRate(max(epoch.learning_rate * self.factor, self.min_lr))
