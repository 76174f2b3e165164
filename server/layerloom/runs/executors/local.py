"""Workers as children of the fork server on this machine."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping, Sequence

from layerloom.runs import isolation
from layerloom.runs.executors.base import Capacity, Condition, Handle, Link, Status
from layerloom.runs.forking import Child, ForkServer
from layerloom.runs.spec import RunSpec


class LocalExecutor:
    """`Executor` by forks: a worker is there in some 20 ms, once the fork server is warm."""

    def __init__(self, forks: ForkServer) -> None:
        self._forks = forks
        self._children: dict[tuple[str, int], Child] = {}

    async def start(self) -> None:
        await self._forks.start()

    async def capacity(self) -> Capacity:
        return Capacity(max(1, (os.cpu_count() or 1) // 2))

    async def submit(self, spec: RunSpec) -> Handle:
        key = (spec.run_id, spec.attempt)
        if key not in self._children:
            child = await self._forks.fork("worker")
            with contextlib.suppress(ConnectionError):  # it has ended already: `wait` tells
                await child.send({"kind": "spec", "spec": spec.model_dump(mode="json")})
            self._children[key] = child
        child = self._children[key]
        return Handle(spec.run_id, spec.attempt, child.pid, child.since)

    def link(self, handle: Handle) -> Link:
        return self._children[(handle.run_id, handle.attempt)]

    async def status(self, handle: Handle) -> Status:
        child = self._children.get((handle.run_id, handle.attempt))
        if child is None:
            alive = handle.since != 0 and isolation.started(handle.pid) == handle.since
            return Status(Condition.RUNNING if alive else Condition.LOST)
        if not child.exited.done():
            return Status(Condition.RUNNING)
        how = child.exited.result()
        return Status(Condition.EXITED, how.code, how.out_of_memory, how.peak_kilobytes)

    async def wait(self, handle: Handle) -> Status:
        child = self._children.get((handle.run_id, handle.attempt))
        if child is None:
            return Status(Condition.LOST)
        await asyncio.shield(child.exited)
        status = await self.status(handle)
        del self._children[(handle.run_id, handle.attempt)]
        child.close()
        return status

    async def cancel(self, handle: Handle, grace_seconds: float) -> None:
        child = self._children.get((handle.run_id, handle.attempt))
        if child is None:
            return
        if grace_seconds > 0:
            with contextlib.suppress(ConnectionError):
                await child.send({"kind": "leave"})
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(child.exited), grace_seconds)
        self._forks.kill(child)
        await asyncio.shield(child.exited)

    async def adopt(self, handles: Sequence[Handle]) -> Mapping[Handle, Status]:
        """None survives its server for long, as its parent goes with it; what is left is ended here.

        So a run that goes on in a new process never meets the old one at its files.
        """
        for handle in handles:
            while handle.since and isolation.started(handle.pid) == handle.since:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(handle.pid, signal.SIGKILL)
                await asyncio.sleep(0.01)
        return {handle: Status(Condition.LOST) for handle in handles}

    async def close(self) -> None:
        for child in self._children.values():
            self._forks.kill(child)
