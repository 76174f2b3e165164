"""Files on their way in: parts that arrive in order, over as many connections as it takes, hashed as they come."""

import contextlib
import errno
import hashlib
import os
import re
import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from layerloom.problems import Problem, ProblemError
from layerloom.store.errors import NotFound

KEPT_SECONDS = 24 * 3600
"""What nobody has sent to for so long is removed."""
_ID = re.compile(r"^[0-9a-f]{32}$")


class WrongOffset(ProblemError):
    """The part does not begin where the last one ended. Code: `upload.offset`."""

    def __init__(self, sent: int, received: int) -> None:
        self.sent, self.received = sent, received
        super().__init__(
            Problem(
                code="upload.offset",
                message=f"The part begins at byte {sent:,}; {received:,} bytes have been received.",
                hint=f"Send what follows byte {received}, with `Upload-Offset: {received}`.",
                field="Upload-Offset",
            )
        )


@dataclass(frozen=True, slots=True)
class Arriving:
    """A file of which `received` of `size` bytes are here."""

    id: str
    name: str
    size: int
    received: int
    path: Path


class Incoming:
    """Below one folder: for each file its bytes so far (`ID.part`) and what is known of it (`ID.json`). Survives a
    restart. Every method may block on the disk: call it in a thread.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._digests: dict[str, tuple[Any, int]] = {}
        """Any: a hash; with the number of bytes that it has seen."""

    def begin(self, name: str, size: int) -> Arriving:
        """
        Raises:
            ProblemError: `store.full`.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.sweep()
        if shutil.disk_usage(self.folder).free < size:
            raise disk_full(name)
        upload_id = secrets.token_hex(16)
        path = self.folder / f"{upload_id}.part"
        path.touch(mode=0o600)
        (self.folder / f"{upload_id}.json").write_bytes(orjson.dumps({"name": name, "size": size}))
        self._digests[upload_id] = (hashlib.sha256(), 0)
        return Arriving(upload_id, name, size, 0, path)

    def get(self, upload_id: str) -> Arriving:
        """
        Raises:
            NotFound: `upload.unknown`.
        """
        path = self.folder / f"{upload_id}.part"
        if _ID.match(upload_id):
            with contextlib.suppress(OSError, ValueError, KeyError):
                known = orjson.loads(path.with_suffix(".json").read_bytes())
                return Arriving(upload_id, known["name"], known["size"], path.stat().st_size, path)
        raise NotFound("upload", upload_id)

    def append(self, upload_id: str, offset: int, content: bytes) -> int:
        """How many bytes are here then.

        Raises:
            ProblemError: `upload.unknown`, `upload.offset`, `upload.too_long`, `store.full`.
        """
        arriving = self.get(upload_id)
        if offset != arriving.received:
            raise WrongOffset(offset, arriving.received)
        if offset + len(content) > arriving.size:
            raise ProblemError(
                Problem(
                    code="upload.too_long",
                    message=f"`{arriving.name}`: more than the {arriving.size:,} bytes that were announced.",
                    hint="Delete this upload and begin another with the right size.",
                )
            )
        try:
            with arriving.path.open("r+b") as file:
                file.seek(offset)
                file.write(content)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.truncate(arriving.path, offset)
            if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                raise
            raise disk_full(arriving.name) from None
        digest, seen = self._digests.get(upload_id, (None, -1))
        if seen == offset:
            digest.update(content)
            self._digests[upload_id] = (digest, offset + len(content))
        return offset + len(content)

    def sha256(self, arriving: Arriving) -> str:
        """Of a file that is here whole; reads it again where the server was restarted meanwhile."""
        digest, seen = self._digests.get(arriving.id, (None, -1))
        if seen == arriving.received:
            return str(digest.hexdigest())
        with arriving.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def remove(self, upload_id: str) -> None:
        """
        Raises:
            NotFound: `upload.unknown`.
        """
        arriving = self.get(upload_id)
        self._digests.pop(upload_id, None)
        arriving.path.unlink(missing_ok=True)
        arriving.path.with_suffix(".json").unlink(missing_ok=True)

    def sweep(self, before: float | None = None) -> None:
        """Removes what nobody has sent to for a day, and what belongs to no upload and is older than `before`."""
        oldest = time.time() - KEPT_SECONDS
        for path in self.folder.glob("*.part"):
            is_whole_form = not path.with_suffix(".json").exists()
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < (before or oldest if is_whole_form else oldest):
                    path.unlink()
                    path.with_suffix(".json").unlink(missing_ok=True)
                    self._digests.pop(path.stem, None)


def disk_full(name: str) -> ProblemError:
    return ProblemError(
        Problem(
            code="store.full",
            message=f"`{name}`: the disk that takes uploads has no room for it.",
            hint="Make room on the disk, or delete data sets, and send it again.",
        )
    )
