"""The writer: what is answered is on the disk, and one bad write takes no other with it."""

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from layerloom.document import Document
from layerloom.store import Store, StoreUnavailable


def _count(store: Store) -> int:
    return len(store.projects.list(limit=1000).items)


def test_writes_from_many_threads_are_all_there(store: Store) -> None:
    def create(first: int) -> None:
        for number in range(25):
            store.projects.create(Document(name=f"{first} {number}"))

    threads = [threading.Thread(target=create, args=(first,)) for first in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert _count(store) == 200


def test_a_write_that_fails_leaves_the_others_of_its_group(store: Store) -> None:
    entered, go_on = threading.Event(), threading.Event()

    def hold(_: Connection) -> None:
        entered.set()
        go_on.wait(10)

    def insert_then_fail(connection: Connection) -> None:
        connection.execute(
            text("INSERT INTO datasets (id, name, created, record) VALUES ('x', 'x', '', '{}')")
        )
        raise ValueError("after the insert")

    store.submit(hold)
    entered.wait(10)
    failing = store.submit(insert_then_fail)
    good = store.submit(
        lambda connection: connection.execute(
            text("INSERT INTO datasets (id, name, created, record) VALUES ('y', 'y', '', '{}')")
        )
    )
    go_on.set()

    with pytest.raises(ValueError, match="after the insert"):
        failing.result(10)
    good.result(10)
    assert store.datasets.find("x") is None
    assert store.datasets.find("y") is not None


def test_what_was_answered_is_seen_by_another_connection_at_once(store: Store, place: Path) -> None:
    project = store.projects.create(Document(name="Here"))

    with sqlite3.connect(place) as other:
        rows = other.execute("SELECT name FROM projects WHERE id = ?", (project.id,)).fetchall()

    assert rows == [("Here",)]


def test_a_short_lock_by_another_program_is_only_waited_for(store: Store, place: Path) -> None:
    other = sqlite3.connect(place, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    threading.Timer(0.5, lambda: other.execute("ROLLBACK")).start()

    store.projects.create(Document(name="Patient"))

    assert _count(store) == 1
    other.close()


def test_the_readers_connection_can_not_write(store: Store) -> None:
    with store._engines.reading() as connection, pytest.raises(Exception, match="readonly"):
        connection.execute(text("DELETE FROM projects"))


def test_the_database_flushes_every_commit_to_the_disk(store: Store) -> None:
    def look(connection: Connection) -> tuple[int, str, int, int]:
        return tuple(  # type: ignore[return-value]  # four pragmas
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("synchronous", "journal_mode", "wal_autocheckpoint", "foreign_keys")
        )

    assert store.submit(look).result() == (2, "wal", 0, 1)


def test_a_full_disk_refuses_the_write_and_takes_it_once_there_is_space(store: Store) -> None:
    """`max_page_count` makes SQLite say what it says on a full disk."""

    def limit(pages: int) -> None:
        store.submit(
            lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}").scalar()
        ).result()

    def fill() -> None:
        for _ in range(200):
            store.projects.create(Document(name="x" * 200))

    limit(1)

    with pytest.raises(StoreUnavailable) as caught:
        fill()
    assert caught.value.problems[0].code == "store.full"
    assert store.is_usable
    before = _count(store)

    limit(1_000_000)
    store.projects.create(Document(name="Space again"))
    assert _count(store) == before + 1


def test_a_closed_store_says_that_it_shuts_down(place: Path) -> None:
    store = Store(place)
    store.close()

    with pytest.raises(StoreUnavailable) as caught:
        store.projects.create(Document())

    assert caught.value.problems[0].code == "store.busy"
