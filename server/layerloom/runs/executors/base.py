"""What an engine that runs workers can do. Events, checkpoints and starting again are not its business."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from layerloom.runs.frames import Frame
from layerloom.runs.spec import RunSpec


@dataclass(frozen=True, slots=True)
class Capacity:
    """How many workers of average size run well at one time."""

    workers: int


@dataclass(frozen=True, slots=True)
class Handle:
    """Names one worker for good, also to a server that was started later: kept with the run."""

    run_id: str
    attempt: int
    pid: int = 0
    since: int = 0

    def as_text(self) -> str:
        return f"{self.attempt}:{self.pid}:{self.since}"

    @classmethod
    def from_text(cls, run_id: str, text: str) -> "Handle":
        attempt, pid, since = (int(part) for part in text.split(":"))
        return cls(run_id, attempt, pid, since)


class Condition(StrEnum):
    RUNNING = "running"
    EXITED = "exited"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Status:
    """`code` is the exit code, or minus the signal, of a worker that has exited."""

    condition: Condition
    code: int = 0
    out_of_memory: bool = False
    peak_kilobytes: int = 0


class Link(Protocol):
    """Frames to and from one worker."""

    async def send(self, frame: Mapping[str, object]) -> None:
        """Raises `ConnectionError` when the worker has gone."""

    async def receive(self) -> Frame | None:
        """None when the worker has gone."""

    def close(self) -> None: ...


class Executor(Protocol):
    """An engine. The supervisor alone decides what is started, and started again."""

    async def start(self) -> None:
        """Get ready; does not wait until it is."""

    async def capacity(self) -> Capacity: ...

    async def submit(self, spec: RunSpec) -> Handle:
        """Start a worker; the same `(run_id, attempt)` again gives the same one."""

    def link(self, handle: Handle) -> Link:
        """The frames of a worker that this server submitted."""

    async def status(self, handle: Handle) -> Status: ...

    async def wait(self, handle: Handle) -> Status:
        """Its status once it has ended."""

    async def cancel(self, handle: Handle, grace_seconds: float) -> None:
        """Ask it to end, and make it end after the grace; returns when it has."""

    async def adopt(self, handles: Sequence[Handle]) -> Mapping[Handle, Status]:
        """After a restart: what has become of workers of an earlier server."""

    async def close(self) -> None:
        """End every worker."""
