"""Opening a database: sound and of our time? Keep a copy and migrate it, or refuse and touch nothing."""

import contextlib
import os
import sqlite3
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError, DBAPIError

from layerloom.store.engine import Engines, database_url, open_engines
from layerloom.store.errors import StoreRefused, StoreUnavailable

LARGEST_FULL_LOOK = 256 * 1024 * 1024
"""Files up to this size are read whole when the store opens, to find damage."""
_UPGRADE_LOCK = 0x4C4C5550  # "LLUP": any number that all servers agree on

log = structlog.get_logger(__name__)


def open_upgraded(place: str | Path) -> Engines:
    """Engines for a database with today's schema.

    Raises:
        StoreRefused: `store.damaged` or `store.newer`; the file is left as it is.
        StoreUnavailable: `store.busy`, when the database can't be reached.
    """
    url = database_url(place)
    if url.get_backend_name() == "sqlite":
        file = Path(url.database or "")
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not file.exists():
            _create(file)
        _refuse_damage(file)
    engines = open_engines(url)
    try:
        _upgrade(engines)
    except DatabaseError as error:
        engines.dispose()
        if engines.file is not None and "locked" not in str(error):
            raise _damaged(engines.file, str(error.orig)) from error
        raise _unreachable(error) from error
    except BaseException:
        engines.dispose()
        raise
    return engines


def current_revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str:
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None, "the package has no migrations"
    return head


def _create(file: Path) -> None:
    """Make the file under another name first: so a file that is there is never one half made."""
    if Path(f"{file}-wal").exists():
        raise _damaged(file, "its write-ahead log is there, but the file itself is not")
    draft = file.with_name(f"{file.name}.new")
    for leftover in (draft, Path(f"{draft}-wal"), Path(f"{draft}-shm")):
        leftover.unlink(missing_ok=True)
    engines = open_engines(database_url(draft))
    try:
        _upgrade(engines)
    finally:
        engines.dispose()
    os.chmod(draft, 0o600)
    os.replace(draft, file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _upgrade(engines: Engines) -> None:
    config = _config()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    newest = newest_revision()
    with engines.writer.connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _UPGRADE_LOCK})
        revision = current_revision(connection)
        if revision == newest:
            return
        if revision is not None and revision not in known:
            raise StoreRefused(
                "store.newer",
                f"The data was written by a newer version of Layerloom (schema {revision}; this one knows "
                f"{newest}).",
                "Install that version again, or point LAYERLOOM_DATA_DIR at another folder.",
            )
        if revision is not None and engines.file is not None:
            _copy(engines.file, engines.file.with_name(f"{engines.file.name}.before-{newest}"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        (log.info if revision else log.debug)("schema upgraded", before=revision, after=newest)


def _copy(file: Path, target: Path) -> None:
    """A whole copy from before an upgrade; it stays beside the file."""
    draft = target.with_name(f"{target.name}.part")
    draft.unlink(missing_ok=True)
    with (
        contextlib.closing(sqlite3.connect(file)) as source,
        contextlib.closing(sqlite3.connect(draft)) as copy,
    ):
        source.backup(copy)
    os.replace(draft, target)


def _refuse_damage(file: Path) -> None:
    if file.stat().st_size == 0:
        raise _damaged(file, "it is empty")
    try:
        with contextlib.closing(sqlite3.connect(file, timeout=5)) as connection:
            connection.execute("PRAGMA wal_autocheckpoint=0")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if file.stat().st_size <= LARGEST_FULL_LOOK:
                (finding,) = connection.execute("PRAGMA quick_check(1)").fetchone()
                if finding != "ok":
                    raise _damaged(file, str(finding).splitlines()[-1])
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise _unreachable(error) from error
        raise _damaged(file, str(error)) from error
    except sqlite3.DatabaseError as error:
        raise _damaged(file, str(error)) from error


def _damaged(file: Path, reason: str) -> StoreRefused:
    copies = sorted(path.name for path in file.parent.glob(f"{file.name}.before-*") if path.suffix != ".part")
    copy = f" A copy from before the last upgrade is beside it: {copies[-1]}." if copies else ""
    return StoreRefused(
        "store.damaged",
        f"The database {file} is damaged ({reason}). It was left as it is.",
        f"Restore it from a backup, or move it away to start with an empty one.{copy}",
    )


def _unreachable(error: Exception) -> StoreUnavailable:
    reason = error.orig if isinstance(error, DBAPIError) else error
    return StoreUnavailable(
        "store.busy",
        f"The database could not be opened: {reason}.",
        "Look whether it is running, reachable, and not held by another program.",
    )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config
