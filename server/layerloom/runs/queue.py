"""Who trains when: runs wait in order for a place; one that died starts again from its last checkpoint."""

import asyncio
import contextlib
from collections.abc import Coroutine, Mapping

import structlog
from sqlalchemy import Connection

from layerloom.document import Limits
from layerloom.problems import Problem
from layerloom.runs import endings
from layerloom.runs.attempts import Attempt, Outcome, Timing
from layerloom.runs.executors.base import Executor, Handle
from layerloom.runs.folder import Folder
from layerloom.runs.journal import Journal
from layerloom.runs.states import State
from layerloom.store import NotFound, Store, StoreUnavailable
from layerloom.store.events import StaleAttempt
from layerloom.store.runs import RunRow

MOST_DEATHS = 3
"""So many processes may die without a new checkpoint between them before a person is asked."""
_LAST_WORD_SECONDS = 2.0
_BACK_OFF_SECONDS = (0.0, 0.0, 1.0)

log = structlog.get_logger(__name__)


class Queue:
    """Runs that wait and runs that have a process. A paused one takes no place from those that wait.

    `places`: how many train at one time; None: what the executor says it can do.
    """

    def __init__(
        self,
        store: Store,
        journal: Journal,
        executor: Executor,
        folder: Folder,
        places: int | None,
        timing: Timing,
        limits: Limits,
    ) -> None:
        self._store, self._journal, self._executor = store, journal, executor
        self._folder, self._places, self._timing, self._limits = folder, places, timing, limits
        self._order: list[str] = []
        self._going: dict[str, asyncio.Task[None]] = {}
        self._attempts: dict[str, Attempt] = {}
        self._removed: set[str] = set()
        self._closing = asyncio.Event()
        self._background: set[asyncio.Task[None]] = set()

    @property
    def waiting(self) -> int:
        return len(self._order)

    def add(self, run_id: str) -> None:
        """Let it train as soon as there is a place."""
        if run_id not in self._going and run_id not in self._order:
            self._order.append(run_id)
        self._fill()

    async def take_up(self) -> None:
        """After a start: what was going goes on, what waited waits again."""
        if self._places is None:
            self._places = (await self._executor.capacity()).workers
        rows = await asyncio.to_thread(self._store.runs.unfinished)
        handles = [Handle.from_text(row.id, row.worker) for row in rows if row.worker]
        await self._executor.adopt(handles)
        for row in rows:
            if row.wanted == "stopped":
                await self._append(row, "run_stopped")
            elif row.state in (State.STARTING, State.TRAINING):
                if await self._interrupt(row, endings.SERVER_DIED):
                    self.add(row.id)
            elif row.state == State.QUEUED or (row.state == State.INTERRUPTED and row.wanted == "going"):
                self.add(row.id)

    async def command(self, run_id: str, name: str, **values: object) -> bool:
        """Tell the run's worker; False where it has none."""
        attempt = self._attempts.get(run_id)
        if attempt is None:
            return False
        await attempt.command(name, **values)
        return True

    async def stop(self, run_id: str) -> None:
        """End it after its step; by force where a step takes too long."""
        if await self.command(run_id, "stop"):
            self._later(self._stop_by_force(run_id, self._attempts.get(run_id)))
            return
        if run_id in self._order:
            self._order.remove(run_id)
        if run_id not in self._going:
            row = await asyncio.to_thread(self._store.runs.get, run_id)
            await self._append(row, "run_stopped")
            self._journal.forget(run_id)

    async def remove(self, run_id: str) -> None:
        """End its process at once, and never start it again."""
        if run_id in self._order:
            self._order.remove(run_id)
        task = self._going.get(run_id)
        if task is None:
            return
        self._removed.add(run_id)
        try:
            if run_id in self._attempts:
                await self._attempts[run_id].cancel(0)
            await asyncio.wait([task])
        finally:
            self._removed.discard(run_id)

    async def close(self) -> None:
        """Every worker saves and leaves; those that can't in time are ended."""
        self._closing.set()
        self._order.clear()
        await asyncio.gather(
            *(attempt.cancel(self._timing.leave) for attempt in self._attempts.values()),
            return_exceptions=True,
        )
        if self._going:
            _, late = await asyncio.wait(self._going.values(), timeout=_LAST_WORD_SECONDS)
            for task in late:  # such as one that waits for a fork server that is not warm yet
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for task in self._background:
            task.cancel()

    def _fill(self) -> None:
        while self._order and not self._closing.is_set() and self._taken() < (self._places or 1):
            run_id = self._order.pop(0)
            self._going[run_id] = asyncio.create_task(self._drive(run_id), name=f"run {run_id}")

    def _taken(self) -> int:
        return sum(
            not (attempt := self._attempts.get(run_id)) or not attempt.is_paused for run_id in self._going
        )

    async def _drive(self, run_id: str) -> None:
        """One attempt after another, until the run is over or rests."""
        try:
            while await self._attempt(run_id):
                pass
        except (NotFound, StaleAttempt):
            log.debug("run gone", run=run_id)
        except StoreUnavailable as error:
            log.error("a run stopped because nothing can be stored", run=run_id, reason=str(error))
        except Exception:
            log.exception("a run could not be supervised", run=run_id)
        finally:
            del self._going[run_id]
            self._journal.forget(run_id)
            self._fill()

    async def _attempt(self, run_id: str) -> bool:
        """Whether there is another to come."""
        attempt = Attempt(
            self._store,
            self._journal,
            self._executor,
            self._folder.run(run_id),
            self._folder.datasets,
            self._folder.weights,
            self._timing,
            self._limits,
            self._fill,
        )
        self._attempts[run_id] = attempt  # first of all: from now on it keeps what it is told
        try:
            row = await asyncio.to_thread(self._store.runs.get, run_id)
            if row.wanted == "stopped":
                await self._append(row, "run_stopped")
                return False
            if row.wanted == "paused":
                await attempt.command("pause")
            outcome = await attempt.run(run_id)
        finally:
            del self._attempts[run_id]
        return run_id not in self._removed and await self._judge(run_id, outcome)

    async def _judge(self, run_id: str, outcome: Outcome) -> bool:
        if outcome.ended:
            await asyncio.to_thread(self._folder.remove_checkpoints, run_id)
            return False
        row = await asyncio.to_thread(self._store.runs.get, run_id)
        if row.wanted == "stopped":
            await self._append(row, "run_stopped")
            return False
        if self._closing.is_set():
            if row.state != State.PAUSED:
                await self._append(row, "run_interrupted", endings.SERVER_STOPPED)
            return False
        again = await self._interrupt(row, outcome.problem or endings.SERVER_STOPPED)
        if again:
            with contextlib.suppress(TimeoutError):
                delay = _BACK_OFF_SECONDS[min(row.deaths, len(_BACK_OFF_SECONDS) - 1)]
                await asyncio.wait_for(self._closing.wait(), delay)
        return again and not self._closing.is_set()

    async def _interrupt(self, row: RunRow, problem: Problem) -> bool:
        """Tell that its process died; whether it is to be started again without being asked."""
        deaths = row.deaths + 1
        again = row.wanted == "going" and deaths < MOST_DEATHS
        if row.wanted == "going" and not again:
            problem = endings.gave_up(problem, deaths)
        values = {"deaths": deaths, "wanted": row.wanted if again or row.wanted == "paused" else "nothing"}
        await self._append(row, "run_interrupted", problem, values)
        return again

    async def _append(
        self,
        row: RunRow,
        kind: str,
        problem: Problem | None = None,
        values: Mapping[str, object] | None = None,
    ) -> None:
        event: dict[str, object] = {"kind": kind}
        if problem is not None:
            event["problem"] = problem.model_dump(mode="json", exclude_none=True)

        def leave_worker(connection: Connection, _numbers: object) -> None:
            self._store.runs.change_in(connection, row.id, worker=None)

        await self._journal.append(row.id, row.attempt, [event], values, leave_worker)

    async def _stop_by_force(self, run_id: str, attempt: Attempt | None) -> None:
        await asyncio.sleep(self._timing.stop)
        if attempt is not None and self._attempts.get(run_id) is attempt:
            await attempt.cancel(0)

    def _later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
