"""The one writer: a thread with the only connection that writes, committing what has come in together.

Whoever writes waits for the commit, so what was answered is on the disk. Functions that came in while the
last commit ran share the next one, each in its own savepoint: one that fails takes no other with it.
"""

import contextlib
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, ProgrammingError

from layerloom.store.errors import StoreUnavailable

Result = TypeVar("Result")
Write = Callable[[Connection], Result]

GROUP_SECONDS = 0.05
"""A group of writes is closed after this long, however much is waiting."""
CHECKPOINT_PAGES = 1000
CHECKPOINT_SECONDS = 30.0

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Item:
    function: Write[Any]  # Any: each function has its own result, typed by `submit`
    future: "Future[Any]"


class Writer:
    """`submit` a function of a connection from any thread; its future is done once it is committed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="store-writer", daemon=True)
        self._lock = threading.Lock()
        self._closed = False
        self._failure: StoreUnavailable | None = None
        self._checkpointed = time.monotonic()
        self._writes_since_checkpoint = 0
        self._thread.start()

    def submit(self, function: Write[Result]) -> "Future[Result]":
        """Queue a write. Its future raises `StoreUnavailable` if it could not be committed."""
        future: Future[Result] = Future()
        with self._lock:
            if self._closed:
                future.set_exception(_closed())
            elif self._failure is not None:
                future.set_exception(self._failure)
            else:
                self._queue.put(_Item(function, future))
        return future

    @property
    def is_usable(self) -> bool:
        return self._failure is None and not self._closed

    def close(self) -> None:
        """Commit what is queued, checkpoint, end the thread."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        ending = False
        while not ending:
            first = self._wait()
            if first is _IDLE:
                self._checkpoint()
                continue
            group, ending = self._group(first)
            if group:
                self._commit(group)
            if self._writes_since_checkpoint >= CHECKPOINT_PAGES:
                self._checkpoint()
        self._checkpoint("TRUNCATE")

    def _wait(self) -> _Item | None:
        if not self._writes_since_checkpoint:
            return self._queue.get()
        try:
            return self._queue.get(
                timeout=max(0.1, CHECKPOINT_SECONDS - (time.monotonic() - self._checkpointed))
            )
        except queue.Empty:
            return _IDLE

    def _group(self, first: _Item | None) -> tuple[list[_Item], bool]:
        group: list[_Item] = []
        closes = time.monotonic() + GROUP_SECONDS
        item = first
        while item is not None:
            if item.future.set_running_or_notify_cancel():
                group.append(item)
            if time.monotonic() >= closes:
                return group, False
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return group, False
        return group, True

    def _commit(self, group: list[_Item]) -> None:
        done: list[tuple[_Item, Any]] = []
        failed: list[tuple[_Item, BaseException]] = []
        try:
            with self._engine.connect() as connection, connection.begin():
                for item in group:
                    savepoint = connection.begin_nested()
                    try:
                        result = item.function(connection)
                    except Exception as error:
                        if _is_about_the_database(error):
                            raise  # the whole group; SQLite has dropped the savepoint already
                        savepoint.rollback()
                        failed.append((item, error))
                    else:
                        savepoint.commit()
                        done.append((item, result))
        except Exception as error:
            reason = self._unavailable(error) if isinstance(error, DBAPIError) else error
            for item in group:
                item.future.set_exception(reason)
            return
        self._writes_since_checkpoint += len(group)
        for item, result in done:
            item.future.set_result(result)
        for item, reason_of_one in failed:
            item.future.set_exception(reason_of_one)

    def _unavailable(self, error: DBAPIError) -> StoreUnavailable:
        text = " ".join(str(error.orig).split())
        log.error("nothing was stored", reason=text)
        if "is full" in text or "No space left" in text or "DiskFull" in type(error).__name__:
            return StoreUnavailable(
                "store.full",
                "The disk that holds the data folder is full; nothing was stored.",
                "Free some space.",
            )
        if "locked" in text or "busy" in text:
            return StoreUnavailable(
                "store.busy",
                "The database is held by another program; nothing was stored.",
                "Close the program that has the file open, and try again.",
            )
        if self._engine.dialect.name != "sqlite":
            return StoreUnavailable(
                "store.busy", f"The database can't be reached or refused ({text}).", "Look whether it runs."
            )
        failure = StoreUnavailable(
            "store.failed",
            f"The database failed ({text}); nothing was stored, and nothing will be until a restart.",
            "Look at the disk, then start the server again.",
        )
        with self._lock:
            # After a failed fsync the kernel may have dropped the pages: a second try would confirm a loss.
            self._failure = failure
        return failure

    def _checkpoint(self, mode: str = "PASSIVE") -> None:
        self._checkpointed = time.monotonic()
        self._writes_since_checkpoint = 0
        if self._engine.dialect.name != "sqlite" or self._failure is not None:
            return
        with contextlib.suppress(Exception):  # a full disk: the log is kept, and copied next time
            raw = self._engine.raw_connection()
            raw.cursor().execute(f"PRAGMA wal_checkpoint({mode})")
            raw.close()


_IDLE = _Item(lambda _connection: None, Future())


def _is_about_the_database(error: Exception) -> bool:
    """A constraint or a wrong value concerns one function; a full disk or a lost connection all of them."""
    if not isinstance(error, DBAPIError):
        return False
    about_the_statement = isinstance(error, IntegrityError | DataError | ProgrammingError | InterfaceError)
    return error.connection_invalidated or not about_the_statement


def _closed() -> StoreUnavailable:
    return StoreUnavailable(
        "store.busy", "The server is shutting down; nothing was stored.", "Try again in a moment."
    )
