"""The same store on PostgreSQL: a real server of this machine, in a temporary folder, not as root."""

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from layerloom.document import Document
from layerloom.store import Store, StoreRefused, StoreUnavailable, VersionConflict
from layerloom.store.events import Checkpoint, StaleAttempt, StoredEvent


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    return Path(on_path).parent if on_path else None


def _user() -> dict[str, int]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pytest.importorskip("psycopg", reason="psycopg is not installed (the extra `postgres`)")
    binaries = _binaries()
    if binaries is None:
        pytest.skip("this machine has no PostgreSQL server (looked in /usr/lib/postgresql and PATH)")
    folder = Path(tmp_path_factory.mktemp("postgresql")).resolve()
    user = _user()
    if user:
        for parent in (folder, *folder.parents[:3]):
            if parent.stat().st_mode & 0o001 == 0:
                parent.chmod(parent.stat().st_mode | 0o011)
        os.chown(folder, user["user"], user["group"])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = folder / "data"
    subprocess.run(
        [binaries / "initdb", "-D", data, "-U", "layerloom", "-A", "trust", "--no-sync", "-E", "UTF8"],
        check=True, capture_output=True, cwd=folder, **user,
    )  # fmt: skip
    server = subprocess.Popen(
        [binaries / "postgres", "-D", data, "-k", folder, "-p", str(port), "-h", "127.0.0.1", "-F"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, **user,
    )  # fmt: skip
    try:
        for _ in range(100):
            if subprocess.run(
                [binaries / "pg_isready", "-h", "127.0.0.1", "-p", str(port)], capture_output=True, check=False
            ).returncode == 0:  # fmt: skip
                break
            assert server.poll() is None, "PostgreSQL did not start"
            asyncio.run(asyncio.sleep(0.1))
        yield f"postgresql://layerloom@127.0.0.1:{port}/postgres"
    finally:
        server.terminate()
        server.wait(30)


def test_projects_versions_and_pages(url: str) -> None:
    with Store(url) as store:
        made = [store.projects.create(Document(name=f"Project {number} 网络")) for number in range(5)]
        store.projects.save(made[0].id, Document(name="Saved"), expected=1)

        with pytest.raises(VersionConflict):
            store.projects.save(made[0].id, Document(name="Again"), expected=1)
        first = store.projects.list(limit=3)
        rest = store.projects.list(limit=3, cursor=first.next)

        assert first.items[0].name == "Saved"
        assert len({project.id for project in (*first.items, *rest.items)}) == 5
        assert rest.next is None


def test_events_are_fenced_and_deleted_with_their_run(url: str) -> None:
    with Store(url) as store:
        store.submit(
            lambda connection: store.runs.add_in(
                connection, run_id="r", name="r", project=None, document="{}", outputs=("y",), epochs=1
            )
        ).result()
        batch = [StoredEvent(1, "run_queued", '{"seq":1}'), StoredEvent(2, "epoch_ended", '{"seq":2}')]

        store.submit(lambda connection: store.events.append_in(connection, "r", 0, batch)).result()
        store.submit(
            lambda connection: store.events.add_checkpoint_in(
                connection, "r", Checkpoint(2, "epoch-1", 1, "ab")
            )
        ).result()
        with pytest.raises(StaleAttempt):
            store.submit(lambda connection: store.events.append_in(connection, "r", 0, batch)).result()

        assert [event.seq for event in store.events.read("r", 0, 10)] == [1, 2]
        assert store.events.epochs("r") == ['{"seq":2}']
        assert store.runs.get("r").last_seq == 2
        store.runs.delete("r")
        assert store.events.read("r", 0, 10) == []
        assert store.events.checkpoints("r") == []


def test_opening_again_migrates_nothing_and_a_newer_schema_is_refused(url: str) -> None:
    with Store(url) as store:
        store.submit(
            lambda connection: connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        ).result()

    with pytest.raises(StoreRefused) as caught:
        Store(url)
    assert caught.value.problems[0].code == "store.newer"

    from layerloom.store.engine import database_url, open_engines

    engines = open_engines(database_url(url))
    with engines.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    engines.dispose()
    Store(url).close()


def test_a_server_that_is_not_there_is_a_problem() -> None:
    pytest.importorskip("psycopg", reason="psycopg is not installed (the extra `postgres`)")

    with pytest.raises(StoreUnavailable) as caught:
        Store("postgresql://layerloom@127.0.0.1:1/postgres")

    assert caught.value.problems[0].code == "store.busy"
