"""Sessions of signed-in pages: only a hash of the token is kept, so the file lets nobody in."""

import hashlib
import time
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from layerloom.store.engine import Engines
from layerloom.store.schema import sessions
from layerloom.store.times import now
from layerloom.store.writer import Writer


@dataclass(frozen=True, slots=True)
class Session:
    """`expires` is in seconds since 1970."""

    kind: str
    created: str
    expires: float


class Sessions:
    """The `sessions` table. Every method may block on the disk: call it in a thread."""

    def __init__(self, engines: Engines, writer: Writer) -> None:
        self._engines, self._writer = engines, writer

    def add(self, token: str, kind: str, seconds: float) -> Session:
        """Let `token` in for so many seconds; forgets those that have expired."""
        current = time.time()
        session = Session(kind, now(), current + seconds)

        def write(connection: Connection) -> None:
            connection.execute(delete(sessions).where(sessions.c.expires < current))
            connection.execute(
                insert(sessions),
                {
                    "token_hash": _hash(token), "kind": kind, "created": session.created,
                    "expires": session.expires,
                },
            )  # fmt: skip

        self._writer.submit(write).result()
        return session

    def find(self, token: str) -> Session | None:
        """The session of this token, if it has not expired."""
        with self._engines.reading() as connection:
            row = connection.execute(select(sessions).where(sessions.c.token_hash == _hash(token))).first()
        if row is None or row.expires < time.time():
            return None
        return Session(row.kind, row.created, row.expires)

    def take(self, token: str, kind: str) -> Session | None:
        """Find and end it at once: a ticket that lets in a single time, whoever comes first."""

        def write(connection: Connection) -> Session | None:
            where = (sessions.c.token_hash == _hash(token), sessions.c.kind == kind)
            row = connection.execute(select(sessions).where(*where)).first()
            connection.execute(delete(sessions).where(*where))
            if row is None or row.expires < time.time():
                return None
            return Session(row.kind, row.created, row.expires)

        return self._writer.submit(write).result()

    def end(self, token: str) -> None:
        """Sign out; a token that is not known is fine."""
        self._writer.submit(
            lambda connection: connection.execute(
                delete(sessions).where(sessions.c.token_hash == _hash(token))
            )
        ).result()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
