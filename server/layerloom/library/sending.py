"""A file to a server in parts, by `/api/uploads`, across cut connections."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import httpx

from layerloom.problems import ProblemError

PART_BYTES = 8 * 1024 * 1024
_READ_SECONDS = 3600.0
"""How long the server may take to read the file once it is there."""

Json = dict[str, Any]
"""As the API answers it."""


class Caller(Protocol):
    """What is needed of a `Client`."""

    patience: float

    def request(self, method: str, path: str, **options: Any) -> Any: ...  # Any: httpx' options; JSON


def send_file(
    client: Caller, path: Path, name: str | None, progress: Callable[[int, int], None] | None
) -> Json:
    """See `Client.upload`."""
    size = path.stat().st_size
    upload: Json = client.request("POST", "/uploads", json={"name": name or path.name, "size": size})
    place = f"/uploads/{upload['id']}"
    try:
        received = 0
        with path.open("rb") as file:
            while received < size:
                file.seek(received)
                received = _send_part(client, place, received, file.read(PART_BYTES))
                if progress is not None:
                    progress(received, size)
        made = _read(client, upload["id"])
    except BaseException:
        _cancel(client, place)
        raise
    return made


def _read(client: Caller, upload_id: str) -> Json:
    """The data set. After a cut the server may not have noticed yet that nobody waits for the first answer."""
    until = time.monotonic() + client.patience
    while True:
        try:
            made: Json = client.request(
                "POST",
                "/datasets",
                json={"upload": upload_id},
                timeout=httpx.Timeout(60.0, read=_READ_SECONDS),
            )
            return made
        except ProblemError as error:
            if error.problems[0].code != "upload.busy" or time.monotonic() > until:
                raise
            time.sleep(0.1)


def _send_part(client: Caller, place: str, offset: int, content: bytes) -> int:
    """How many bytes the server has then. After a cut it may have some of the part already, or be writing it still."""
    headers = {"Content-Type": "application/octet-stream", "Upload-Offset": str(offset)}
    until = time.monotonic() + client.patience
    while True:
        try:
            return int(client.request("PATCH", place, content=content, headers=headers)["received"])
        except ProblemError as error:
            code = error.problems[0].code
            if code == "upload.offset":
                return int(client.request("GET", place)["received"])
            if code != "upload.busy" or time.monotonic() > until:
                raise
            time.sleep(0.1)


def _cancel(client: Caller, place: str) -> None:
    """As far as it goes: a server that is away sweeps the upload itself after a day."""
    patience, client.patience = client.patience, 0.0
    try:
        client.request("DELETE", place)
    except ProblemError:
        pass
    finally:
        client.patience = patience
