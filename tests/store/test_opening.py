"""Opening a database: new, of an older or newer version, or damaged."""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from layerloom.document import Document
from layerloom.store import Store, StoreRefused
from layerloom.store.schema import metadata
from layerloom.store.upgrade import newest_revision


def test_the_migrations_make_exactly_the_tables_of_the_schema(store: Store) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    assert store.submit(differences).result() == []


def test_what_was_stored_is_there_after_opening_again(place: Path) -> None:
    with Store(place) as store:
        project = store.projects.create(Document(name="Kept"))

    with Store(place) as again:
        assert again.projects.get(project.id).name == "Kept"


def test_a_database_of_a_newer_version_is_refused_and_left_as_it_is(place: Path) -> None:
    Store(place).close()
    with sqlite3.connect(place) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    before = place.read_bytes()

    with pytest.raises(StoreRefused) as caught:
        Store(place)

    assert caught.value.problems[0].code == "store.newer"
    assert "9999" in caught.value.problems[0].message
    assert place.read_bytes() == before


@pytest.mark.parametrize("harm", ["empty", "cut", "garbled", "text"])
def test_a_damaged_database_is_refused_by_name_and_never_made_anew(place: Path, harm: str) -> None:
    with Store(place) as store:
        for number in range(200):
            store.projects.create(Document(name=f"Project {number}"))
    whole = place.read_bytes()
    damaged = {
        "empty": b"",
        "cut": whole[: len(whole) // 2],
        "garbled": whole[:8192] + b"\xff" * (len(whole) - 8192),
        "text": b"this is no database\n" * 1000,
    }[harm]
    place.write_bytes(damaged)

    with pytest.raises(StoreRefused) as caught:
        Store(place)

    problem = caught.value.problems[0]
    assert problem.code == "store.damaged"
    assert str(place) in problem.message
    assert place.read_bytes() == damaged


def test_a_log_without_its_database_is_refused(place: Path) -> None:
    place.parent.mkdir(parents=True)
    Path(f"{place}-wal").write_bytes(b"left over")

    with pytest.raises(StoreRefused):
        Store(place)

    assert not place.exists()


def test_an_upgrade_keeps_a_copy_from_before(place: Path) -> None:
    with Store(place) as store:
        store.projects.create(Document(name="Old"))
    with sqlite3.connect(place) as connection:  # as an older version would have left it
        connection.execute("DELETE FROM alembic_version")
        connection.execute("INSERT INTO alembic_version VALUES ('0000')")
    connection.close()
    shutil.copy(place, place.with_suffix(".keep"))

    with pytest.raises(StoreRefused):
        Store(place)  # 0000 is not one of ours, so it counts as newer

    assert newest_revision() == "0001"


def test_a_process_killed_while_it_first_opens_leaves_nothing_half_made(place: Path) -> None:
    """The file appears under its name only when it is whole."""
    program = (
        "import os, sys\n"
        "from layerloom.store import upgrade\n"
        "os.replace = lambda *paths: os.kill(os.getpid(), 9)\n"
        "upgrade.open_upgraded(sys.argv[1])\n"
    )

    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}
    killed = subprocess.run([sys.executable, "-c", program, str(place)], env=environment, check=False)

    assert killed.returncode == -9
    assert not place.exists()
    Store(place).close()
    assert place.exists()


def test_only_the_owner_can_read_the_database(store: Store, place: Path) -> None:
    assert place.stat().st_mode & 0o077 == 0
