"""Who watches what: a ring of each run's latest events, a cursor for each viewer, the journal for the rest.

A viewer has no queue: however slow, it costs the server nothing but its cursor, and gets each event once.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field

from layerloom.events import TERMINAL
from layerloom.store.events import StoredEvent

RING = 4096
PAGE = 2000
"""Events in one array sent to a viewer, at most."""

Read = Callable[[str, int, int], Sequence[StoredEvent]]
"""The journal's `read(run_id, after, limit)`."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Events as one JSON array, made once for all viewers that stand at the same place."""

    data: bytes
    last: int
    ends: bool


@dataclass(slots=True)
class Channel:
    """The latest events of one run."""

    ring: deque[StoredEvent] = field(default_factory=lambda: deque(maxlen=RING))
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    viewers: int = 0
    closed: bool = False
    _made: tuple[int, Batch] | None = None

    def publish(self, batch: Sequence[StoredEvent]) -> None:
        if self.ring and batch and batch[0].seq != self.ring[-1].seq + 1:
            self.ring.clear()  # a ring with a gap would hide events
        self.ring.extend(batch)
        self._wake()

    def close(self) -> None:
        self.closed = True
        self._wake()

    def since(self, seq: int) -> Batch | None:
        """What follows `seq`; None where the ring holds nothing that does, or does not reach back so far."""
        if not self.ring or self.ring[-1].seq <= seq or self.ring[0].seq > seq + 1:
            return None
        if self._made is not None and self._made[0] == seq and self._made[1].last == self.ring[-1].seq:
            return self._made[1]
        first = seq + 1 - self.ring[0].seq
        batch = as_batch([self.ring[i] for i in range(first, min(len(self.ring), first + PAGE))])
        self._made = (seq, batch)
        return batch

    def reaches(self, seq: int) -> bool:
        """Whether the ring alone shows that nothing follows `seq` yet."""
        return bool(self.ring) and self.ring[-1].seq <= seq

    def _wake(self) -> None:
        woken, self.changed = self.changed, asyncio.Event()
        woken.set()


class Hub:
    """Channels by run; one is kept while the run goes on or somebody watches it."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._channels: dict[str, Channel] = {}

    def publish(self, run_id: str, batch: Sequence[StoredEvent]) -> None:
        """Show events that are committed, in order."""
        channel = self._channels.setdefault(run_id, Channel())
        channel.publish(batch)
        if batch and batch[-1].kind in TERMINAL and not channel.viewers:
            del self._channels[run_id]

    def rest(self, run_id: str) -> None:
        """The run goes on no further for now: what nobody watches is left to the journal."""
        channel = self._channels.get(run_id)
        if channel is not None and not channel.viewers:
            del self._channels[run_id]

    def close(self, run_id: str) -> None:
        """The run was deleted: its viewers end."""
        channel = self._channels.pop(run_id, None)
        if channel is not None:
            channel.close()

    def close_all(self) -> None:
        for run_id in list(self._channels):
            self.close(run_id)

    def changed(self, run_id: str) -> asyncio.Event:
        """Set when the run's next events are shown."""
        return self._channels.setdefault(run_id, Channel()).changed

    async def follow(self, run_id: str, after: int, last: int | None = None) -> AsyncGenerator[bytes, None]:
        """Arrays of events from `after` on, each once and in order, until the run's end.

        `last` is the number of the last event that there will be, where the run has ended.
        """
        channel = self._channels.setdefault(run_id, Channel())
        channel.viewers += 1
        try:
            while not channel.closed and (last is None or after < last):
                changed = channel.changed  # taken before we look, so nothing slips in between
                batch = channel.since(after)
                if batch is None and not channel.reaches(after):
                    events = await asyncio.to_thread(self._read, run_id, after, PAGE)
                    batch = as_batch(events) if events else None
                if batch is None:
                    await changed.wait()
                    continue
                yield batch.data
                after = batch.last
                if batch.ends:
                    return
        finally:
            channel.viewers -= 1
            ended = channel.closed or not channel.ring or channel.ring[-1].kind in TERMINAL
            if not channel.viewers and ended and self._channels.get(run_id) is channel:
                del self._channels[run_id]


def as_batch(events: Sequence[StoredEvent]) -> Batch:
    text = "[" + ",".join(event.body for event in events) + "]"
    return Batch(text.encode(), events[-1].seq, events[-1].kind in TERMINAL)
