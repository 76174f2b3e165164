"""The program that workers are forked from: `python -m layerloom.runs.forkserver FD`.

It has the heavy modules loaded and does nothing else: no thread, no computation (a child would inherit half
of OpenMP's state), no socket of the server. It forks on request, reports how each child ended, and is gone,
children first, as soon as the server is. The server's side is `forking`.
"""

import contextlib
import gc
import importlib
import os
import pkgutil
import select
import signal
import socket
import sys
from collections.abc import Sequence
from typing import NoReturn

import orjson

from layerloom.layers.catalogue import layer_types
from layerloom.runs import isolation

PRELOADED = (
    "numpy",
    "safetensors.torch",
    "torch",
    "torch.fx.experimental.symbolic_shapes",  # the first backward pass imports it
    "sklearn.datasets",
    "layerloom.data.loading",
    "layerloom.runs.worker",
    "layerloom.runs.calls",
    "layerloom.runs.evaluating",
    "layerloom.runs.predicting",
)
PRELOADED_WHOLE = ("layerloom.data.built_in", "layerloom.layers.modules", "layerloom.training")
"""Packages whose parts are found by scans or by names."""
ENTRIES = {
    "worker": ("layerloom.runs.worker", "main"),
    "call": ("layerloom.runs.calls", "main"),
    "kept": ("layerloom.runs.calls", "main_kept"),
}
"""What a child may run; the server says which, nobody says anything else."""

Children = dict[int, tuple[int, int]]
"""By pid: the server's number for the child, and how often the kernel had killed for memory when it began."""


def serve(control: socket.socket) -> None:
    """Fork as told until the server closes its end, then end every child."""
    children: Children = {}
    incoming = bytearray()
    descriptors: list[int] = []
    wake, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _say(control, {"kind": "ready", "threads": _threads()})
    while True:
        readable, _, _ = select.select([control.fileno(), wake], [], [])
        if wake in readable:
            with contextlib.suppress(BlockingIOError):
                os.read(wake, 4096)
            _reap(control, children)
        if control.fileno() not in readable:
            continue
        data, received, _, _ = socket.recv_fds(control, 65536, 16)
        if not data:
            break
        incoming += data
        descriptors += received
        *requests, rest = bytes(incoming).split(b"\n")
        incoming = bytearray(rest)
        for line in requests:
            request = orjson.loads(line)
            if request["kind"] == "kill":
                _kill(children, request["child"], request["signal"])
            else:
                _fork(control, children, request, descriptors.pop(0), (wake, wake_write))
    for pid in children:
        _signal_group(pid, signal.SIGKILL)


def _fork(
    control: socket.socket,
    children: Children,
    request: dict[str, object],
    descriptor: int,
    pipe: tuple[int, int],
) -> None:
    number, entry = request["child"], request["entry"]
    assert isinstance(number, int)
    assert isinstance(entry, str)
    kills = isolation.memory_kills()
    parent = os.getpid()
    try:
        pid = os.fork()
    except OSError as error:
        os.close(descriptor)
        _say(control, {"kind": "refused", "child": number, "reason": str(error)})
        return
    if pid == 0:
        control.close()
        for end in pipe:
            os.close(end)
        _become_child(parent, entry, socket.socket(fileno=descriptor))
    os.close(descriptor)
    children[pid] = (number, kills)
    _say(control, {"kind": "started", "child": number, "pid": pid, "since": isolation.started(pid)})


def _become_child(parent: int, entry: str, channel: socket.socket) -> NoReturn:
    code = 70
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        isolation.isolate(parent)
        module, name = ENTRIES[entry]
        getattr(importlib.import_module(module), name)(channel)
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 70
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _reap(control: socket.socket, children: Children) -> None:
    for pid in list(children):
        found, status, usage = os.wait4(pid, os.WNOHANG)
        if not found:
            continue
        number, kills = children.pop(pid)
        code = os.waitstatus_to_exitcode(status)
        _signal_group(pid, signal.SIGKILL)  # what it may have left behind in its session
        _say(
            control,
            {
                "kind": "exited", "child": number, "code": code, "peak_kilobytes": usage.ru_maxrss,
                "out_of_memory": code == -signal.SIGKILL and isolation.memory_kills() > kills,
            },
        )  # fmt: skip


def _kill(children: Children, child: int, number: int) -> None:
    for pid, (known, _) in children.items():
        if known == child:
            # Not reaped yet, so the pid is still this child's.
            _signal_group(pid, number)


def _signal_group(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _say(control: socket.socket, message: dict[str, object]) -> None:
    with contextlib.suppress(BrokenPipeError, ConnectionError):
        control.sendall(orjson.dumps(message, option=orjson.OPT_APPEND_NEWLINE))


def _threads() -> int:
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return 1


def load(names: Sequence[str], packages: Sequence[str]) -> None:
    """Import modules, and packages with all that is in them, so that no worker has to."""
    for name in (*names, *packages):
        try:
            module = importlib.import_module(name)
            for found in pkgutil.walk_packages(module.__path__, f"{name}.") if name in packages else ():
                importlib.import_module(found.name)
        except Exception as error:  # the worker that needs it will say so in its run
            print(f"layerloom: {name} could not be loaded: {error}", file=sys.stderr)


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    os.set_inheritable(control.fileno(), False)
    load(PRELOADED, PRELOADED_WHOLE)
    layer_types()
    gc.collect()
    gc.freeze()  # children then never touch, and so never copy, what was loaded here
    serve(control)


if __name__ == "__main__":
    main()
