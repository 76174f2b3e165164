"""The hub: each viewer gets every event once and in order, whatever it does."""

import asyncio
import random
from collections.abc import Coroutine
from typing import Any

import orjson
import pytest

from layerloom.runs import hub as hub_module
from layerloom.runs.hub import Hub
from layerloom.store.events import StoredEvent


class Journal:
    """Committed events of one run, in memory."""

    def __init__(self) -> None:
        self.events: list[StoredEvent] = []

    def read(self, run_id: str, after: int, limit: int) -> list[StoredEvent]:
        return [event for event in self.events if event.seq > after][:limit]

    def add(self, hub: Hub, count: int, kind: str = "step_ended") -> None:
        first = len(self.events) + 1
        batch = [
            StoredEvent(seq, kind, orjson.dumps({"seq": seq, "kind": kind}).decode())
            for seq in range(first, first + count)
        ]
        self.events += batch
        hub.publish("run", batch)


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 30))


async def _watch(hub: Hub, after: int = 0, most: int | None = None) -> list[int]:
    """The numbers that a viewer gets; it hangs up after `most` arrays."""
    seen: list[int] = []
    batches = hub.follow("run", after)
    async for data in batches:
        seen += [event["seq"] for event in orjson.loads(data)]
        await asyncio.sleep(random.random() / 1000)
        if most is not None:
            most -= 1
            if not most:
                break
    await batches.aclose()
    return seen


def test_viewers_that_come_at_any_time_get_all_events_in_order() -> None:
    async def work() -> None:
        journal = Journal()
        hub = Hub(journal.read)
        journal.add(hub, 10)
        viewers = [asyncio.create_task(_watch(hub, after)) for after in (0, 5, 9, 10)]
        for count in (1, 50, 3, 200):
            journal.add(hub, count)
            await asyncio.sleep(0)
        late = asyncio.create_task(_watch(hub))
        journal.add(hub, 1, "run_finished")

        for viewer, after in zip((*viewers, late), (0, 5, 9, 10, 0), strict=True):
            assert await viewer == list(range(after + 1, 266))

    run(work())


def test_a_viewer_that_fell_behind_the_ring_reads_the_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "PAGE", 100)

    async def work() -> None:
        journal = Journal()
        hub = Hub(journal.read)
        viewer = asyncio.create_task(_watch(hub))
        await asyncio.sleep(0.01)
        for _ in range(5):
            journal.add(hub, 1000)
        journal.add(hub, 1, "run_stopped")

        assert await viewer == list(range(1, 5002))

    run(work())


def test_reconnecting_at_random_points_gives_every_event_once() -> None:
    async def work() -> None:
        journal = Journal()
        hub = Hub(journal.read)

        async def produce() -> None:
            for _ in range(300):
                journal.add(hub, random.randint(1, 5))
                await asyncio.sleep(random.random() / 500)
            journal.add(hub, 1, "run_finished")

        async def reconnect() -> list[int]:
            seen: list[int] = []
            while not (
                seen and seen[-1] == len(journal.events) and journal.events[-1].kind == "run_finished"
            ):
                seen += await _watch(hub, seen[-1] if seen else 0, most=random.randint(1, 4))
            return seen

        _, *streams = await asyncio.gather(produce(), *(reconnect() for _ in range(20)))

        for seen in streams:
            assert seen == list(range(1, len(journal.events) + 1))

    run(work())


def test_following_a_run_that_has_ended_ends() -> None:
    async def work() -> None:
        journal = Journal()
        journal.events = [StoredEvent(1, "run_finished", '{"seq":1}')]
        hub = Hub(journal.read)

        assert [data async for data in hub.follow("run", 0, last=1)] == [b'[{"seq":1}]']
        assert [data async for data in hub.follow("run", 1, last=1)] == []
        assert [data async for data in hub.follow("run", 99, last=1)] == []
        assert not hub._channels

    run(work())


def test_a_slow_viewer_holds_no_events_back_in_memory() -> None:
    async def work() -> None:
        journal = Journal()
        hub = Hub(journal.read)
        slow = hub.follow("run", 0)
        journal.add(hub, 1)
        await anext(slow)

        for _ in range(20):
            journal.add(hub, 1000)

        assert len(hub._channels["run"].ring) == hub_module.RING
        journal.add(hub, 1, "run_finished")
        seen = [event["seq"] async for data in slow for event in orjson.loads(data)]
        assert seen == list(range(2, 20_003))

    run(work())


def test_viewers_of_a_deleted_run_end() -> None:
    async def work() -> None:
        journal = Journal()
        hub = Hub(journal.read)
        viewer = asyncio.create_task(_watch(hub))
        await asyncio.sleep(0.01)

        hub.close("run")

        assert await viewer == []

    run(work())
