"""The journal: numbers each event, commits it with what it changes in the run, and only then shows it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection

from layerloom.events import now
from layerloom.runs.hub import Hub
from layerloom.runs.records import changes
from layerloom.store import Store
from layerloom.store.events import StaleAttempt, StoredEvent
from layerloom.store.runs import RunRow

Draft = dict[str, Any]
"""An event as JSON data, without its number. Any: each kind has its own fields."""

Also = Callable[[Connection, Sequence[int]], None]
"""Something to write in the same transaction; gets the numbers of the events."""


class Journal:
    """Appends to runs' journals; one append of a run at a time."""

    def __init__(self, store: Store, hub: Hub) -> None:
        self._store, self._hub = store, hub
        self._locks: dict[str, asyncio.Lock] = {}
        self._last: dict[str, int] = {}

    async def append(
        self,
        run_id: str,
        attempt: int,
        drafts: Sequence[Draft],
        values: Mapping[str, object] | None = None,
        also: Also | None = None,
    ) -> list[int]:
        """Number and commit events with what they change in the run's row (and `values`), then publish them.

        Returns their numbers. Once begun it is not cut short by a cancelled caller.

        Raises:
            StaleAttempt: a newer attempt has taken over.
            NotFound: the run was deleted.
            StoreUnavailable: nothing was stored.
        """
        return await asyncio.shield(
            asyncio.ensure_future(self._append(run_id, attempt, drafts, values, also))
        )

    def row(self, run_id: str) -> RunRow:
        """The run as it is stored. Blocks on the disk."""
        return self._store.runs.get(run_id)

    def forget(self, run_id: str) -> None:
        """The run has ended, rests, or was deleted."""
        self._hub.rest(run_id)
        self._last.pop(run_id, None)
        if run_id in self._locks and not self._locks[run_id].locked():
            del self._locks[run_id]

    async def _append(
        self,
        run_id: str,
        attempt: int,
        drafts: Sequence[Draft],
        values: Mapping[str, object] | None,
        also: Also | None,
    ) -> list[int]:
        async with self._locks.setdefault(run_id, asyncio.Lock()):
            if run_id not in self._last:
                self._last[run_id] = (await asyncio.to_thread(self._store.runs.get, run_id)).last_seq
            first = self._last[run_id] + 1
            drafts = [{**draft, "time": draft.get("time") or now()} for draft in drafts]
            batch = [numbered(first + index, draft) for index, draft in enumerate(drafts)]
            numbers = [event.seq for event in batch]
            row = {**changes(drafts), **(values or {})}

            def write(connection: Connection) -> None:
                if not batch and self._store.runs.get_in(connection, run_id).attempt != attempt:
                    raise StaleAttempt(run_id, attempt)
                self._store.events.append_in(connection, run_id, attempt, batch)
                if row:
                    self._store.runs.change_in(connection, run_id, **row)
                if also is not None:
                    also(connection, numbers)

            try:
                await asyncio.wrap_future(self._store.submit(write))
            except BaseException:
                self._last.pop(run_id, None)  # whoever numbers next looks what is really there
                raise
            if batch:
                self._last[run_id] = batch[-1].seq
                self._hub.publish(run_id, batch)
            return numbers


def numbered(seq: int, draft: Draft) -> StoredEvent:
    """The event with its number, and the time where it has none."""
    body = {**draft, "seq": seq, "time": draft.get("time") or now()}
    return StoredEvent(seq, draft["kind"], orjson.dumps({"seq": seq, "kind": draft["kind"]} | body).decode())
