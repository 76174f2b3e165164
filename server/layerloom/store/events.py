"""Events of runs, append-only, numbered from 1 without gaps within a run; with their checkpoints."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from layerloom.problems import Problem, ProblemError
from layerloom.store.engine import Engines
from layerloom.store.schema import checkpoints, events, runs
from layerloom.store.times import now

KEPT_CHECKPOINTS = 2


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One event; `body` is its whole JSON text, `seq` and `kind` included."""

    seq: int
    kind: str
    body: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint whose events were all committed with it or before.

    `seq` is the number of the last step or epoch that it holds; what follows may have to be trained again.
    """

    seq: int
    name: str
    epoch: int
    sha256: str


class StaleAttempt(ProblemError):
    """Events came from a process that has been replaced, or were numbered by somebody else as well."""

    def __init__(self, run_id: str, attempt: int) -> None:
        self.run_id, self.attempt = run_id, attempt
        super().__init__(
            Problem(code="run.stale", message=f"Attempt {attempt} of run {run_id} is not the present one.")
        )


class Events:
    """The `events` and `checkpoints` tables. Reads may block on the disk: call them in a thread."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    @staticmethod
    def append_in(connection: Connection, run_id: str, attempt: int, batch: Sequence[StoredEvent]) -> None:
        """Add events that follow the last one, and move the run's `last_seq`.

        Raises:
            StaleAttempt: the run has another attempt or another last event; nothing is added.
        """
        if not batch:
            return
        moved = connection.execute(
            update(runs)
            .where(runs.c.id == run_id, runs.c.attempt == attempt, runs.c.last_seq == batch[0].seq - 1)
            .values(last_seq=batch[-1].seq)
        )
        if not moved.rowcount:
            raise StaleAttempt(run_id, attempt)
        connection.execute(
            insert(events),
            [
                {
                    "run_id": run_id,
                    "seq": event.seq,
                    "kind": event.kind,
                    "attempt": attempt,
                    "body": event.body,
                }
                for event in batch
            ],
        )

    def read(self, run_id: str, after: int, limit: int) -> list[StoredEvent]:
        """At most `limit` events with `seq` > `after`, in order."""
        query = (
            select(events.c.seq, events.c.kind, events.c.body)
            .where(events.c.run_id == run_id, events.c.seq > after)
            .order_by(events.c.seq)
            .limit(limit)
        )
        with self._engines.reading() as connection:
            return [StoredEvent(*row) for row in connection.execute(query)]

    def epochs(self, run_id: str) -> list[str]:
        """The bodies of all `epoch_ended` events, in order."""
        query = (
            select(events.c.body)
            .where(events.c.run_id == run_id, events.c.kind == "epoch_ended")
            .order_by(events.c.seq)
        )
        with self._engines.reading() as connection:
            return [str(body) for body in connection.execute(query).scalars()]

    @staticmethod
    def add_checkpoint_in(connection: Connection, run_id: str, checkpoint: Checkpoint) -> list[str]:
        """Remember a checkpoint; the names of older ones that are not needed any more."""
        table = checkpoints
        same = (table.c.seq == checkpoint.seq) | (table.c.name == checkpoint.name)
        connection.execute(delete(table).where(table.c.run_id == run_id, same))
        connection.execute(
            insert(table),
            {
                "run_id": run_id, "seq": checkpoint.seq, "name": checkpoint.name, "epoch": checkpoint.epoch,
                "sha256": checkpoint.sha256, "created": now(),
            },
        )  # fmt: skip
        query = select(table.c.seq, table.c.name).where(table.c.run_id == run_id).order_by(table.c.seq.desc())
        rows = connection.execute(query).all()
        kept = {row.name for row in rows[:KEPT_CHECKPOINTS]}
        old = rows[KEPT_CHECKPOINTS:]
        if old:
            connection.execute(delete(table).where(table.c.run_id == run_id, table.c.seq <= old[0].seq))
        return [row.name for row in old if row.name not in kept]

    def checkpoints(self, run_id: str) -> list[Checkpoint]:
        """The newest first."""
        table = checkpoints
        query = (
            select(table.c.seq, table.c.name, table.c.epoch, table.c.sha256)
            .where(table.c.run_id == run_id)
            .order_by(table.c.seq.desc())
        )
        with self._engines.reading() as connection:
            return [Checkpoint(*row) for row in connection.execute(query)]
