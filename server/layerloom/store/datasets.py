"""Uploaded data sets: their description as JSON. The rows are files, which `data` reads and writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Row, delete, func, insert, select

from layerloom.store.engine import Engines
from layerloom.store.errors import NotFound
from layerloom.store.paging import Page, read_page
from layerloom.store.schema import datasets
from layerloom.store.times import now
from layerloom.store.writer import Writer


@dataclass(frozen=True, slots=True)
class StoredDataset:
    """`record` is the data set's own description, as the API shows it."""

    id: str
    name: str
    created: str
    size_bytes: int | None
    record: dict[str, Any]  # Any: JSON, whose shape `data` knows


class Datasets:
    """The `datasets` table. Every method may block on the disk: call it in a thread."""

    def __init__(self, engines: Engines, writer: Writer) -> None:
        self._engines, self._writer = engines, writer

    def add(
        self, dataset_id: str, name: str, record: Mapping[str, object], size_bytes: int | None = None
    ) -> StoredDataset:
        """A set that is there already stays as it is."""
        created = now()
        text = orjson.dumps(record, option=orjson.OPT_SORT_KEYS).decode()

        def write(connection: Connection) -> None:
            if connection.execute(select(datasets.c.id).where(datasets.c.id == dataset_id)).first():
                return
            connection.execute(
                insert(datasets),
                {
                    "id": dataset_id,
                    "name": name,
                    "created": created,
                    "size_bytes": size_bytes,
                    "record": text,
                },
            )

        self._writer.submit(write).result()
        return StoredDataset(dataset_id, name, created, size_bytes, dict(record))

    def find(self, dataset_id: str) -> StoredDataset | None:
        with self._engines.reading() as connection:
            row = connection.execute(select(datasets).where(datasets.c.id == dataset_id)).first()
        return None if row is None else _dataset(row)

    def get(self, dataset_id: str) -> StoredDataset:
        found = self.find(dataset_id)
        if found is None:
            raise NotFound("dataset", dataset_id)
        return found

    def list(self, limit: int = 50, cursor: str | None = None) -> Page[StoredDataset]:
        with self._engines.reading() as connection:
            return read_page(
                connection, select(datasets), (datasets.c.created, datasets.c.id), limit, cursor, _dataset
            )

    def total_bytes(self) -> int:
        """What all uploads take on the disk, for a quota."""
        with self._engines.reading() as connection:
            return int(
                connection.execute(select(func.coalesce(func.sum(datasets.c.size_bytes), 0))).scalar_one()
            )

    def delete(self, dataset_id: str) -> None:
        def write(connection: Connection) -> None:
            if not connection.execute(delete(datasets).where(datasets.c.id == dataset_id)).rowcount:
                raise NotFound("dataset", dataset_id)

        self._writer.submit(write).result()


def _dataset(row: Row[Any]) -> StoredDataset:
    return StoredDataset(row.id, row.name, row.created, row.size_bytes, orjson.loads(row.record))
