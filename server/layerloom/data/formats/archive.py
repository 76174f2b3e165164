"""ZIP archives from strangers: what they may hold, checked before anything is unpacked; nothing is ever unpacked to a
path that the archive names.
"""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from layerloom.data.formats.source import Source

START = b"PK\x03\x04"
_SMALL_BYTES = 16 * 1024 * 1024
_READ_BYTES = 1024 * 1024


def names_in(path: Path) -> list[str] | None:
    """Names of the files in an archive; None where it is broken."""
    try:
        with zipfile.ZipFile(path) as archive:
            return [item.filename for item in archive.infolist() if not item.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None


@contextmanager
def opened(source: Source) -> Iterator["Archive"]:
    """
    Raises:
        ProblemError: `archive.broken`, `archive.too_many`, `archive.path`, `archive.link`, `archive.encrypted`,
            `archive.bomb`, `archive.duplicate`.
    """
    try:
        archive = zipfile.ZipFile(source.path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise source.refused(
            "archive.broken",
            f"the archive can't be read: {' '.join(str(error).split())[:200]}.",
            "Look whether the whole file was copied, and pack it again.",
        ) from None
    with archive:
        yield Archive(source, archive)


class Archive:
    """Its files by name, without folders and what file managers leave (`__MACOSX`, `.DS_Store`)."""

    def __init__(self, source: Source, archive: zipfile.ZipFile) -> None:
        self.source, self._archive = source, archive
        self.members: dict[str, zipfile.ZipInfo] = {}
        limits, total = source.limits, 0
        infos = archive.infolist()
        if len(infos) > limits.members:
            raise source.refused(
                "archive.too_many",
                f"the archive holds {len(infos):,} files; at most {limits.members:,} are taken.",
                "Upload a part of it.",
            )
        for info in infos:
            self._check(info)
            total += info.file_size
            if total > limits.unpacked_bytes:
                raise self._bomb(info, f"unpacked it has more than {limits.unpacked_bytes // 2**20:,} MiB")
            path = PurePosixPath(info.filename)
            if (
                info.is_dir()
                or path.parts[0] == "__MACOSX"
                or path.name.startswith(".")
                or path.name == "Thumbs.db"
            ):
                continue
            if info.filename in self.members:
                raise source.refused(
                    "archive.duplicate",
                    f"the archive holds two files named `{info.filename[:200]}`.",
                    "Pack it again with each file once.",
                )
            self.members[info.filename] = info

    def read(self, name: str) -> bytes:
        """
        Raises:
            ProblemError: `archive.broken`, `archive.member_too_large`.
        """
        info, most = self.members[name], self.source.limits.member_bytes
        if info.file_size > most:
            raise self.source.refused(
                "archive.member_too_large",
                f"`{name[:200]}` has {info.file_size:,} bytes; at most {most:,} are taken.",
                "Leave it out, or make it smaller.",
            )
        return b"".join(self.blocks(name))

    def blocks(self, name: str) -> Iterator[bytes]:
        """The file in pieces.

        Raises:
            ProblemError: `archive.broken`.
        """
        with self.opened_member(name) as file:
            while block := self._guarded(name, file, _READ_BYTES):
                yield block

    @contextmanager
    def opened_member(self, name: str) -> Iterator[IO[bytes]]:
        try:
            file = self._archive.open(self.members[name])
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
            raise self.broken_member(name, error) from None
        with file:
            yield file

    def _guarded(self, name: str, file: IO[bytes], size: int) -> bytes:
        try:
            return file.read(size)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise self.broken_member(name, error) from None

    def broken_member(self, name: str, error: object) -> Exception:
        return self.source.refused(
            "archive.broken",
            f"`{name[:200]}` in the archive can't be unpacked: {' '.join(str(error).split())[:100]}.",
            "Pack the archive again.",
        )

    def _check(self, info: zipfile.ZipInfo) -> None:
        name, shown = info.filename, info.filename[:200]
        parts = name.replace("\\", "/").split("/")
        if ".." in parts or name.startswith(("/", "\\")) or ":" in parts[0] or not name.strip("/ "):
            raise self.source.refused(
                "archive.path",
                f"the archive names a place outside of itself: `{shown}`.",
                "Pack it again from within its folder, with relative names.",
            )
        mode = info.external_attr >> 16
        if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise self.source.refused(
                "archive.link",
                f"`{shown}` in the archive is a link or a device, not a file.",
                "Pack the files themselves.",
            )
        if info.flag_bits & 1:
            raise self.source.refused(
                "archive.encrypted", f"`{shown}` in the archive is encrypted.", "Pack it without a password."
            )
        is_bomb = info.file_size > _SMALL_BYTES and (
            info.file_size > self.source.limits.expansion * max(1, info.compress_size)
        )
        if is_bomb:
            raise self._bomb(
                info, f"`{shown}` becomes {info.file_size // max(1, info.compress_size):,} times larger"
            )

    def _bomb(self, info: zipfile.ZipInfo, what: str) -> Exception:
        return self.source.refused(
            "archive.bomb",
            f"the archive is refused as a bomb: {what}.",
            "Upload a part of it, or pack it without compression.",
        )
