"""Who may use the server: the token, one-time tickets that a printed address carries, and sessions behind a
cookie.

Only hashes of session keys are kept. A session lives until it is logged out, the token changes, or many newer
sessions push it out; no clock is involved.
"""

import asyncio
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import orjson

MOST_SESSIONS = 1000
MOST_TICKETS = 100


class SessionFile(Protocol):
    """Where hashes of session keys survive a restart."""

    def read(self) -> list[str]: ...

    def write(self, hashes: list[str]) -> None: ...


class Sessions:
    """Checks tokens, tickets and session keys in constant time, and ends what hangs on a session with it."""

    def __init__(self, token: str, file: SessionFile | None = None) -> None:
        self._token_hash = _hash(token)
        self._pepper = token.encode()
        self._file = file
        self._tickets: dict[str, None] = {}
        self._sessions: dict[str, None] = dict.fromkeys(file.read() if file else ())
        self._ends: dict[str, set[asyncio.Event]] = {}

    def new_ticket(self) -> str:
        """For the address that `serve` prints; worth one session."""
        ticket = secrets.token_urlsafe(24)
        self._tickets[_hash(ticket)] = None
        while len(self._tickets) > MOST_TICKETS:
            del self._tickets[next(iter(self._tickets))]
        return ticket

    def is_token(self, text: str) -> bool:
        return hmac.compare_digest(_hash(text), self._token_hash)

    def burn_ticket(self, ticket: str) -> bool:
        """Whether the ticket was good; it is not any more. Tickets are looked up by hash, so timing tells
        nothing.
        """
        if _hash(ticket) not in self._tickets:
            return False
        del self._tickets[_hash(ticket)]
        return True

    def open(self) -> str:
        """A new session's key, for the cookie."""
        key = secrets.token_urlsafe(32)
        self._sessions[self._keyed(key)] = None
        while len(self._sessions) > MOST_SESSIONS:
            self._end(next(iter(self._sessions)))
        self._save()
        return key

    def is_open(self, key: str) -> bool:
        return self._keyed(key) in self._sessions

    def close(self, key: str) -> None:
        """Logs out: the key is dead, and every websocket that was opened with it ends."""
        self._end(self._keyed(key))
        self._save()

    @contextmanager
    def watched(self, key: str | None) -> Iterator[asyncio.Event]:
        """An event that is set when the session of `key` ends; one that never is for a bearer token."""
        ended = asyncio.Event()
        if key is None:
            yield ended
            return
        name = self._keyed(key)
        self._ends.setdefault(name, set()).add(ended)
        try:
            yield ended
        finally:
            waiting = self._ends.get(name, set())
            waiting.discard(ended)
            if not waiting:
                self._ends.pop(name, None)

    def _end(self, name: str) -> None:
        self._sessions.pop(name, None)
        for ended in self._ends.pop(name, set()):
            ended.set()

    def _save(self) -> None:
        if self._file is not None:
            self._file.write(list(self._sessions))

    def _keyed(self, key: str) -> str:
        """Hashed together with the token, so that a new token ends all sessions of the old one."""
        return hmac.new(self._pepper, key.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


class FolderSessions:
    """Session hashes in `sessions.json` of the data folder, mode 0600."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "sessions.json"

    def read(self) -> list[str]:
        try:
            hashes = orjson.loads(self._path.read_bytes())
        except (OSError, orjson.JSONDecodeError):
            return []
        return [item for item in hashes if isinstance(item, str)] if isinstance(hashes, list) else []

    def write(self, hashes: list[str]) -> None:
        write_private(self._path, orjson.dumps(hashes))


def kept_token(data_dir: Path) -> str:
    """The token of a data folder, made at its first start and kept with mode 0600."""
    path = data_dir / "token"
    try:
        token = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        token = ""
    if not token:
        token = secrets.token_urlsafe(32)
        write_private(path, f"{token}\n".encode("ascii"))
    path.chmod(0o600)
    return token


def write_private(path: Path, content: bytes) -> None:
    """Replaces a file in one step; nobody but its owner can read it at any moment."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
