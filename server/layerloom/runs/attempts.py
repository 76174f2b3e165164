"""One attempt of a run: a worker starts from the newest checkpoint, its events are taken in."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection

from layerloom.document import Limits
from layerloom.problems import Problem, ProblemError
from layerloom.runs import endings
from layerloom.runs.executors.base import Executor, Handle
from layerloom.runs.ingest import Ingest, WorkerHung, overlap
from layerloom.runs.journal import Journal
from layerloom.runs.spec import CHECKPOINTS, RunSpec
from layerloom.store import Store
from layerloom.store.events import Checkpoint

_PAGE = 5000
_NO_LIMIT = 2**40
"""The document was read once, in fewer bytes than its canonical text has."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How patient the supervisor is, in seconds."""

    silence: float = 30.0
    stop: float = 10.0
    leave: float = 12.0
    heartbeat: float = 2.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended: the run is over, the worker left as it was asked to, or it died of `problem`."""

    attempt: int
    ended: bool = False
    left: bool = False
    problem: Problem | None = None


class Attempt:
    """Lives from the start of one worker to its end."""

    def __init__(
        self,
        store: Store,
        journal: Journal,
        executor: Executor,
        folder: Path,
        datasets: Path,
        weights: Path,
        timing: Timing,
        limits: Limits,
        when_paused: Callable[[], None],
    ) -> None:
        self._store, self._journal, self._executor = store, journal, executor
        self._folder, self._datasets, self._timing = folder, datasets, timing
        self._weights = weights
        self._limits = replace(limits, document_bytes=_NO_LIMIT)
        self._handle: Handle | None = None
        self._waiting: list[Mapping[str, object]] = []
        self._cancelled = False
        self._when_paused = when_paused
        self._ingest: Ingest | None = None

    async def run(self, run_id: str) -> Outcome:
        """Start, take in, wait for the end. Raises `NotFound` when the run was deleted meanwhile."""
        spec, ingest_from = await self._begin(run_id)
        known = [orjson.loads(body) for body in ingest_from[1]]
        self._waiting = [*_changes(known), *self._waiting]
        try:
            self._handle = handle = await self._executor.submit(spec)
        except ProblemError as error:
            return await self._fail(run_id, spec.attempt, error.problems[0])
        link = self._executor.link(handle)
        await self._remember(run_id, handle)
        for command in self._waiting:
            await self._send(command)
        if self._cancelled:
            await self._executor.cancel(handle, 0)
        ingest = self._ingest = Ingest(
            self._journal,
            link,
            run_id=run_id,
            attempt=spec.attempt,
            known=overlap(known),
            position=ingest_from[0],
            checkpoints=self._folder / CHECKPOINTS,
            silence_seconds=self._timing.silence,
            when_paused=self._when_paused,
        )
        problem: Problem | None = None
        try:
            await ingest.run()
        except WorkerHung:
            problem = endings.HUNG
            await self._executor.cancel(handle, 0)
        except BaseException:
            await self._executor.cancel(handle, 0)
            raise
        status = await self._executor.wait(handle)
        if ingest.ended or ingest.left:
            return Outcome(spec.attempt, ended=ingest.ended, left=not ingest.ended)
        return Outcome(spec.attempt, problem=problem or endings.died(status))

    @property
    def is_paused(self) -> bool:
        return self._ingest is not None and self._ingest.is_paused

    async def command(self, name: str, **values: object) -> None:
        """Tell the worker; kept until there is one."""
        frame = {"kind": name, **values}
        if self._handle is None:
            self._waiting.append(frame)
        else:
            await self._send(frame)

    async def cancel(self, grace_seconds: float) -> None:
        """End the worker, after it was given time to save."""
        self._cancelled = True
        if self._handle is not None:
            await self._executor.cancel(self._handle, grace_seconds)

    async def _begin(self, run_id: str) -> tuple[RunSpec, tuple[int, list[str]]]:
        """A new attempt, which fences off the older ones; where it starts, and what it may repeat."""

        def write(connection: Connection) -> int:
            attempt = self._store.runs.get_in(connection, run_id).attempt + 1
            self._store.runs.change_in(
                connection, run_id, attempt=attempt, state="starting", acknowledged=0, worker=None
            )
            return attempt

        attempt = await asyncio.wrap_future(self._store.submit(write))
        document, checkpoints, bodies, epochs = await asyncio.to_thread(self._read, run_id, attempt)
        position = checkpoints[-1].seq if checkpoints else 0
        spec = RunSpec(
            run_id=run_id,
            attempt=attempt,
            document=document,
            folder=self._folder,
            datasets=self._datasets,
            weights=self._weights,
            limits=self._limits,
            checkpoints=tuple(checkpoints),
            epochs=tuple(epochs),
            heartbeat_seconds=self._timing.heartbeat,
        )
        return spec, (position, bodies)

    def _read(self, run_id: str, attempt: int) -> tuple[str, list[Checkpoint], list[str], list[str]]:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        document = self._store.runs.document(run_id)
        if attempt == 1:
            return document, [], [], []
        checkpoints = self._store.events.checkpoints(run_id)
        after = checkpoints[-1].seq if checkpoints else 0
        bodies: list[str] = []
        while events := self._store.events.read(run_id, after, _PAGE):
            bodies += [event.body for event in events]
            after = events[-1].seq
        return document, checkpoints, bodies, self._store.events.epochs(run_id)

    async def _remember(self, run_id: str, handle: Handle) -> None:
        def write(connection: Connection) -> None:
            self._store.runs.change_in(connection, run_id, worker=handle.as_text())

        await asyncio.wrap_future(self._store.submit(write))

    async def _fail(self, run_id: str, attempt: int, problem: Problem) -> Outcome:
        event = {"kind": "run_failed", "problem": problem.model_dump(mode="json", exclude_none=True)}
        await self._journal.append(run_id, attempt, [event])
        return Outcome(attempt, ended=True)

    async def _send(self, frame: Mapping[str, object]) -> None:
        assert self._handle is not None
        with contextlib.suppress(ConnectionError, KeyError):  # it has ended: the outcome tells
            await self._executor.link(self._handle).send(frame)


def _changes(events: Sequence[Mapping[str, Any]]) -> list[Mapping[str, object]]:
    """What a person changed since the checkpoint, as one command: the state that is gone on from lacks it."""
    changes = [event for event in events if event["kind"] == "training_changed"]
    if not changes:
        return []
    weights: dict[str, float] = {}
    rate = None
    for change in changes:
        weights |= change.get("loss_weights") or {}
        rate = change.get("learning_rate") or rate
    return [{"kind": "change", "loss_weights": weights, "learning_rate": rate}]
