"""What server and worker say to each other: JSON objects, each after its length, over a stream socket."""

import asyncio
import socket
import struct
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

LARGEST_FRAME = 256 * 1024 * 1024
_LENGTH = struct.Struct(">I")

Frame = dict[str, Any]
"""JSON; `kind` says what it is. Any: each kind has its own fields."""


def encode(frame: Mapping[str, object]) -> bytes:
    body = orjson.dumps(frame)
    if len(body) > LARGEST_FRAME:
        raise ValueError(f"a frame of {len(body)} bytes is larger than {LARGEST_FRAME}")
    return _LENGTH.pack(len(body)) + body


async def read(reader: asyncio.StreamReader) -> Frame | None:
    """The next frame, or None when the other side has closed."""
    try:
        (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
        if length > LARGEST_FRAME:
            return None
        return _object(await reader.readexactly(length))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


def receive(connection: socket.socket) -> Frame | None:
    """The next frame from a blocking socket, or None when the other side has closed."""
    head = _exactly(connection, _LENGTH.size)
    if head is None:
        return None
    (length,) = _LENGTH.unpack(head)
    body = _exactly(connection, length) if length <= LARGEST_FRAME else None
    return None if body is None else _object(body)


class Splitter:
    """Takes bytes as they come, gives whole frames."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        self._pending += data
        while len(self._pending) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._pending)
            end = _LENGTH.size + length
            if len(self._pending) < end:
                return
            body = bytes(self._pending[_LENGTH.size : end])
            del self._pending[:end]
            yield _object(body)


def _exactly(connection: socket.socket, count: int) -> bytes | None:
    received = bytearray()
    while len(received) < count:
        chunk = connection.recv(min(count - len(received), 1 << 20))
        if not chunk:
            return None
        received += chunk
    return bytes(received)


def _object(body: bytes) -> Frame:
    value = orjson.loads(body)
    if not isinstance(value, dict):
        raise ValueError("a frame is a JSON object")
    return value
