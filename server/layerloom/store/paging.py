"""Pages of a list, newest first, with an opaque cursor that says where the next page goes on."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import orjson
from sqlalchemy import ColumnElement, Connection, Row, Select, tuple_

from layerloom.problems import Problem, ProblemError

Item = TypeVar("Item")

LARGEST_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items, and the cursor of those that follow (None: these were the last)."""

    items: list[Item]
    next: str | None


def read_page(
    connection: Connection,
    query: Select[Any],  # Any: the columns differ from list to list
    keys: Sequence[ColumnElement[Any]],
    limit: int,
    cursor: str | None,
    make: Callable[[Row[Any]], Item],
) -> Page[Item]:
    """At most `limit` rows of `query`, in falling order of `keys`, after `cursor`.

    Raises:
        ProblemError: `list.cursor`, when the cursor isn't one that we gave.
    """
    limit = max(1, min(limit, LARGEST_PAGE))
    if cursor is not None:
        query = query.where(tuple_(*keys) < tuple_(*_read_cursor(cursor, len(keys))))
    query = query.order_by(*(key.desc() for key in keys)).add_columns(
        *(key.label(f"key_{i}") for i, key in enumerate(keys))
    )
    rows = connection.execute(query.limit(limit + 1)).all()
    more = len(rows) > limit
    rows = rows[:limit]
    following = _make_cursor(rows[-1][-len(keys) :]) if more else None
    return Page([make(row) for row in rows], following)


def _make_cursor(values: Sequence[object]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(list(values))).decode().rstrip("=")


def _read_cursor(cursor: str, count: int) -> list[str | int]:
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor[:500] + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        values = None
    if (
        not isinstance(values, list)
        or len(values) != count
        or not all(isinstance(value, str | int) and not isinstance(value, bool) for value in values)
    ):
        raise ProblemError(
            Problem(
                code="list.cursor",
                message=f"`cursor` is {cursor[:40]!r}; expected the value of `next` of the page before.",
                hint="Ask for the first page without a cursor, and pass on its `next`.",
                field="cursor",
            )
        )
    return values
