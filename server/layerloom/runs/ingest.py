"""Takes one attempt's events from its worker into the journal, and acknowledges what is committed.

An attempt that goes on from a checkpoint trains some steps that an earlier one has journaled already. Those
that come out the same, as they do with one seed, are not told twice.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from layerloom.events import TERMINAL
from layerloom.runs.executors.base import Link
from layerloom.runs.frames import Frame
from layerloom.runs.journal import Draft, Journal
from layerloom.runs.states import ENDED
from layerloom.store import StoreUnavailable
from layerloom.store.events import Checkpoint, Events

Overlap = dict[tuple[str, int, int], tuple[Draft, int]]
"""Events after the checkpoint by kind, epoch and step: what was measured, and the event's number."""

_MEASURED = ("loss", "losses", "metrics", "regularization", "validation", "layers", "nodes")
_RETRY_SECONDS = 1.0

log = structlog.get_logger(__name__)


class WorkerHung(Exception):
    """Nothing was heard from the worker for too long."""


def overlap(events: Sequence[Draft]) -> Overlap:
    """What an attempt may repeat, from the events after its checkpoint (the later counts)."""
    return {_place(event): (_measured(event), event["seq"]) for event in events if _place(event) is not None}  # type: ignore[misc]  # None is left out


class Ingest:
    """One attempt's stream. `run` returns when the worker has closed it."""

    def __init__(
        self,
        journal: Journal,
        link: Link,
        *,
        run_id: str,
        attempt: int,
        known: Overlap,
        position: int,
        checkpoints: Path,
        silence_seconds: float,
        when_paused: Callable[[], None],
    ) -> None:
        self._journal, self._link = journal, link
        self._run_id, self._attempt = run_id, attempt
        self._known = known
        self._silence_seconds = silence_seconds
        self._when_paused = when_paused
        self._acknowledged = 0
        self._position = position
        self._checkpoints = checkpoints
        self.ended = False
        """Whether the run's last event is in the journal."""
        self.is_paused = False
        self.left = False
        """Whether the worker left by itself, as it was asked to, to be gone on with later."""

    async def run(self) -> None:
        """Raises `WorkerHung`; `StaleAttempt`, `NotFound`, `StoreUnavailable` where there is no going on."""
        while True:
            try:
                async with asyncio.timeout(self._silence_seconds):
                    frame = await self._link.receive()
            except TimeoutError:
                raise WorkerHung from None
            if frame is None:
                return
            if frame["kind"] == "left":
                self.left = True
            elif frame["kind"] == "events":
                await self._take(frame)

    async def _take(self, frame: Frame) -> None:
        first: int = frame["first"]
        fresh: list[Draft] = frame["events"][max(0, self._acknowledged + 1 - first) :]
        if first > self._acknowledged + 1 or not fresh:
            return  # sent again from where we asked, or again what we have
        upto = first + len(frame["events"]) - 1
        try:
            await self._store(fresh, upto)
        except StoreUnavailable as error:
            if error.problems[0].code == "store.failed":
                raise
            log.warning("events wait for the store", run=self._run_id, reason=str(error))
            await asyncio.sleep(_RETRY_SECONDS)
            await self._look()
            await self._tell({"kind": "again", "after": self._acknowledged})
            return
        self._acknowledged = upto
        for event in fresh:
            self.ended = self.ended or event["kind"] in TERMINAL
            if event["kind"] in ("run_paused", "run_resumed"):
                self.is_paused = event["kind"] == "run_paused"
                self._when_paused()
        await self._tell({"kind": "acknowledged", "upto": upto})

    async def _store(self, fresh: Sequence[Draft], upto: int) -> None:
        kept: list[Draft] = []
        saved: list[
            tuple[Draft, int, int]
        ] = []  # event, its place in `kept` (or -1), the number before `kept`
        position, newest = self._position, -1
        for event in fresh:
            place = _place(event)
            known = self._known.get(place) if place is not None else None
            if known is not None and known[0] == _measured(event):
                position, newest = known[1], -1
                continue
            if event["kind"] == "run_started":
                event = {**event, "attempt": self._attempt}
            if event["kind"] == "checkpoint_saved" and "sha256" in event:
                saved.append((event, newest, position))
                event = {name: value for name, value in event.items() if name != "sha256"}
            if place is not None:
                newest = len(kept)
            kept.append(event)

        outdated: list[str] = []

        def register(connection: Connection, numbers: Sequence[int]) -> None:
            outdated.clear()
            for event, index, before in saved:
                seq = numbers[index] if index >= 0 else before
                checkpoint = Checkpoint(seq, event["name"], event["epoch"], event["sha256"])
                outdated.extend(Events.add_checkpoint_in(connection, self._run_id, checkpoint))

        values: dict[str, object] = {"acknowledged": upto}
        if saved:
            values["deaths"] = 0
        numbers = await self._journal.append(self._run_id, self._attempt, kept, values, register)
        self._position = numbers[newest] if newest >= 0 else position
        if outdated:
            await asyncio.to_thread(_remove, self._checkpoints, outdated)

    async def _look(self) -> None:
        """What was committed after all: a connection lost in a commit leaves that open."""
        with contextlib.suppress(StoreUnavailable, DBAPIError):
            row = await asyncio.to_thread(self._journal.row, self._run_id)
            if row.attempt == self._attempt:
                self._acknowledged = row.acknowledged
                self.ended = self.ended or row.state in ENDED

    async def _tell(self, frame: Mapping[str, object]) -> None:
        with contextlib.suppress(ConnectionError):  # it has gone; `receive` will say so
            await self._link.send(frame)


def _remove(folder: Path, checkpoints: Sequence[str]) -> None:
    for name in checkpoints:
        (folder / f"{name}.safetensors").unlink(missing_ok=True)


def _place(event: Draft) -> tuple[str, int, int] | None:
    if event["kind"] in ("step_ended", "layers_measured"):
        return (event["kind"], event["epoch"], event["step"])
    if event["kind"] == "epoch_ended":
        return ("epoch_ended", event["epoch"], 0)
    return None


def _measured(event: Draft) -> dict[str, Any]:  # Any: JSON
    return {name: event[name] for name in _MEASURED if event.get(name) is not None}
