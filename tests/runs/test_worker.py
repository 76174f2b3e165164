"""The worker: whatever goes wrong is told in the user's words, and nothing is sent twice or lost on the way."""

import errno
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
import torch
from safetensors.torch import save_file

from layerloom import events
from layerloom.events import Event
from layerloom.problems import Problem, ProblemError
from layerloom.runs import frames
from layerloom.runs.checkpoints import Checkpoints, load_newest
from layerloom.runs.frames import Frame
from layerloom.runs.outbox import Outbox
from layerloom.runs.spec import RunSpec
from layerloom.runs.worker import Worker, problem_of
from layerloom.store.blobs import sha256_of
from layerloom.store.events import Checkpoint
from layerloom.training.control import Control
from layerloom.training.state import FitState


class Server:
    """The other end of a worker's socket: reads frames, and acknowledges when told to."""

    def __init__(self) -> None:
        self._ours, self.theirs = socket.socketpair()

    def next(self, kind: str) -> Frame:
        while True:
            frame = frames.receive(self._ours)
            assert frame is not None
            if frame["kind"] == kind:
                return frame

    def tell(self, **frame: object) -> None:
        self._ours.sendall(frames.encode(frame))


class Fit:
    """A fit that takes steps until it is stopped, or raises."""

    def __init__(self, error: Exception | None = None, steps: int = 10**9) -> None:
        self.state = FitState()
        self.saved = False
        self._error, self._steps = error, steps

    def events(self, control: Control) -> Iterator[Event]:
        yield events.RunStarted(outputs=["y"], epochs=1, steps_per_epoch=10)
        for step in range(1, self._steps + 1):
            if self._error is not None:
                raise self._error
            if control.is_stopped:
                yield events.RunStopped()
                return
            yield events.step_ended(1, step, 1.0, {"y": 1.0})
        yield events.RunFinished()

    def save_artifacts(self) -> None:
        self.saved = True


def end_thread(code: int) -> NoReturn:
    """Where a worker would end its process, which here is pytest's."""
    threading.Event().wait()  # the thread is a daemon and goes with the tests
    raise AssertionError(code)


def spec(folder: Path) -> RunSpec:
    return RunSpec(run_id="r", attempt=1, document="{}", folder=folder, datasets=folder, buffered_events=100)


def start(worker: Worker, fit: Fit) -> threading.Thread:
    thread = threading.Thread(target=worker.run, args=(lambda _spec: fit,), daemon=True)
    thread.start()
    return thread


def test_events_are_kept_until_they_are_acknowledged_and_sent_again_when_asked(tmp_path: Path) -> None:
    server, fit = Server(), Fit(steps=5)
    thread = start(Worker(spec(tmp_path), server.theirs, end_thread), fit)
    seen: list[str] = []
    while "run_finished" not in seen:
        seen += [event["kind"] for event in server.next("events")["events"]]

    server.tell(kind="again", after=2)
    again = server.next("events")
    server.tell(kind="acknowledged", upto=7)

    assert (again["first"], len(again["events"])) == (3, 5)
    server.next("done")
    thread.join(10)
    assert fit.saved
    assert not thread.is_alive()


def test_training_waits_once_too_many_events_are_on_their_way(tmp_path: Path) -> None:
    server, fit = Server(), Fit(steps=1000)
    thread = start(Worker(spec(tmp_path), server.theirs, end_thread), fit)
    count = 0
    while count < 100:
        count += len(server.next("events")["events"])

    assert count == 100
    while count < 1002:
        server.tell(kind="acknowledged", upto=count)
        count += len(server.next("events")["events"])
    server.tell(kind="acknowledged", upto=count)
    server.next("done")
    thread.join(10)


def test_a_worker_that_leaves_saves_with_a_step_and_not_with_its_measurement(tmp_path: Path) -> None:
    class Measured(Fit):
        def events(self, control: Control) -> Iterator[Event]:
            yield events.RunStarted(outputs=["y"], epochs=1, steps_per_epoch=10)
            worker._leaving.set()
            yield events.LayersMeasured(epoch=1, step=1, layers={}, nodes={})
            yield events.step_ended(1, 1, 1.0, {"y": 1.0})
            raise AssertionError("it has left")

    saved: list[tuple[int, int | None]] = []
    server = Server()
    worker = Worker(spec(tmp_path), server.theirs, end_thread)
    worker._save = lambda _state: saved.append(worker._place)  # type: ignore[method-assign]  # no model is there

    thread = start(worker, Measured())

    server._ours.settimeout(20)
    kinds: list[str] = []
    while len(kinds) < 3:
        kinds += [event["kind"] for event in server.next("events")["events"]]
    server.tell(kind="acknowledged", upto=3)
    server.next("left")
    thread.join(10)
    assert kinds == ["run_started", "layers_measured", "step_ended"]
    assert saved == [(1, 1)]


def test_a_stop_reaches_the_loop(tmp_path: Path) -> None:
    server = Server()
    thread = start(Worker(spec(tmp_path), server.theirs, end_thread), Fit())
    server.tell(kind="stop")

    kinds: list[str] = []
    while "run_stopped" not in kinds:
        frame = server.next("events")
        kinds += [event["kind"] for event in frame["events"]]
        server.tell(kind="acknowledged", upto=frame["first"] + len(frame["events"]) - 1)
    thread.join(10)


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (ProblemError(Problem(code="label.outside", message="Row 3.")), "label.outside", "Row 3."),
        (MemoryError("no more"), "run.out_of_memory", "ran out of memory"),
        (
            RuntimeError("DefaultCPUAllocator: can't allocate memory"),
            "run.out_of_memory",
            "ran out of memory",
        ),
        (torch.OutOfMemoryError("CUDA out of memory"), "run.out_of_memory", "graphics card"),
        (OSError(errno.ENOSPC, "No space left on device"), "store.full", "disk"),
        (ZeroDivisionError("one\ntwo"), "run.crashed", "ZeroDivisionError: one two"),
    ],
)
def test_what_goes_wrong_ends_the_run_with_a_problem(
    tmp_path: Path, error: Exception, code: str, text: str
) -> None:
    server = Server()
    thread = start(Worker(spec(tmp_path), server.theirs, end_thread), Fit(error))
    received: list[Frame] = []
    while not received or received[-1]["kind"] != "run_failed":
        frame = server.next("events")
        received += frame["events"]
        server.tell(kind="acknowledged", upto=frame["first"] + len(frame["events"]) - 1)
    thread.join(10)

    problem = received[-1]["problem"]
    assert problem["code"] == code == problem_of(error).code
    assert text in problem["message"]
    assert "\n" not in problem["message"]


def test_a_flood_of_events_arrives_in_order(tmp_path: Path) -> None:
    server = Server()
    outbox = Outbox(server.theirs, lambda frame: None, 1.0, 10_000, end_thread)

    def produce() -> None:
        for number in range(5000):
            outbox.put({"kind": "step_ended", "number": number})
        outbox.drain()
        outbox.say("done")

    thread = threading.Thread(target=produce, daemon=True)
    thread.start()
    numbers: list[int] = []
    while len(numbers) < 5000:
        frame = server.next("events")
        assert frame["first"] == len(numbers) + 1
        numbers += [event["number"] for event in frame["events"]]
        server.tell(kind="acknowledged", upto=len(numbers))
    thread.join(10)

    assert numbers == list(range(5000))


def test_checkpoints_are_due_after_epochs_and_pauses_but_never_cost_much(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)

    assert checkpoints.is_due("epoch_ended")
    assert checkpoints.is_due("run_paused")
    assert not checkpoints.is_due("step_ended")
    checkpoints._cost = 10.0
    assert not checkpoints.is_due("epoch_ended")


def test_the_newest_whole_checkpoint_is_taken(tmp_path: Path) -> None:
    (tmp_path / "checkpoints").mkdir()
    record = '{"version":1,"attempt":1,"epoch":%d}'
    found = []
    for epoch in (1, 2):
        path = tmp_path / "checkpoints" / f"epoch-{epoch}.safetensors"
        save_file({"random/cpu": torch.get_rng_state()}, path, {"record": record % epoch})
        found.insert(0, Checkpoint(epoch, f"epoch-{epoch}", epoch, sha256_of(path)))

    assert load_newest(tmp_path, [Checkpoint(9, "gone", 9, "ab")]) is None
    (tmp_path / "checkpoints" / "epoch-2.safetensors").write_bytes(b"broken")
    with pytest.raises(KeyError):  # the older one is read; this short record lacks the rest
        load_newest(tmp_path, found)
