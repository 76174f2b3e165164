"""Saves the weights as training goes on."""

from collections.abc import Iterable
from typing import ClassVar, Literal

from pydantic import Field

from layerloom.training.callbacks.base import Action, Epoch, Memory, Monitor, SaveWeights


class ModelCheckpoint(Monitor):
    """Saves the weights after each epoch, or only when a number improves."""

    type_name: ClassVar[str] = "ModelCheckpoint"

    filepath: str = Field(
        default="checkpoint",
        pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.{}-]*$",
        max_length=100,
        description="Name among the run's artifacts, not a path; `{epoch}` becomes the epoch's number.",
    )
    save_best_only: bool = Field(default=False, description="Only when the number improves.")
    save_weights_only: bool = Field(default=False, description="Without effect: the document has the model.")
    save_freq: Literal["epoch"] = Field(default="epoch", description="After each epoch.")
    initial_value_threshold: float | None = Field(default=None, description="A value that has to be passed.")

    def monitored(self) -> str | None:
        return self.monitor if self.save_best_only else None

    def epoch_ended(self, epoch: Epoch, memory: Memory) -> Iterable[Action]:
        name = self.filepath.replace("{epoch}", str(epoch.index + 1))
        if not self.save_best_only:
            yield SaveWeights(name)
            return
        value = epoch.logs.get(self.monitor)
        if value is not None and self.is_better(
            value, memory.get("best", self.initial_value_threshold), epoch
        ):
            memory["best"] = value
            yield SaveWeights(name)
