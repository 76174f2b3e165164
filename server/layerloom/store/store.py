"""The store: one object that opens the database and holds a part for each noun."""

from concurrent.futures import Future
from pathlib import Path
from types import TracebackType

import structlog

from layerloom.store.datasets import Datasets
from layerloom.store.engine import sqlite_has_wal_bug
from layerloom.store.events import Events
from layerloom.store.projects import Projects
from layerloom.store.runs import Runs
from layerloom.store.upgrade import open_upgraded
from layerloom.store.writer import Result, Write, Writer

log = structlog.get_logger(__name__)


class Store:
    """`Store("data/layerloom.db")`, or an SQLAlchemy URL such as `postgresql://…`.

    Opening runs the migrations. All methods block; a coroutine calls them through `asyncio.to_thread`, and
    writes through `submit`, whose future is done when the write is on the disk.

    Raises:
        StoreRefused: the database is damaged or of a newer version.
        StoreUnavailable: it can't be reached.
    """

    def __init__(self, place: str | Path) -> None:
        self._engines = open_upgraded(place)
        if self._engines.file is not None and sqlite_has_wal_bug():
            log.debug("this SQLite damages WAL files that two connections checkpoint; only one does here")
        self._writer = Writer(self._engines.writer)
        self.projects = Projects(self._engines, self._writer)
        self.datasets = Datasets(self._engines, self._writer)
        self.runs = Runs(self._engines, self._writer)
        self.events = Events(self._engines)

    def submit(self, function: Write[Result]) -> "Future[Result]":
        """Run a function of the writing connection; its future is done once the result is committed."""
        return self._writer.submit(function)

    @property
    def is_usable(self) -> bool:
        """False once the database failed in a way that only a restart can mend."""
        return self._writer.is_usable

    def close(self) -> None:
        """Commit what is queued and let go of the file."""
        self._writer.close()
        self._engines.dispose()

    def __enter__(self) -> "Store":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
