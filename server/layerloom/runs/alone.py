"""One function called in a fresh interpreter with limits, for commands that have no fork server beside them."""

import contextlib
import socket
import subprocess
import sys
from collections.abc import Callable

from layerloom.problems import Problem, ProblemError
from layerloom.runs import frames
from layerloom.runs.calling import FILE_BYTES, MEMORY
from layerloom.runs.calls import Result, decode_result, encode_call

_CHILD = (
    "import socket, sys; from layerloom.runs.calls import main; main(socket.socket(fileno=int(sys.argv[1])))"
)


def call_alone(function: Callable[..., Result], *arguments: object, timeout: float) -> Result:
    """The function's result; what may cross is said in `calls`.

    Raises:
        ProblemError: what it raised, or `call.timeout`, `call.crashed`.
    """
    frame = encode_call(function, arguments)
    frame |= {"memory": MEMORY, "processor_seconds": int(timeout) + 1, "file_bytes": FILE_BYTES}
    here, there = socket.socketpair()
    with here:
        with there:
            command = [sys.executable, "-P", "-c", _CHILD, str(there.fileno())]
            child = subprocess.Popen(command, pass_fds=(there.fileno(),), stdin=subprocess.DEVNULL)
        try:
            here.settimeout(timeout)
            with contextlib.suppress(ConnectionError):
                here.sendall(frames.encode(frame))
            answer = frames.receive(here)
        except TimeoutError:
            child.kill()
            raise _refused(
                "call.timeout", f"It took longer than {timeout:g} seconds and was ended."
            ) from None
        finally:
            here.close()  # a child that still waits for us ends
            child.wait()
    if answer is None:
        raise _refused("call.crashed", f"The process that did it ended with code {child.returncode}.")
    return decode_result(function, answer)


def _refused(code: str, message: str) -> ProblemError:
    return ProblemError(Problem(code=code, message=message, hint="Use a smaller document."))
