"""Stops when a number no longer improves."""

from collections.abc import Iterable
from typing import ClassVar

from pydantic import Field

from layerloom.training.callbacks.base import (
    Action,
    Epoch,
    Memory,
    Monitor,
    RememberWeights,
    RestoreWeights,
    Stop,
)


class EarlyStopping(Monitor):
    """Ends training when a number has not improved for `patience` epochs.

    With `restore_best_weights` the run ends with the weights of its best epoch. As in Keras, the weights
    come back at the end of a full-length run too.
    """

    type_name: ClassVar[str] = "EarlyStopping"

    min_delta: float = Field(default=0.0, description="Smallest change that counts as better.")
    patience: int = Field(default=0, ge=0, description="Epochs without improvement that are borne.")
    baseline: float | None = Field(default=None, description="A value that has to be reached.")
    restore_best_weights: bool = Field(default=False, description="End with the weights of the best epoch.")
    start_from_epoch: int = Field(default=0, ge=0, description="Epochs before it begins to look.")

    def epoch_ended(self, epoch: Epoch, memory: Memory) -> Iterable[Action]:
        value = epoch.logs.get(self.monitor)
        if value is None or epoch.index < self.start_from_epoch:
            return
        if self.restore_best_weights and not memory.get("remembers"):
            memory["remembers"] = True
            yield RememberWeights()
        delta = abs(self.min_delta)
        memory["wait"] = memory.get("wait", 0) + 1
        if self.is_better(value, memory.get("best"), epoch, delta):
            memory["best"] = value
            if self.restore_best_weights:
                yield RememberWeights()
            if self.baseline is None or self.is_better(value, self.baseline, epoch, delta):
                memory["wait"] = 0
            return
        if memory["wait"] >= self.patience and epoch.index > 0:
            yield Stop()

    def fit_ended(self, memory: Memory) -> Iterable[Action]:
        if memory.get("remembers"):
            yield RestoreWeights()
