"""Ingest: the committed is acknowledged, what comes again is not told twice, an old attempt is fenced off."""

import asyncio
from collections.abc import Coroutine, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from layerloom.runs.frames import Frame
from layerloom.runs.hub import Hub
from layerloom.runs.ingest import Ingest, WorkerHung, overlap
from layerloom.runs.journal import Journal
from layerloom.store import Store, StoreUnavailable
from layerloom.store.events import StaleAttempt


class Link:
    """A worker that sends what the test gives it, then closes."""

    def __init__(self, *frames: Frame, silent: bool = False) -> None:
        self._frames = list(frames)
        self._silent = silent
        self.heard: list[Mapping[str, object]] = []

    async def send(self, frame: Mapping[str, object]) -> None:
        self.heard.append(frame)

    async def receive(self) -> Frame | None:
        if self._frames:
            return self._frames.pop(0)
        if self._silent:
            await asyncio.Event().wait()
        return None

    def close(self) -> None:
        pass


def steps(first: int, *numbers: int, loss: float = 1.0) -> Frame:
    return {
        "kind": "events",
        "first": first,
        "events": [
            {
                "kind": "step_ended",
                "time": "t",
                "epoch": 1,
                "step": n,
                "loss": loss * n,
                "losses": {"y": loss * n},
            }
            for n in numbers
        ],
    }


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 30))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "layerloom.db") as opened:
        opened.submit(
            lambda connection: opened.runs.add_in(
                connection, run_id="r", name="r", project=None, document="{}", outputs=("y",), epochs=1
            )
        ).result()
        yield opened


def ingest(store: Store, link: Link, tmp_path: Path, **changes: Any) -> Ingest:
    values: dict[str, Any] = {
        "run_id": "r", "attempt": 0, "known": {}, "position": 0, "checkpoints": tmp_path,
        "silence_seconds": 5.0, "when_paused": lambda: None,
    }  # fmt: skip
    return Ingest(Journal(store, Hub(store.events.read)), link, **{**values, **changes})


def journaled(store: Store) -> list[dict[str, Any]]:
    return [orjson.loads(event.body) for event in store.events.read("r", 0, 1000)]


def test_events_are_numbered_and_acknowledged(store: Store, tmp_path: Path) -> None:
    link = Link(steps(1, 1, 2), steps(3, 3))

    run(ingest(store, link, tmp_path).run())

    assert [(event["seq"], event["step"]) for event in journaled(store)] == [(1, 1), (2, 2), (3, 3)]
    assert [frame["upto"] for frame in link.heard] == [2, 3]
    row = store.runs.get("r")
    assert (row.epoch, row.step, row.loss, row.latest, row.last_seq) == (1, 3, 3.0, {"y": 3.0}, 3)


def test_what_is_sent_again_is_stored_once(store: Store, tmp_path: Path) -> None:
    link = Link(steps(1, 1, 2), steps(1, 1, 2, 3), steps(2, 2, 3))

    run(ingest(store, link, tmp_path).run())

    assert [event["step"] for event in journaled(store)] == [1, 2, 3]


def test_while_the_store_is_full_the_worker_is_asked_to_send_again(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layerloom.runs.ingest._RETRY_SECONDS", 0.01)
    submit, failures = store.submit, [1]

    def failing(function: Any) -> Any:
        if failures[0]:
            failures[0] -= 1
            raise StoreUnavailable("store.full", "full", "")
        return submit(function)

    monkeypatch.setattr(store, "submit", failing)
    link = Link(steps(1, 1), steps(2, 2), steps(1, 1, 2))

    run(ingest(store, link, tmp_path).run())

    assert [frame["kind"] for frame in link.heard] == ["again", "acknowledged"]
    assert [event["step"] for event in journaled(store)] == [1, 2]


def test_an_older_attempt_is_fenced_off(store: Store, tmp_path: Path) -> None:
    store.submit(lambda connection: store.runs.change_in(connection, "r", attempt=2)).result()

    with pytest.raises(StaleAttempt):
        run(ingest(store, Link(steps(1, 1)), tmp_path, attempt=1).run())

    assert journaled(store) == []


def test_a_silent_worker_counts_as_hung(store: Store, tmp_path: Path) -> None:
    with pytest.raises(WorkerHung):
        run(ingest(store, Link(silent=True), tmp_path, silence_seconds=0.05).run())


def test_steps_that_come_out_the_same_after_a_resume_are_not_told_twice(store: Store, tmp_path: Path) -> None:
    run(ingest(store, Link(steps(1, 1, 2, 3)), tmp_path).run())
    known = overlap(journaled(store)[1:])

    run(ingest(store, Link(steps(1, 2, 3, 4)), tmp_path, known=known, position=1).run())

    assert [event["step"] for event in journaled(store)] == [1, 2, 3, 4]


def test_steps_that_come_out_otherwise_after_a_resume_are_told(store: Store, tmp_path: Path) -> None:
    run(ingest(store, Link(steps(1, 1, 2)), tmp_path).run())

    run(
        ingest(
            store, Link(steps(1, 2, loss=5.0)), tmp_path, known=overlap(journaled(store)), position=0
        ).run()
    )

    assert [(event["step"], event["loss"]) for event in journaled(store)] == [(1, 1.0), (2, 2.0), (2, 10.0)]


def test_a_checkpoint_counts_from_the_last_step_that_it_holds(store: Store, tmp_path: Path) -> None:
    saved = {"kind": "checkpoint_saved", "epoch": 1, "name": "epoch-1-step-2", "sha256": "ab"}
    batch = steps(1, 1, 2)
    batch["events"] += [saved, *steps(1, 3)["events"]]
    store.submit(lambda connection: store.runs.change_in(connection, "r", deaths=2)).result()

    run(ingest(store, Link(batch), tmp_path).run())

    (checkpoint,) = store.events.checkpoints("r")
    assert (checkpoint.seq, checkpoint.name, checkpoint.sha256) == (2, "epoch-1-step-2", "ab")
    assert "sha256" not in journaled(store)[2]
    assert store.runs.get("r").deaths == 0


def test_only_the_newest_checkpoints_are_kept(store: Store, tmp_path: Path) -> None:
    names = [f"epoch-1-step-{number}" for number in range(1, 6)]
    batch: Frame = {"kind": "events", "first": 1, "events": []}
    for number, name in enumerate(names, start=1):
        (tmp_path / f"{name}.safetensors").write_bytes(b"x")
        batch["events"] += [
            *steps(1, number)["events"],
            {"kind": "checkpoint_saved", "epoch": 1, "name": name, "sha256": "ab"},
        ]

    run(ingest(store, Link(batch), tmp_path).run())

    assert [checkpoint.name for checkpoint in store.events.checkpoints("r")] == names[:-3:-1]
    assert sorted(path.stem for path in tmp_path.glob("*.safetensors")) == names[-2:]
