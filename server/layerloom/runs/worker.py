"""The worker: one process that trains one attempt of a run and tells the server over a socket what happens.

Here, in a child of the fork server, torch computes; whatever goes wrong becomes an event.
"""

import errno
import os
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import torch

from layerloom import events
from layerloom.events import Event
from layerloom.problems import Problem, ProblemError
from layerloom.runs import frames
from layerloom.runs.calls import one_line
from layerloom.runs.checkpoints import Checkpoints
from layerloom.runs.fitting import Fitting
from layerloom.runs.frames import Frame
from layerloom.runs.outbox import EndProcess, Outbox
from layerloom.runs.spec import LOG, RunSpec
from layerloom.training.allocator import keep_freed_memory
from layerloom.training.control import Control
from layerloom.training.state import FitState

_NO_MEMORY = ("not enough memory", "can't allocate memory", "out of memory", "DefaultCPUAllocator")


class Trains(Protocol):
    """What the worker needs of a fit; `Fitting` is the real one."""

    state: FitState

    def events(self, control: Control) -> Iterator[Event]: ...

    def save_artifacts(self) -> None: ...


class Worker:
    """Runs one spec; made in the child."""

    def __init__(self, spec: RunSpec, channel: socket.socket, end_process: EndProcess = os._exit) -> None:
        self._spec = spec
        self._control = Control()
        self._leaving = threading.Event()
        self._resting = threading.Event()
        self._checkpoints = Checkpoints(spec.folder)
        self._place: tuple[int, int | None] = (0, 0)
        self._end_process = end_process
        self._outbox = Outbox(channel, self._obey, spec.heartbeat_seconds, spec.buffered_events, end_process)

    def run(self, make: Callable[[RunSpec], Trains]) -> None:
        """Train until the end; returns when the server has committed the last event."""
        try:
            left = self._train(make(self._spec))
        except Exception as error:
            if not isinstance(error, ProblemError):
                traceback.print_exc()
            problem = problem_of(error)
            self._outbox.put(events.plain(events.RunFailed(problem=problem)))
            left = False
        self._outbox.drain()
        self._outbox.say("left" if left else "done")

    def _train(self, fitting: Trains) -> bool:
        """Whether it left before the end."""
        for event in fitting.events(self._control):
            if event.kind in events.TERMINAL:
                fitting.save_artifacts()  # so that they are there once the end is seen
            self._resting.clear()
            self._outbox.put(events.plain(event))
            self._note(event)
            if event.kind in events.TERMINAL:
                return False
            if event.kind == "layers_measured":
                continue  # its step is done with the event that follows
            if self._checkpoints.is_due(event.kind) or self._leaving.is_set():
                self._save(fitting.state)
            if self._leaving.is_set():
                return True
            if event.kind == "run_paused":
                self._rest()
        return False

    def _note(self, event: Event) -> None:
        if event.kind == "step_ended":
            self._place = (event.epoch, event.step)
        elif event.kind == "epoch_ended":
            self._place = (event.epoch, None)

    def _save(self, state: FitState) -> None:
        if self._place == (0, 0):
            return  # nothing learned yet: starting anew is the same
        saved = self._checkpoints.save(state, *self._place)
        if saved is not None:
            self._outbox.put({**saved, "time": events.now()})

    def _rest(self) -> None:
        """Paused and saved: from now on the worker may leave at any moment."""
        self._resting.set()
        if self._leaving.is_set():
            self._leave()

    def _obey(self, frame: Frame) -> None:
        """A command from the server, in the outbox's thread."""
        match frame["kind"]:
            case "stop":
                self._control.stop()
            case "pause":
                self._control.pause()
            case "resume":
                self._control.resume()
            case "change":
                self._control.change(frame["loss_weights"], frame["learning_rate"])
            case "leave":
                self._leaving.set()
                if self._resting.is_set():
                    threading.Thread(target=self._leave, daemon=True).start()

    def _leave(self) -> None:
        self._outbox.drain()
        self._outbox.say("left")
        self._end_process(0)


def main(channel: socket.socket) -> None:
    """Entry of a forked child."""
    frame = frames.receive(channel)
    if frame is None or frame["kind"] != "spec":
        return
    spec = RunSpec.model_validate(frame["spec"])
    _print_to(spec.folder / LOG)
    keep_freed_memory()
    Worker(spec, channel).run(Fitting)


def problem_of(error: Exception) -> Problem:
    """What a person is told; the trace is in the run's log."""
    if isinstance(error, ProblemError):
        return error.problems[0]
    if isinstance(error, MemoryError | torch.OutOfMemoryError) or any(
        text in str(error) for text in _NO_MEMORY
    ):
        device = "graphics card" if isinstance(error, torch.OutOfMemoryError) else "machine"
        return Problem(
            code="run.out_of_memory",
            message=f"The {device} ran out of memory: {one_line(error)}",
            hint="Use a smaller batch size or smaller layers, or train fewer runs at one time.",
        )
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return Problem(
            code="store.full",
            message="The disk that holds the data folder is full; what was learned could not be saved.",
            hint="Free some space and train again.",
        )
    return Problem(
        code="run.crashed",
        message=f"Training failed: {type(error).__name__}: {one_line(error)}",
        hint="This is a mistake in Layerloom or in what it builds on; the run's log holds the details.",
    )


def _print_to(path: Path) -> None:
    """What libraries print goes to the run's log, not to the server's terminal."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    sys.stdout.flush()
    sys.stderr.flush()
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)
