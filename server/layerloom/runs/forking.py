"""The server's side of the fork server: start it, ask it for children, learn how they end."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import structlog

from layerloom.problems import Problem, ProblemError
from layerloom.runs import frames
from layerloom.runs.frames import Frame

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Exit:
    """How a child ended: its exit code, or minus the signal that ended it."""

    code: int
    out_of_memory: bool = False
    peak_kilobytes: int = 0


@dataclass(slots=True)
class Child:
    """A forked process: a stream of frames both ways, and how it ended."""

    number: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    pid: int = 0
    since: int = 0
    begun: "asyncio.Future[None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    exited: "asyncio.Future[Exit]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    async def send(self, frame: Mapping[str, object]) -> None:
        """Raises `ConnectionError` when the child has gone."""
        self.writer.write(frames.encode(frame))
        await self.writer.drain()

    async def receive(self) -> Frame | None:
        return await frames.read(self.reader)

    def close(self) -> None:
        self.writer.close()


class ForkServer:
    """One fork server process; started again by itself, should it die."""

    def __init__(self, log_file: Path | None = None) -> None:
        self._log_file = log_file
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._lock = asyncio.Lock()
        self._reading: asyncio.Task[None] | None = None
        self._children: dict[int, Child] = {}
        self._count = 0
        self._closed = False
        self.ready = asyncio.Event()
        """Set once everything is loaded; a fork that is asked for earlier waits for it."""

    async def start(self) -> None:
        """Begin to load; does not wait for it."""
        async with self._lock:
            self._start()

    async def fork(self, entry: str) -> Child:
        """A child that runs `entry` (`worker` or `call`), as soon as the fork server can.

        Raises:
            ProblemError: `run.no_process`, when the machine gives no further process.
        """
        ours, theirs = socket.socketpair()
        try:
            ours.setblocking(False)
            reader, writer = await asyncio.open_connection(sock=ours, limit=4 * 1024 * 1024)
            async with self._lock:
                self._start()
                self._count += 1
                child = Child(self._count, reader, writer)
                self._children[child.number] = child
                assert self._control is not None
                self._send({"kind": "fork", "child": child.number, "entry": entry}, [theirs.fileno()])
        finally:
            theirs.close()
        try:
            await asyncio.shield(child.begun)
        except BaseException:
            self.kill(child)
            child.close()
            raise
        return child

    def kill(self, child: Child, number: int = signal.SIGKILL) -> None:
        """Send a signal to the child and all that it started; nothing happens where it has ended."""
        if not child.exited.done():
            with contextlib.suppress(OSError):
                self._send({"kind": "kill", "child": child.number, "signal": int(number)}, [])

    async def close(self) -> None:
        """End the fork server, and with it every child that is left."""
        self._closed = True
        async with self._lock:
            if self._process is None or self._control is None:
                return
            process, control = self._process, self._control
            control.shutdown(socket.SHUT_RDWR)
            if self._reading is not None:
                await asyncio.gather(self._reading, return_exceptions=True)
            try:
                await asyncio.to_thread(process.wait, 5)
            except subprocess.TimeoutExpired:
                process.kill()
                await asyncio.to_thread(process.wait)

    def _start(self) -> None:
        if self._closed:
            raise ProblemError(Problem(code="run.no_process", message="The server is shutting down."))
        if self._process is not None and self._control is not None and self._process.poll() is None:
            return
        if os.name != "posix":
            raise ProblemError(
                Problem(
                    code="run.no_process",
                    message="Training needs a system that can fork processes: Linux, macOS or WSL.",
                )
            )
        ours, theirs = socket.socketpair()
        self.ready.clear()
        try:
            with contextlib.ExitStack() as stack:
                output = stack.enter_context(open(self._log_file, "ab")) if self._log_file else None
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-m", "layerloom.runs.forkserver", str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,  # Ctrl-C is for the server, which lets the workers save first
                    env=_environment(),
                )
        finally:
            theirs.close()
        self._control = ours
        self._reading = asyncio.create_task(self._read(ours))

    def _send(self, message: Mapping[str, object], descriptors: list[int]) -> None:
        """A few bytes to a socket that is nearly empty: it does not block."""
        assert self._control is not None
        socket.send_fds(self._control, [orjson.dumps(message, option=orjson.OPT_APPEND_NEWLINE)], descriptors)

    async def _read(self, control: socket.socket) -> None:
        reader, writer = await asyncio.open_connection(sock=_duplicate(control))
        try:
            while line := await reader.readline():
                self._note(orjson.loads(line))
        except (ConnectionError, ValueError) as error:
            log.error("the fork server's messages ended", reason=str(error))
        finally:
            writer.close()
            control.close()
            if self._control is control:
                self._control = None
            children, self._children = self._children, {}
            for child in children.values():
                self._end(child, Exit(code=-signal.SIGKILL))

    def _note(self, message: Frame) -> None:
        if message["kind"] == "ready":
            if message["threads"] > 1:
                log.warning("the fork server has threads; children may hang", threads=message["threads"])
            self.ready.set()
            return
        child = self._children.get(message["child"])
        if child is None:
            return
        if message["kind"] == "started":
            child.pid, child.since = message["pid"], message["since"]
            if not child.begun.done():
                child.begun.set_result(None)
        elif message["kind"] == "refused":
            del self._children[child.number]
            reason = f"The system gives no further process ({message['reason']})."
            problem = Problem(
                code="run.no_process", message=reason, hint="Close other programs, or try later."
            )
            child.begun.set_exception(ProblemError(problem))
            self._end(child, Exit(code=71))
        elif message["kind"] == "exited":
            del self._children[child.number]
            self._end(child, Exit(message["code"], message["out_of_memory"], message["peak_kilobytes"]))

    @staticmethod
    def _end(child: Child, how: Exit) -> None:
        if not child.begun.done():
            child.begun.set_exception(
                ProblemError(
                    Problem(code="run.no_process", message="The fork server ended.", hint="Try again.")
                )
            )
        if not child.exited.done():
            child.exited.set_result(how)


def _duplicate(control: socket.socket) -> socket.socket:
    """asyncio closes the one that it reads; the other stays ours to send descriptors through."""
    copy = control.dup()
    copy.setblocking(False)
    return copy


def _environment() -> dict[str, str]:
    """What a worker needs of the server's environment: no tokens, no database password."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LAYERLOOM_")}
    package = str(Path(__file__).resolve().parents[2])
    path = kept.get("PYTHONPATH")
    return {
        **kept,
        "PYTHONPATH": package if not path else os.pathsep.join((package, path)),
        "PYTHONUNBUFFERED": "1",
        "OPENBLAS_NUM_THREADS": "1",  # its threads would exist before the fork
        # Waiting threads sleep soon: where runs share the cores, spinning ones made steps 10 times as slow.
        **({} if "OMP_WAIT_POLICY" in kept else {"GOMP_SPINCOUNT": kept.get("GOMP_SPINCOUNT", "2000")}),
    }
