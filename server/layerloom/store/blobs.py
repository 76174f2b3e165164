"""Files in a local folder: a write shows whole or not at all and survives a power cut; none leaves it."""

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from layerloom.problems import Problem, ProblemError
from layerloom.store.errors import NotFound


class BlobTooLarge(ProblemError):
    """More came in than is allowed; nothing was kept. Code: `blob.too_large`."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(
            Problem(
                code="blob.too_large",
                message=f"The file is larger than {limit} bytes, the most that is taken.",
                hint="Send a smaller file, or raise the limit in the settings.",
            )
        )

    def __reduce__(self) -> tuple[type["BlobTooLarge"], tuple[int]]:  # type: ignore[override]  # own arguments
        return BlobTooLarge, (self.limit,)


class Blobs:
    """Files by key (`runs/9f3c…/weights.safetensors`), below one root."""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.root = Path(os.path.realpath(root))

    def path(self, key: str) -> Path:
        """Where the key's file is or would be.

        Raises:
            NotFound: the key leads out of the folder, by `..`, an absolute path or a link.
        """
        if not key or "\0" in key or "\\" in key or key.startswith("/"):
            raise NotFound("file", key)
        path = os.path.realpath(self.root / key)
        if os.path.commonpath([path, self.root]) != str(self.root) or path == str(self.root):
            raise NotFound("file", key)
        return Path(path)

    def put(self, key: str, content: bytes | Iterable[bytes], limit: int | None = None) -> str:
        """Store all of it, or nothing; gives the SHA-256.

        Raises:
            BlobTooLarge: `content` is more than `limit` bytes.
        """
        return write_atomically(self.path(key), content, limit)

    def open(self, key: str) -> BinaryIO:
        """The file to read.

        Raises:
            NotFound: there is none, or it is a link.
        """
        try:
            descriptor = os.open(self.path(key), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            raise NotFound("file", key) from None
        return os.fdopen(descriptor, "rb")

    def exists(self, key: str) -> bool:
        return self.path(key).is_file()

    def list(self, prefix: str) -> list[str]:
        """Keys of the files below a folder, sorted; empty where it does not exist."""
        folder = self.path(prefix)
        found = (Path(parent) / name for parent, _, names in os.walk(folder) for name in names)
        return sorted(
            path.relative_to(self.root).as_posix() for path in found if not path.name.endswith(".part")
        )

    def delete(self, key: str) -> None:
        """Remove a file, or a folder with all in it; one that is not there is fine."""
        path = self.path(key)
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def write_atomically(path: Path, content: bytes | Iterable[bytes], limit: int | None = None) -> str:
    """Write beside it, flush to the disk, rename, flush the folder; gives the SHA-256 of what was written."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.part")
    digest, size = hashlib.sha256(), 0
    try:
        with open(draft, "xb", opener=_private) as file:
            for chunk in _chunks(content):
                size += len(chunk)
                if limit is not None and size > limit:
                    raise BlobTooLarge(limit)
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    flush_folder(path.parent)
    return digest.hexdigest()


def flush_folder(folder: Path) -> None:
    """Make a rename in this folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_of(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _chunks(content: bytes | Iterable[bytes]) -> Iterator[bytes]:
    return iter((content,)) if isinstance(content, bytes) else iter(content)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)
