"""The supervisor: what the server asks of runs. It queues, controls and resumes them, and answers about them.

No torch here: training happens in workers, and what a stranger's file may do happens in `call`.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from pathlib import Path

from sqlalchemy import Connection

from layerloom.data.dataset import Dataset
from layerloom.data.datasets import find
from layerloom.document import Document, Limits
from layerloom.problems import ProblemError
from layerloom.runs import controls
from layerloom.runs.attempts import Timing
from layerloom.runs.calling import Caller
from layerloom.runs.calls import Result
from layerloom.runs.executors.base import Executor
from layerloom.runs.executors.local import LocalExecutor
from layerloom.runs.folder import Folder
from layerloom.runs.forking import ForkServer
from layerloom.runs.hub import Hub
from layerloom.runs.journal import Journal
from layerloom.runs.keeping import Keeper
from layerloom.runs.preflight import find_devices
from layerloom.runs.preparation import Preparation, prepare
from layerloom.runs.queue import Queue
from layerloom.runs.records import RunHistory, RunRecord, run_history, run_record
from layerloom.runs.starting import keep_start
from layerloom.runs.starts import Starts
from layerloom.runs.states import ENDED, State, refusal, require
from layerloom.runs.submission import Submission
from layerloom.runs.warm_start import WeightStart
from layerloom.store import Page, Store
from layerloom.store.events import StoredEvent
from layerloom.store.runs import RunRow
from layerloom.training.device_names import absent_device

LARGEST_ANSWER = 10_000
"""Events in one answer of `events`, at most."""
EFFECT_SECONDS = 1.0
"""How long a control waits for its effect to show before it answers."""


class Supervisor:
    """One for each server and data folder. Coroutines are for one event loop.

    `executor` gives runs their processes: children of `forks` on this machine, unless another is passed.
    `forks` is a fork server that the caller owns, where several supervisors share one.
    """

    def __init__(
        self,
        store: Store,
        data_dir: Path,
        limits: Limits | None = None,
        *,
        concurrent_runs: int | None = None,
        queued_runs: int = 100,
        timing: Timing | None = None,
        executor: Executor | None = None,
        forks: ForkServer | None = None,
    ) -> None:
        self._store, self._limits, self._queued_runs = store, limits or Limits(), queued_runs
        self._folder = Folder(data_dir)
        self._starts = Starts(self._folder, self._limits)
        self._hub = Hub(store.events.read)
        self._journal = Journal(store, self._hub)
        self._forks = forks or ForkServer()
        self._owns_forks = forks is None
        self._devices: list[str] | None = None
        self._caller = Caller(self._forks)
        self._keeper = Keeper(self._forks)
        self._executor = executor or LocalExecutor(self._forks)
        self._queue = Queue(
            store,
            self._journal,
            self._executor,
            self._folder,
            concurrent_runs,
            timing or Timing(),
            self._limits,
        )

    async def start(self) -> None:
        """Take up the runs that were going, and warm up the fork server in the background.

        Raises:
            StoreRefused: `store.in_use`, when another server works in this data folder.
        """
        self._folder.lock()
        await self._executor.start()
        await self._queue.take_up()

    async def close(self) -> None:
        """Let every worker save and leave, end those that don't, and let go of the data folder."""
        await self._queue.close()
        self._hub.close_all()
        self._keeper.close()
        await self._executor.close()
        if self._owns_forks:
            await self._forks.close()
        self._folder.unlock()

    async def submit(
        self,
        document: Document,
        *,
        project: str | None = None,
        overrides: Mapping[str, object] | None = None,
        idempotency_key: str | None = None,
        continues: str | None = None,
        warm_start: str | None = None,
    ) -> RunRecord:
        """A run of this document, queued. The same key again gives the same run.

        `continues` names a run from whose last state this one goes on, `warm_start` one whose weights it begins with;
        `id/name` means a checkpoint of that run.

        Raises:
            ProblemError: it can't be trained, the queue is full, or the key stands for another request.
        """
        preparation = await asyncio.to_thread(
            prepare, document, self._folder.datasets, self._limits, overrides, self._folder.weights
        )
        await self._refuse_absent_device(preparation)
        for run in (continues, warm_start):
            if run is not None:
                await self.get(run.partition("/")[0])
        left, start = await asyncio.to_thread(self._starts.find, preparation, continues, warm_start)
        submission = Submission(self._store, preparation, project, idempotency_key, start)
        if left is not None:
            folder = self._folder.run(submission.run_id)
            await asyncio.to_thread(keep_start, folder, left, whole=continues is not None)

        def write(connection: Connection) -> str:
            return submission.write(connection, self._is_full, self._queued_runs)

        run_id = None
        try:
            run_id = await asyncio.wrap_future(self._store.submit(write))
        finally:
            if left is not None and run_id != submission.run_id:
                await asyncio.to_thread(self._folder.remove_run, submission.run_id)
        if run_id == submission.run_id:
            self._queue.add(run_id)
        return await self.get(run_id)

    async def compare_weights(self, document: Document, run: str) -> list[WeightStart]:
        """What would become of each weight of this document in a warm start from a run.

        Raises:
            ProblemError: `run.unknown`, or `run.state` where it has left no weights.
        """
        await self.get(run.partition("/")[0])
        return await asyncio.to_thread(self._starts.compare, document, run)

    async def pause(self, run_id: str) -> RunRecord:
        """Hold a run after its present step. Raises `ProblemError` (`run.state`) where it can't."""
        await self._want(run_id, "pause", "paused")
        await self._queue.command(run_id, "pause")
        return await self._after(run_id, State.PAUSED)

    async def resume(self, run_id: str) -> RunRecord:
        """Go on: at once where the process is there, else from the last checkpoint in a new one."""
        row = await self._want(run_id, "resume", "going")
        if not await self._queue.command(run_id, "resume") and row.state in (State.PAUSED, State.INTERRUPTED):
            self._queue.add(run_id)
        return await self._after(run_id, State.TRAINING)

    async def stop(self, run_id: str) -> RunRecord:
        """End a run after its present step, for good; what it has learned is kept. One that is over stays so."""
        row = await self._want(run_id, "stop", "stopped")
        if State(row.state) not in ENDED:
            await self._queue.stop(run_id)
        return await self._after(run_id, State.STOPPED)

    async def change_training(
        self,
        run_id: str,
        loss_weights: Mapping[str, float] | None = None,
        learning_rate: float | None = None,
    ) -> RunRecord:
        """Other loss weights, by output, or another learning rate, from the next step on."""
        row = await asyncio.to_thread(self._store.runs.get, run_id)
        controls.check_change(row.outputs, loss_weights or {}, learning_rate)
        require("change", row.state)
        is_told = await self._queue.command(
            run_id, "change", loss_weights=dict(loss_weights or {}), learning_rate=learning_rate
        )
        if not is_told:  # it waits for a place, or rests without a process
            raise ProblemError(refusal("change", row.state))
        return run_record(row)

    async def rename(self, run_id: str, name: str) -> RunRecord:
        """Another name to tell it from others by; its document keeps its own."""
        await asyncio.to_thread(self._store.runs.rename, run_id, name)
        return await self.get(run_id)

    async def delete(self, run_id: str) -> None:
        """End its process, then remove it with its events and files."""
        await asyncio.to_thread(self._store.runs.get, run_id)
        self._keeper.forget(run_id)
        await self._queue.remove(run_id)
        await asyncio.to_thread(self._store.runs.delete, run_id)
        await asyncio.to_thread(self._folder.remove_run, run_id)
        self._hub.close(run_id)
        self._journal.forget(run_id)

    async def get(self, run_id: str) -> RunRecord:
        return run_record(await asyncio.to_thread(self._store.runs.get, run_id))

    async def list(
        self, limit: int = 50, cursor: str | None = None, project: str | None = None
    ) -> Page[RunRecord]:
        """The newest first."""
        page = await asyncio.to_thread(self._store.runs.list, limit, cursor, project)
        return Page([run_record(row) for row in page.items], page.next)

    async def document(self, run_id: str) -> str:
        """What the run trains, as canonical JSON text."""
        return await asyncio.to_thread(self._store.runs.document, run_id)

    async def events(self, run_id: str, after: int = 0, limit: int = 1000) -> bytes:
        """A JSON array of at most `limit` events with `seq` > `after`; empty where there is none yet."""
        found = await asyncio.to_thread(
            self._store.events.read, run_id, max(0, after), max(1, min(limit, LARGEST_ANSWER))
        )
        if not found:
            await self.get(run_id)
        return _array(found)

    async def follow(self, run_id: str, after: int = 0) -> AsyncGenerator[bytes, None]:
        """JSON arrays of events with `seq` > `after`, each event once and in order, until the run's last.

        It also ends when the run is deleted or the server closes.
        """
        row = await asyncio.to_thread(self._store.runs.get, run_id)
        last = row.last_seq if State(row.state) in ENDED else None
        async with contextlib.aclosing(self._hub.follow(run_id, max(0, after), last)) as batches:
            async for batch in batches:
                yield batch

    async def history(self, run_id: str) -> RunHistory:
        """Keras' `History` of the epochs so far."""
        bodies = await asyncio.to_thread(self._store.events.epochs, run_id)
        if not bodies:
            await self.get(run_id)
        return await asyncio.to_thread(run_history, bodies)

    async def artifacts(self, run_id: str) -> tuple[str, ...]:
        """Names of the files that the run has left."""
        await self.get(run_id)
        return tuple(await asyncio.to_thread(self._folder.artifacts, run_id))

    async def artifact(self, run_id: str, name: str) -> Path:
        """Where an artifact lies. Raises `NotFound`."""
        await self.get(run_id)
        return await asyncio.to_thread(self._folder.artifact, run_id, name)

    async def call(
        self,
        function: Callable[..., Result],
        *arguments: object,
        timeout: float = 30.0,
        memory: int | None = None,
    ) -> Result:
        """Call an importable function in a child with limits; see `calls` for what may cross.

        Raises:
            ProblemError: what the function raised, or `call.timeout`, `call.out_of_memory`, `call.crashed`.
        """
        return await self._caller.call(function, arguments, timeout, memory)

    async def call_kept(
        self,
        key: str,
        function: Callable[..., Result],
        *arguments: object,
        timeout: float = 30.0,
        memory: int | None = None,
    ) -> Result:
        """As `call`, in a child that stays for the next call with this key, a run's or a data set's id: see `keeping`.

        Raises:
            ProblemError: as `call`.
        """
        return await self._keeper.call(key, function, arguments, timeout, memory)

    def find_dataset(self, dataset_id: str) -> Dataset | None:
        """The description of a built-in or an uploaded data set; reads a small file at most."""
        return find(dataset_id, self._folder.datasets)

    @property
    def datasets(self) -> Path:
        """The folder of uploaded data sets."""
        return self._folder.datasets

    async def _refuse_absent_device(self, preparation: Preparation) -> None:
        """Looks in a child, once: this process has no torch."""
        training = preparation.document.training
        wanted = "auto" if training is None else training.fit.device
        if wanted in ("auto", "cpu"):
            return
        if self._devices is None:
            self._devices = await self.call(find_devices, memory=2**46)
        problem = absent_device(wanted, self._devices)
        if problem is not None:
            raise ProblemError(problem)

    def _is_full(self) -> bool:
        return self._queue.waiting >= self._queued_runs

    async def _want(self, run_id: str, action: str, wanted: str) -> RunRow:
        """Write down what the person wants, if the run's state allows it; the run as it was."""

        def write(connection: Connection) -> RunRow:
            row = self._store.runs.get_in(connection, run_id)
            require(action, row.state)
            if State(row.state) in ENDED:
                return row
            self._store.runs.change_in(connection, run_id, wanted=wanted, deaths=0)
            return row

        return await asyncio.wrap_future(self._store.submit(write))

    async def _after(self, run_id: str, state: State) -> RunRecord:
        """The run once a control has shown its effect, or as it is a little later."""
        record = await self.get(run_id)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(EFFECT_SECONDS):
                while record.state is not state and record.state not in ENDED:
                    changed = self._hub.changed(run_id)
                    record = await self.get(run_id)
                    if record.state is not state and record.state not in ENDED:
                        await changed.wait()
        return await self.get(run_id)


def _array(events: Sequence[StoredEvent]) -> bytes:
    return ("[" + ",".join(event.body for event in events) + "]").encode()
