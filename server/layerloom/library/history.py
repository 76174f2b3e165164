"""What `fit` gives back, as Keras' `History`."""

from dataclasses import dataclass, field

from layerloom.events import EpochEnded
from layerloom.training.history import keras_logs


@dataclass
class History:
    """Numbers of each epoch under Keras' keys (`loss`, `<output>_loss`, `val_…`): `history.history["loss"][-1]`."""

    epoch: list[int] = field(default_factory=list)
    history: dict[str, list[float | None]] = field(default_factory=dict)

    def take(self, event: EpochEnded) -> None:
        """One more epoch."""
        self.epoch.append(event.epoch - 1)
        for name, value in keras_logs(event).items():
            self.history.setdefault(name, []).append(value)
