"""What others may ask of a running fit: stop, pause, resume, change. Thread-safe; obeyed within one step."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Change:
    """New loss weights (those named) and a new learning rate (unless None), in force from the next step."""

    loss_weights: Mapping[str, float] = field(default_factory=dict)
    learning_rate: float | None = None


class Control:
    """One side commands (`stop`, `pause`, `resume`, `change`), the loop obeys within one step."""

    def __init__(self) -> None:
        self._wake = threading.Condition()
        self._stopped = False
        self._paused = False
        self._changes: list[Change] = []
        self.pending = False
        """True while the loop has something to obey: all that it reads in an undisturbed step."""

    def stop(self) -> None:
        with self._wake:
            self._stopped = True
            self._tell()

    def pause(self) -> None:
        with self._wake:
            self._paused = True
            self._tell()

    def resume(self) -> None:
        with self._wake:
            self._paused = False
            self._tell()

    def change(
        self, loss_weights: Mapping[str, float] | None = None, learning_rate: float | None = None
    ) -> None:
        with self._wake:
            self._changes.append(Change(dict(loss_weights or {}), learning_rate))
            self._tell()

    @property
    def is_stopped(self) -> bool:
        return self._stopped

    @property
    def is_paused(self) -> bool:
        return self._paused and not self._stopped

    def take_changes(self) -> list[Change]:
        """The changes since the last call, oldest first; each is given once."""
        with self._wake:
            changes, self._changes = self._changes, []
            self._tell()
            return changes

    def wait(self, timeout: float | None = None) -> bool:
        """Sleeps while paused and nothing is to be changed; True when there is something to do."""
        with self._wake:
            return self._wake.wait_for(lambda: not self.is_paused or bool(self._changes), timeout)

    def _tell(self) -> None:
        self.pending = self._stopped or self._paused or bool(self._changes)
        self._wake.notify_all()
