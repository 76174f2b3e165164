"""Times as the API shows them: RFC 3339 in UTC, to the microsecond, so that text sorts as time does."""

from datetime import UTC, datetime


def now() -> str:
    """`2026-11-24T09:55:01.123456Z`"""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
