"""Times as the API shows them: RFC 3339 in UTC, to the millisecond, so that text sorts as time does."""

from datetime import UTC, datetime


def now() -> str:
    """`2026-11-24T09:55:01.123Z`"""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
