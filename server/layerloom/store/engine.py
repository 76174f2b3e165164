"""Connections to SQLite or PostgreSQL: one engine that writes, one that only reads."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.pool import QueuePool, StaticPool

BUSY_MILLISECONDS = 5000
FIXED_SQLITE = ((3, 51, 3), (3, 50, 7), (3, 44, 6))
"""First releases without the bug by which two connections that checkpoint at once damage a WAL database."""


@dataclass(frozen=True, slots=True)
class Engines:
    """`writer` belongs to the writer thread alone; `reader` may be used from any thread."""

    writer: Engine
    reader: Engine
    file: Path | None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self.reader.connect() as connection:
            yield connection

    def dispose(self) -> None:
        self.reader.dispose()
        self.writer.dispose()


def database_url(place: str | Path) -> URL:
    """A path becomes an SQLite URL; `postgresql://…` gets the driver that we ship with."""
    text = str(place)
    if "://" not in text:
        return URL.create("sqlite", database=str(Path(text)))
    url = make_url(text)
    if url.drivername in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    return url


def open_engines(url: URL) -> Engines:
    """Engines for the URL; a connection is made at first use."""
    if url.get_backend_name() == "sqlite":
        return _open_sqlite(url)
    writer = create_engine(url, poolclass=QueuePool, pool_size=1, max_overflow=0, pool_pre_ping=True)
    reader = create_engine(url, pool_size=4, max_overflow=8, pool_pre_ping=True, isolation_level="AUTOCOMMIT")
    return Engines(writer, reader, None)


def sqlite_has_wal_bug() -> bool:
    """Whether this SQLite may damage a WAL when two connections checkpoint at once (ours never do)."""
    version = sqlite3.sqlite_version_info
    return (
        not any(version[:2] == fixed[:2] and version >= fixed for fixed in FIXED_SQLITE)
        and version < FIXED_SQLITE[0]
    )


def _open_sqlite(url: URL) -> Engines:
    file = Path(url.database or "")
    # One connection, kept by the writer thread, so `StaticPool`; it is never shared by two threads at once.
    writer = create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
    event.listen(writer, "connect", _prepare_sqlite_writer)
    event.listen(writer, "begin", _begin_immediately)
    reader = create_engine(url, poolclass=QueuePool, pool_size=4, max_overflow=12)
    event.listen(reader, "connect", _prepare_sqlite_reader)
    return Engines(writer, reader, file)


def _prepare_sqlite_writer(connection: Any, _record: object) -> None:  # Any: a DBAPI connection
    connection.isolation_level = (
        None  # we say BEGIN ourselves; the driver would leave DDL out of transactions
    )
    for pragma in (
        f"busy_timeout={BUSY_MILLISECONDS}",
        "journal_mode=WAL",
        "synchronous=FULL",  # NORMAL loses acknowledged rows in a power cut
        "foreign_keys=ON",
        "wal_autocheckpoint=0",  # the writer thread checkpoints, and nobody else ever
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _prepare_sqlite_reader(connection: Any, _record: object) -> None:  # Any: a DBAPI connection
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={BUSY_MILLISECONDS}",
        "query_only=ON",
        "wal_autocheckpoint=0",
        "cache_size=-8000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediately(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
