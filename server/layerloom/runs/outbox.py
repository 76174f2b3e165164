"""The worker's mouth and ears: a thread that sends events, keeps them until acknowledged, hears commands.

Training is held up only when so many events wait for the server that memory would fill.
"""

import contextlib
import os
import select
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import NoReturn

import orjson

from layerloom.runs import frames
from layerloom.runs.frames import Frame

TICK_SECONDS = 0.015
"""Events that come within one tick go as one frame."""
LARGEST_BATCH = 1000
LARGEST_LOG = 10 * 1024 * 1024
SERVER_GONE = 75
EndProcess = Callable[[int], NoReturn]


class Outbox:
    """`put` from the training thread; `obey` is called, in the other thread, with each command."""

    def __init__(
        self,
        channel: socket.socket,
        obey: Callable[[Frame], None],
        heartbeat_seconds: float,
        most: int,
        end_process: EndProcess = os._exit,
    ) -> None:
        self._channel, self._obey = channel, obey
        self._heartbeat_seconds, self._most = heartbeat_seconds, most
        self._end_process = end_process
        self._changed = threading.Condition()
        self._unacknowledged: deque[bytes] = deque()
        self._first = 1
        self._sent = 0
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        os.set_blocking(self._wake_read, False)
        self._thread = threading.Thread(target=self._work, name="outbox", daemon=True)
        channel.setblocking(False)
        self._thread.start()

    def put(self, event: dict[str, object]) -> None:
        """Hand over one event; waits while too many are on their way."""
        data = orjson.dumps(event)
        with self._changed:
            self._changed.wait_for(lambda: len(self._unacknowledged) < self._most)
            self._unacknowledged.append(data)
            news = len(self._unacknowledged) == 1
        if news:
            self._wake()

    def drain(self) -> None:
        """Wait until the server has committed everything, however long that takes it."""
        self._wake()
        with self._changed:
            self._changed.wait_for(lambda: not self._unacknowledged)

    def say(self, kind: str) -> None:
        """Send a last word and close."""
        with self._changed:
            self._channel.setblocking(True)
            with contextlib.suppress(OSError):
                self._channel.sendall(frames.encode({"kind": kind}))

    def _work(self) -> None:
        splitter = frames.Splitter()
        pending = b""
        next_tick = next_beat = time.monotonic()
        while True:
            now = time.monotonic()
            if not pending and now >= next_beat:
                next_beat = now + self._heartbeat_seconds
                pending = frames.encode({"kind": "alive"})
                _cut_log()
            if not pending and now >= next_tick:
                pending = self._next_batch()
                if pending:
                    next_tick = now + TICK_SECONDS
            waits = next_beat if not self._has_unsent() else min(next_beat, next_tick)
            socket_number = self._channel.fileno()
            readable, writable, _ = select.select(
                [socket_number, self._wake_read],
                [socket_number] if pending else [],
                [],
                None if pending else max(0.0, waits - now),
            )
            if self._wake_read in readable:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._wake_read, 4096)
            if socket_number in readable:
                self._hear(splitter)
            if writable:
                pending = self._write(pending)

    def _hear(self, splitter: frames.Splitter) -> None:
        try:
            data = self._channel.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._end_process(SERVER_GONE)  # what is not acknowledged now never will be
        for frame in splitter.feed(data):
            if frame["kind"] == "acknowledged":
                self._forget(frame["upto"])
            elif frame["kind"] == "again":
                with self._changed:
                    self._sent = max(0, frame["after"] + 1 - self._first)
            else:
                self._obey(frame)

    def _write(self, pending: bytes) -> bytes:
        try:
            return pending[self._channel.send(pending) :]
        except BlockingIOError:
            return pending
        except OSError:
            self._end_process(SERVER_GONE)

    def _has_unsent(self) -> bool:
        with self._changed:
            return self._sent < len(self._unacknowledged)

    def _next_batch(self) -> bytes:
        with self._changed:
            end = min(len(self._unacknowledged), self._sent + LARGEST_BATCH)
            batch = [orjson.Fragment(self._unacknowledged[index]) for index in range(self._sent, end)]
            first = self._first + self._sent
            self._sent = end
        return frames.encode({"kind": "events", "first": first, "events": batch}) if batch else b""

    def _forget(self, upto: int) -> None:
        with self._changed:
            while self._first <= upto and self._unacknowledged:
                self._unacknowledged.popleft()
                self._first += 1
                self._sent = max(0, self._sent - 1)
            self._changed.notify_all()

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(self._wake_write, b"!")


def _cut_log() -> None:
    """What a worker prints goes to a file; a flood begins it anew."""
    with contextlib.suppress(OSError, ValueError):
        descriptor = sys.stdout.fileno()
        if os.fstat(descriptor).st_size > LARGEST_LOG:
            os.ftruncate(descriptor, 0)
