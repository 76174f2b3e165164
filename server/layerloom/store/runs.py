"""Runs as rows: what was asked for, how far it has come. States and what they allow are `runs/`' business."""

from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from layerloom.problems import Problem, ProblemError
from layerloom.store.engine import Engines
from layerloom.store.errors import NotFound
from layerloom.store.paging import Page, read_page
from layerloom.store.schema import idempotency_keys, runs
from layerloom.store.times import now
from layerloom.store.writer import Writer


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run without its document.

    `wanted` is what the person asked for last (`going`, `paused`, `stopped`); `attempt` counts the processes
    that trained it and fences off the older ones; `deaths` those that died since the last checkpoint;
    `acknowledged` is the last event taken from the process of the present attempt, by its own count.
    """

    id: str
    number: int
    name: str
    state: str
    wanted: str
    project: str | None
    outputs: tuple[str, ...]
    epoch: int
    epochs: int
    step: int
    steps: int
    device: str | None
    created: str
    started: str | None
    ended: str | None
    problem: dict[str, Any] | None  # Any: JSON of a Problem
    loss: float | None
    latest: dict[str, float | None]
    last_seq: int
    attempt: int
    deaths: int
    acknowledged: int
    worker: str | None


_COLUMNS = tuple(column for column in runs.c if column.name != "document")


class Runs:
    """The `runs` table. `…_in` methods take the writer's connection, to share a transaction with events."""

    def __init__(self, engines: Engines, writer: Writer) -> None:
        self._engines, self._writer = engines, writer

    @staticmethod
    def add_in(
        connection: Connection,
        *,
        run_id: str,
        name: str,
        project: str | None,
        document: str,
        outputs: tuple[str, ...],
        epochs: int,
    ) -> None:
        connection.execute(
            insert(runs),
            {
                "id": run_id, "name": name, "state": "queued", "wanted": "going", "project_id": project,
                "document": document, "outputs": orjson.dumps(outputs).decode(), "epochs": epochs,
                "created": now(),
            },
        )  # fmt: skip

    @staticmethod
    def keep_key_in(connection: Connection, key: str, request: str, run_id: str) -> None:
        """Remember which run an idempotency key stands for."""
        connection.execute(
            insert(idempotency_keys), {"key": key, "request": request, "run_id": run_id, "created": now()}
        )

    @staticmethod
    def find_key_in(connection: Connection, key: str, request: str) -> str | None:
        """The run that an idempotency key stands for, if any.

        Raises:
            ProblemError: `run.idempotency`, when the key was used for another request.
        """
        row = connection.execute(select(idempotency_keys).where(idempotency_keys.c.key == key)).first()
        if row is None:
            return None
        if row.request != request:
            raise ProblemError(
                Problem(
                    code="run.idempotency",
                    message="This Idempotency-Key was used before for another document.",
                    hint="Send a new key with a new request.",
                )
            )
        return str(row.run_id)

    @staticmethod
    def change_in(connection: Connection, run_id: str, **values: object) -> None:
        """Set columns; `problem`, `latest` and `outputs` as plain data. `started` stays what it was first.

        Raises:
            NotFound: the run was deleted.
        """
        for name in ("problem", "latest", "outputs"):
            if values.get(name) is not None:
                values[name] = orjson.dumps(values[name]).decode()
        if "started" in values:
            values["started"] = func.coalesce(runs.c.started, values["started"])
        if not connection.execute(update(runs).where(runs.c.id == run_id).values(**values)).rowcount:
            raise NotFound("run", run_id)

    @staticmethod
    def get_in(connection: Connection, run_id: str) -> RunRow:
        row = connection.execute(select(*_COLUMNS).where(runs.c.id == run_id)).first()
        if row is None:
            raise NotFound("run", run_id)
        return _run(row)

    def get(self, run_id: str) -> RunRow:
        with self._engines.reading() as connection:
            return self.get_in(connection, run_id)

    def document(self, run_id: str) -> str:
        """What was asked to be trained, as canonical JSON text."""
        with self._engines.reading() as connection:
            text = connection.execute(select(runs.c.document).where(runs.c.id == run_id)).scalar()
        if text is None:
            raise NotFound("run", run_id)
        return str(text)

    def list(self, limit: int = 50, cursor: str | None = None, project: str | None = None) -> Page[RunRow]:
        """The newest first."""
        query = select(*_COLUMNS)
        if project is not None:
            query = query.where(runs.c.project_id == project)
        with self._engines.reading() as connection:
            return read_page(connection, query, (runs.c.number,), limit, cursor, _run)

    def unfinished(self) -> tuple[RunRow, ...]:
        """Those that may still go on, the oldest first."""
        query = (
            select(*_COLUMNS)
            .where(runs.c.state.not_in(("finished", "stopped", "failed")))
            .order_by(runs.c.number)
        )
        with self._engines.reading() as connection:
            return tuple(_run(row) for row in connection.execute(query))

    def ids(self) -> set[str]:
        with self._engines.reading() as connection:
            return set(connection.execute(select(runs.c.id)).scalars())

    def rename(self, run_id: str, name: str) -> None:
        """Raises `NotFound`."""
        self._writer.submit(lambda connection: self.change_in(connection, run_id, name=name)).result()

    def delete(self, run_id: str) -> None:
        """The run with its events, checkpoints and idempotency key."""

        def write(connection: Connection) -> None:
            if not connection.execute(delete(runs).where(runs.c.id == run_id)).rowcount:
                raise NotFound("run", run_id)

        self._writer.submit(write).result()


def _run(row: Row[Any]) -> RunRow:
    return RunRow(
        id=row.id, number=row.number, name=row.name, state=row.state, wanted=row.wanted,
        project=row.project_id,
        outputs=tuple(orjson.loads(row.outputs)), epoch=row.epoch, epochs=row.epochs, step=row.step,
        steps=row.steps, device=row.device, created=row.created, started=row.started, ended=row.ended,
        problem=None if row.problem is None else orjson.loads(row.problem), loss=row.loss,
        latest=orjson.loads(row.latest), last_seq=row.last_seq, attempt=row.attempt, deaths=row.deaths,
        acknowledged=row.acknowledged, worker=row.worker,
    )  # fmt: skip
