"""The server's side of `calls`: a forked child for one function, with a deadline and limits."""

import asyncio
import contextlib
from collections.abc import Callable

from layerloom.problems import Problem, ProblemError
from layerloom.runs.calls import Result, decode_result, encode_call
from layerloom.runs.forking import ForkServer

AT_ONE_TIME = 2
MEMORY = 4 * 1024**3
FILE_BYTES = 8 * 1024**3
"""A call may not write a file larger than this."""


class Caller:
    """Makes calls, a few at one time."""

    def __init__(self, forks: ForkServer) -> None:
        self._forks = forks
        self._free = asyncio.Semaphore(AT_ONE_TIME)

    async def call(
        self,
        function: Callable[..., Result],
        arguments: tuple[object, ...],
        timeout: float,
        memory: int | None,
    ) -> Result:
        """The function's result.

        Raises:
            ProblemError: what it raised, or `call.timeout`, `call.out_of_memory`, `call.crashed`.
        """
        frame = encode_call(function, arguments)
        frame |= {
            "memory": memory or MEMORY,
            "processor_seconds": int(timeout) + 1,
            "file_bytes": FILE_BYTES,
        }
        async with self._free:
            child = await self._forks.fork("call")
            try:
                async with asyncio.timeout(timeout):
                    with contextlib.suppress(ConnectionError):
                        await child.send(frame)
                    answer = await child.receive()
                    if answer is not None:
                        return decode_result(function, answer)
                    how = await asyncio.shield(child.exited)
            except TimeoutError:
                raise _refused(
                    "call.timeout",
                    f"It took longer than {timeout:g} seconds and was ended.",
                    "Use a smaller file.",
                ) from None
            finally:
                self._forks.kill(child)
                child.close()
        if how.out_of_memory:
            raise _refused("call.out_of_memory", "It needs more memory than there is.", "Use a smaller file.")
        raise _refused(
            "call.crashed",
            f"The process that did it ended with code {how.code}.",
            "Look whether the file is whole.",
        )


def _refused(code: str, message: str, hint: str) -> ProblemError:
    return ProblemError(Problem(code=code, message=message, hint=hint))
