"""What is killed comes back: workers, servers, the fork server; and nothing that was seen is lost or changed."""

import asyncio
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import orjson
import psutil
import pytest

from layerloom.runs import queue
from layerloom.runs.attempts import Timing
from layerloom.runs.forking import ForkServer
from layerloom.store import Store, StoreRefused
from runs.builder import (
    Event,
    Server,
    digits,
    eventually,
    measured,
    of_kind,
    scenario,
    until,
    watch,
    worker_pid,
)


def _at(epoch: int, step: int) -> Callable[[Event], bool]:
    return lambda event: event["kind"] == "step_ended" and (event["epoch"], event["step"]) >= (epoch, step)


def _attempt(number: int) -> Callable[[Event], bool]:
    return lambda event: event["kind"] == "run_started" and event["attempt"] == number


@scenario
async def test_a_killed_worker_goes_on_with_the_same_numbers(folder: Path, forks: ForkServer) -> None:
    async with Server(folder, forks) as supervisor:
        undisturbed = await watch(supervisor, (await supervisor.submit(digits(epochs=20))).id)

        run = await supervisor.submit(digits(epochs=20))
        for attempt, epoch in enumerate(
            (random.randint(2, 6), random.randint(8, 12), random.randint(14, 18)), 1
        ):
            started = await until(supervisor, run.id, _attempt(attempt))
            await until(supervisor, run.id, _at(epoch, random.randint(1, 45)), started[-1]["seq"])
            os.kill(worker_pid(supervisor._store, run.id), signal.SIGKILL)
        events = await watch(supervisor, run.id)

        assert events[-1]["kind"] == "run_finished"
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        assert measured(events) == measured(undisturbed)
        interrupted = of_kind(events, "run_interrupted")
        assert len(interrupted) == 3
        assert {event["problem"]["code"] for event in interrupted} == {"run.killed"}
        assert "SIGKILL" in interrupted[0]["problem"]["message"]
        assert [event["attempt"] for event in of_kind(events, "run_started")] == [1, 2, 3, 4]


@scenario
async def test_what_was_changed_before_a_crash_is_in_force_after_it(folder: Path, forks: ForkServer) -> None:
    async with Server(folder, forks) as supervisor:
        run = await supervisor.submit(digits(epochs=2, batch_size=2))  # no checkpoint for a good while
        await until(supervisor, run.id, _at(1, 5))
        await supervisor.change_training(run.id, {"parity": 0.25}, learning_rate=0.0001)
        await until(supervisor, run.id, lambda event: event["kind"] == "training_changed")

        os.kill(worker_pid(supervisor._store, run.id), signal.SIGKILL)
        started = await until(supervisor, run.id, _attempt(2))
        events = await until(supervisor, run.id, _at(1, 2), started[-1]["seq"])
        await supervisor.stop(run.id)

    step = of_kind(events, "step_ended")[-1]
    assert step["loss"] == pytest.approx(step["losses"]["digit"] + 0.25 * step["losses"]["parity"], rel=1e-6)


@scenario
async def test_a_worker_that_always_dies_is_given_up_and_can_be_resumed(
    folder: Path, forks: ForkServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "_BACK_OFF_SECONDS", (0.0,))
    async with Server(folder, forks) as supervisor:
        run = await supervisor.submit(digits(epochs=2, batch_size=1))  # no checkpoint for a good while

        for death in range(1, queue.MOST_DEATHS + 1):
            started = await until(supervisor, run.id, _attempt(death))
            os.kill(worker_pid(supervisor._store, run.id), signal.SIGKILL)
            await until(
                supervisor, run.id, lambda event: event["kind"] == "run_interrupted", started[-1]["seq"]
            )

        record = await eventually(lambda: supervisor.get(run.id), "interrupted")
        assert record.problem is not None
        assert "3 times" in record.problem.message
        assert (await supervisor.resume(run.id)).state in ("training", "finished")
        events = await watch(supervisor, run.id)
        assert events[-1]["kind"] == "run_finished"
        undisturbed = await watch(supervisor, (await supervisor.submit(digits(epochs=2, batch_size=1))).id)
        assert measured(events) == measured(undisturbed)


@scenario
async def test_a_worker_that_stops_answering_is_ended_and_goes_on(folder: Path, forks: ForkServer) -> None:
    timing = Timing(silence=1.0, heartbeat=0.2)
    async with Server(folder, forks, timing=timing) as supervisor:
        run = await supervisor.submit(digits(epochs=40))
        await until(supervisor, run.id, _at(2, 1))

        os.kill(worker_pid(supervisor._store, run.id), signal.SIGSTOP)

        events = await watch(supervisor, run.id)
        assert [event["problem"]["code"] for event in of_kind(events, "run_interrupted")] == ["run.hung"]
        assert events[-1]["kind"] == "run_finished"


@scenario
async def test_without_its_fork_server_a_run_goes_on_in_another(folder: Path) -> None:
    async with Server(folder) as supervisor:
        run = await supervisor.submit(digits(epochs=60))
        await until(supervisor, run.id, _at(2, 1))
        process = supervisor._forks._process
        assert process is not None

        process.kill()

        events = await watch(supervisor, run.id)
        assert len(of_kind(events, "run_interrupted")) == 1
        assert events[-1]["kind"] == "run_finished"
        assert len(of_kind(events, "step_ended")) == 60 * 45


def test_killed_servers_lose_nothing_that_was_seen(tmp_path: Path) -> None:
    """Twice over, a server is killed at a random moment; the third may finish."""
    folder, seen = tmp_path / "data", list[Event]()
    run_id, workers = "", set[int]()

    for attempt in range(3):
        is_last = attempt == 2
        server = _serve(folder, run_id)
        assert server.stdout is not None
        if not run_id:
            run_id = orjson.loads(server.stdout.readline())["run"]
        steps = random.randint(40, 250)
        printed: list[Event] = []
        is_killed = False
        for line in server.stdout:
            printed.append(orjson.loads(line))
            is_due = len(printed) - len(seen) >= steps
            if is_due and not is_last and not is_killed:
                is_killed = True
                workers |= {child.pid for child in psutil.Process(server.pid).children(recursive=True)}
                server.kill()
        server.wait()
        assert printed[: len(seen)] == seen, "what was shown once reads otherwise later"
        seen = printed

    assert seen[-1]["kind"] == "run_finished"
    assert [event["seq"] for event in seen] == list(range(1, len(seen) + 1))
    steps_seen = [(event["epoch"], event["step"]) for event in of_kind(seen, "step_ended")]
    assert steps_seen == [(epoch, step) for epoch in range(1, 21) for step in range(1, 91)]
    assert {event["problem"]["code"] for event in of_kind(seen, "run_interrupted")} == {"server.died"}
    with sqlite3.connect(folder / "layerloom.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert not [pid for pid in workers if psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie"]


@scenario
async def test_a_closing_server_saves_and_the_next_one_goes_on(folder: Path, forks: ForkServer) -> None:
    async with Server(folder, forks) as supervisor:
        undisturbed = await watch(supervisor, (await supervisor.submit(digits(epochs=10))).id)
        run = await supervisor.submit(digits(epochs=10))
        waiting = [await supervisor.submit(digits(epochs=1)) for _ in range(2)]
        await until(supervisor, run.id, _at(3, 10))
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < 15

    async with Server(folder, forks) as supervisor:
        events = await watch(supervisor, run.id)

        assert [event["problem"]["code"] for event in of_kind(events, "run_interrupted")] == [
            "server.stopped"
        ]
        assert measured(events) == measured(undisturbed)
        for other in waiting:
            assert (await watch(supervisor, other.id))[-1]["kind"] == "run_finished"


@scenario
async def test_a_server_that_is_not_warm_yet_closes_soon_and_forgets_no_run(
    folder: Path, forks: ForkServer
) -> None:
    async with Server(folder) as supervisor:
        run = await supervisor.submit(digits(epochs=1))
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < 15

    async with Server(folder, forks) as supervisor:
        assert (await watch(supervisor, run.id))[-1]["kind"] == "run_finished"


@scenario
async def test_a_paused_run_stays_paused_over_a_restart(folder: Path, forks: ForkServer) -> None:
    async with Server(folder, forks) as supervisor:
        undisturbed = await watch(supervisor, (await supervisor.submit(digits(epochs=8))).id)
        run = await supervisor.submit(digits(epochs=8))
        await until(supervisor, run.id, _at(2, 7))
        assert (await supervisor.pause(run.id)).state == "paused"

    async with Server(folder, forks) as supervisor:
        assert (await supervisor.get(run.id)).state == "paused"

        await supervisor.resume(run.id)

        events = await watch(supervisor, run.id)
        assert of_kind(events, "run_interrupted") == []
        assert measured(events) == measured(undisturbed)


@scenario
async def test_a_damaged_checkpoint_is_passed_over(folder: Path, forks: ForkServer) -> None:
    async with Server(folder, forks) as supervisor:
        undisturbed = await watch(supervisor, (await supervisor.submit(digits(epochs=10))).id)
        run = await supervisor.submit(digits(epochs=10))
        await until(supervisor, run.id, _at(6, 1))
        await supervisor.pause(run.id)

    newest = max((folder / "runs" / run.id / "checkpoints").iterdir(), key=lambda path: path.stat().st_mtime)
    newest.write_bytes(newest.read_bytes()[:-100])

    async with Server(folder, forks) as supervisor:
        await supervisor.resume(run.id)
        events = await watch(supervisor, run.id)

        assert measured(events) == measured(undisturbed)


@scenario
async def test_a_second_server_is_kept_out_of_the_data_folder(folder: Path, forks: ForkServer) -> None:
    async with Server(folder, forks):
        with pytest.raises(StoreRefused) as caught:
            async with Server(folder, forks):
                pass

        assert caught.value.problems[0].code == "store.in_use"
        assert str(os.getpid()) in caught.value.problems[0].message


@scenario
async def test_a_worker_has_none_of_the_servers_files_and_secrets(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAYERLOOM_TOKEN", "a secret")
    async with Server(folder) as supervisor:
        run = await supervisor.submit(digits(epochs=10_000))
        await until(supervisor, run.id, _at(1, 1))
        worker = psutil.Process(worker_pid(supervisor._store, run.id))

        opened = {file.path for file in worker.open_files()}
        assert not [path for path in opened if "layerloom.db" in path or path.endswith("/lock")]
        assert "a secret" not in worker.environ().values()
        assert os.getsid(worker.pid) == worker.pid != os.getsid(os.getpid())
        score = Path(f"/proc/{worker.pid}/oom_score_adj").read_text()
        assert int(score) > int(Path("/proc/self/oom_score_adj").read_text())
        await supervisor.stop(run.id)


@scenario
async def test_a_full_disk_holds_a_run_up_and_lets_it_go_on(folder: Path, forks: ForkServer) -> None:
    """`max_page_count` makes SQLite say what it says on a full disk."""
    async with Server(folder, forks) as supervisor:
        store: Store = supervisor._store

        def limit(pages: int) -> None:
            store.submit(
                lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}").scalar()
            ).result()

        run = await supervisor.submit(digits(epochs=20, batch_size=16))
        await until(supervisor, run.id, _at(1, 1))
        limit(1)
        stuck = await supervisor.get(run.id)
        await asyncio.sleep(0.5)
        assert (await supervisor.get(run.id)).last_seq <= stuck.last_seq + 500

        limit(1_000_000)

        events = await watch(supervisor, run.id)
        assert events[-1]["kind"] == "run_finished"
        assert len(of_kind(events, "step_ended")) == 20 * 90


def _serve(folder: Path, run_id: str) -> "subprocess.Popen[str]":
    command = [sys.executable, str(Path(__file__).with_name("served.py")), str(folder)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [*command, run_id] if run_id else command, stdout=subprocess.PIPE, env=environment, text=True
    )
