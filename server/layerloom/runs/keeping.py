"""Calls that come often, each key with a child of its own that stays: a model is opened once, not for every row.

What a child keeps between two calls is up to the function (`trained.open_trained` keeps the last model). A key is a
run or a data set, so nothing of one is seen by another. A child that took too long, crashed or was interrupted is
ended; the next call has a new one.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from layerloom.problems import Problem, ProblemError
from layerloom.runs.calling import FILE_BYTES, MEMORY
from layerloom.runs.calls import Result, decode_result, encode_call
from layerloom.runs.forking import Child, ForkServer

MOST = 4
"""Children that stay; the one that was not asked for longest makes room."""
IDLE_SECONDS = 300.0


@dataclass(slots=True)
class _Kept:
    key: str
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One call at a time."""
    child: Child | None = None
    asked: float = 0.0
    waiting: int = 0
    """Calls that are made or wait."""
    is_working: bool = False
    timer: asyncio.TimerHandle | None = None


class Keeper:
    """Children by key. At most `most` of them live, so at most `most` calls are made at one time."""

    def __init__(self, forks: ForkServer, most: int = MOST, idle_seconds: float = IDLE_SECONDS) -> None:
        self._forks, self._most, self._idle_seconds = forks, most, idle_seconds
        self._kept: dict[str, _Kept] = {}
        self._free = asyncio.Semaphore(most)

    @property
    def keys(self) -> tuple[str, ...]:
        """Of the children that live, in the order of their last call."""
        living = [kept for kept in self._kept.values() if kept.child is not None]
        return tuple(kept.key for kept in sorted(living, key=lambda kept: kept.asked))

    async def call(
        self,
        key: str,
        function: Callable[..., Result],
        arguments: tuple[object, ...],
        timeout: float,
        memory: int | None = None,
    ) -> Result:
        """The function's result, from the child of this key. `memory`: of addresses, in bytes.

        Raises:
            ProblemError: what the function raised, or `call.timeout`, `call.crashed`, `run.no_process`.
        """
        frame = encode_call(function, arguments)
        frame |= {"memory": memory or MEMORY, "processor_seconds": int(timeout) + 1, "file_bytes": FILE_BYTES}
        kept = self._kept.setdefault(key, _Kept(key))
        kept.waiting += 1
        try:
            async with kept.lock, self._free:
                try:
                    return await self._answer(kept, function, frame, timeout)
                finally:
                    kept.is_working = False
        finally:
            kept.waiting -= 1
            if kept.child is None and not kept.waiting:
                self._kept.pop(key, None)

    def forget(self, key: str) -> None:
        """End the child of this key, unless it is at work."""
        kept = self._kept.get(key)
        if kept is not None and not kept.waiting:
            self._end(kept)

    def close(self) -> None:
        """End all; calls that are made fail."""
        for kept in list(self._kept.values()):
            self._end(kept)

    async def _answer(
        self, kept: _Kept, function: Callable[..., Result], frame: dict[str, object], timeout: float
    ) -> Result:
        kept.asked, kept.is_working = time.monotonic(), True
        if kept.timer is not None:
            kept.timer.cancel()
        if kept.child is not None and kept.child.exited.done():
            self._drop(kept)
        if kept.child is None:
            self._make_room()
            kept.child = await self._forks.fork("kept")
        child, whole = kept.child, False
        try:
            async with asyncio.timeout(timeout):
                with contextlib.suppress(ConnectionError):
                    await child.send(frame)
                answer = await child.receive()
            whole = answer is not None
        except TimeoutError:
            raise _refused(
                "call.timeout", f"It took longer than {timeout:g} seconds and was ended.", "Give fewer rows."
            ) from None
        finally:
            if not whole:  # whatever it would still say belongs to no call
                self._drop(kept)
        if answer is None:
            raise _refused("call.crashed", "The process that computed it has ended.", "Give fewer rows.")
        kept.timer = asyncio.get_running_loop().call_later(self._idle_seconds, self.forget, kept.key)
        return decode_result(function, answer)

    def _make_room(self) -> None:
        """At most `most - 1` others work, so that one is idle where all places are taken."""
        idle = [kept for kept in self._kept.values() if kept.child is not None and not kept.is_working]
        idle.sort(key=lambda kept: kept.asked)
        working = sum(kept.is_working for kept in self._kept.values())  # with or without a child as yet
        for kept in idle[: max(0, len(idle) + working - self._most)]:
            self._end(kept)

    def _end(self, kept: _Kept) -> None:
        self._drop(kept)
        if not kept.waiting:
            self._kept.pop(kept.key, None)

    def _drop(self, kept: _Kept) -> None:
        if kept.timer is not None:
            kept.timer.cancel()
        if kept.child is not None:
            self._forks.kill(kept.child)
            kept.child.close()
            kept.child = None


def _refused(code: str, message: str, hint: str) -> ProblemError:
    return ProblemError(Problem(code=code, message=message, hint=hint))
