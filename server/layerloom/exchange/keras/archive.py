"""Keras' `.keras`: a zip of `metadata.json`, `config.json` and `model.weights.h5`. Read without trusting a byte of it.

Nothing is extracted under a name from the archive: two small parts go into memory, the weights into one file of ours.
"""

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from layerloom.exchange.keras.limits import RAISE, SAVE_AGAIN, SMALL, FileLimits, refused
from layerloom.problems import ProblemError

METADATA: Final = "metadata.json"
CONFIG: Final = "config.json"
WEIGHTS: Final = "model.weights.h5"

_CHUNK: Final = 1024 * 1024
_MOST_METADATA: Final = 64 * 1024
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The first moment that zip knows; so the same model gives the same bytes."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What an archive holds; `weights` lies where `read_archive` was told to put it, or is None without any."""

    config: bytes
    metadata: bytes | None
    weights: Path | None


def read_archive(file: Path, weights: Path, limits: FileLimits) -> Parts:
    """The parts of a `.keras` file; its weights are written to the path `weights`.

    Raises:
        ProblemError: `archive.…`: what is wrong and with which part.
    """
    with _opened(file, limits) as archive:
        members = _checked(archive, limits)
        if CONFIG not in members:
            held = ", ".join(f"`{name[:60]}`" for name in list(members)[:5]) or "nothing"
            raise refused("archive.no_config", f"The archive has no `{CONFIG}`; it holds {held}.", SAVE_AGAIN)
        config = _content(archive, members[CONFIG], limits.config_bytes, "CONFIG_BYTES")
        metadata = None
        if METADATA in members:
            metadata = _content(archive, members[METADATA], _MOST_METADATA, "CONFIG_BYTES")
        found = next((name for name in members if name != WEIGHTS and name.startswith("model.weights")), None)
        if WEIGHTS not in members:
            if found is not None:
                raise refused(
                    "archive.weights_format",
                    f"The weights are kept as `{found[:60]}`; expected `{WEIGHTS}`.",
                    "Save the model with Keras' default format of weights, HDF5 in one file.",
                )
            return Parts(config, metadata, None)
        with weights.open("xb") as target:
            _copy(archive, members[WEIGHTS], target, limits.unpacked_bytes, "UNPACKED_BYTES")
        return Parts(config, metadata, weights)


def write_archive(target: BinaryIO, config: bytes, metadata: bytes, weights: bytes | memoryview) -> None:
    """The same parts give the same bytes: no compression, as Keras does, and no times."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in ((METADATA, metadata), (CONFIG, config), (WEIGHTS, weights)):
            member = zipfile.ZipInfo(name, _EPOCH)
            member.external_attr = 0o644 << 16
            member.create_system = 3
            with archive.open(member, "w", force_zip64=len(content) > 2**31 - 1) as part:
                part.write(content)


@contextmanager
def _opened(file: Path, limits: FileLimits) -> Iterator[zipfile.ZipFile]:
    size = file.stat().st_size
    if size > limits.bytes:
        raise too_large(size, limits)
    _refuse_endless_directory(file, limits)
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive
    except ProblemError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise refused(
            "archive.broken", f"The archive can't be read: {_one_line(error)}.", SAVE_AGAIN
        ) from None


def too_large(size: int, limits: FileLimits) -> ProblemError:
    return refused(
        "file.too_large",
        f"The file has {size:,} bytes; at most {limits.bytes:,} are read.",
        "Raise `LAYERLOOM_IMPORT_BYTES`, and `LAYERLOOM_UPLOAD_BYTES` for uploads.",
    )


def _refuse_endless_directory(file: Path, limits: FileLimits) -> None:
    """Before `zipfile` makes an object for every member: how many the end of the file says there are.

    A directory takes at least 46 bytes a member; what it declares can't be far below what it holds, for `zipfile`
    reads by its declared size, which is compared here.
    """
    tail = min(file.stat().st_size, 76 + 22 + 65535)
    with file.open("rb") as content:
        content.seek(-tail, io.SEEK_END)
        end = content.read(tail)
    at = end.rfind(b"PK\x05\x06")
    if at < 0 or len(end) < at + 22:
        raise refused(
            "archive.broken", "The archive has no directory at its end; it was cut short.", SAVE_AGAIN
        )
    size = int.from_bytes(end[at + 12 : at + 16], "little")
    is_zip64 = b"PK\x06\x07" in end[max(0, at - 20) : at]
    if is_zip64:
        size = int.from_bytes(end[at - 36 : at - 28], "little")
    count = int.from_bytes(end[at + 10 : at + 12], "little")
    if size > limits.members * 1024 or count > limits.members:
        said = f"{count:,} files" if count > limits.members else f"a directory of {size:,} bytes"
        raise refused(
            "archive.members",
            f"The archive has {said}; at most {limits.members:,} files are read.",
            RAISE.format("MEMBERS"),
        )


def _checked(archive: zipfile.ZipFile, limits: FileLimits) -> dict[str, zipfile.ZipInfo]:
    members: dict[str, zipfile.ZipInfo] = {}
    total = 0
    for member in archive.infolist():
        name = member.filename
        shown = f"`{name[:80]}`"
        if len(members) >= limits.members:
            raise refused(
                "archive.members",
                f"The archive has more than {limits.members:,} files.",
                RAISE.format("MEMBERS"),
            )
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
            raise refused(
                "archive.path",
                f"{shown} leads out of the archive.",
                "Don't trust this file: Keras writes no such name.",
            )
        if name in members:
            raise refused("archive.double", f"{shown} stands twice in the archive.", SAVE_AGAIN)
        mode = member.external_attr >> 16
        if mode and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_IFMT(mode) == 0):
            kind = "a link to another file" if stat.S_ISLNK(mode) else "no regular file"
            raise refused("archive.link", f"{shown} is {kind}.", "Don't trust this file: Keras writes none.")
        if member.flag_bits & 0x1:
            raise refused("archive.encrypted", f"{shown} is encrypted.", SAVE_AGAIN)
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise refused(
                "archive.compression",
                f"{shown} is packed by method {member.compress_type}; expected 0 (stored) or 8 (deflate).",
                SAVE_AGAIN,
            )
        total += member.file_size
        if total > limits.unpacked_bytes:
            raise refused(
                "archive.too_large",
                f"Unpacked, the archive has at least {total:,} bytes; at most {limits.unpacked_bytes:,} are read.",
                RAISE.format("UNPACKED_BYTES"),
            )
        if member.file_size > SMALL and member.file_size > limits.expansion * max(member.compress_size, 1):
            raise refused(
                "archive.bomb",
                f"{shown} says that it has {member.file_size:,} bytes, packed into {member.compress_size:,}: "
                f"more than {limits.expansion} times as many.",
                RAISE.format("EXPANSION"),
            )
        members[name] = member
    return members


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int, setting: str) -> bytes:
    content = io.BytesIO()
    _copy(archive, member, content, most, setting)
    return content.getvalue()


def _copy(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: BinaryIO, most: int, setting: str
) -> None:
    """What really comes out counts, whatever the archive says about it."""
    size = 0
    with archive.open(member) as source:
        while chunk := source.read(_CHUNK):
            size += len(chunk)
            if size > most:
                raise refused(
                    "archive.too_large",
                    f"`{member.filename}` has more than {most:,} bytes.",
                    RAISE.format(setting),
                )
            target.write(chunk)
    if size != member.file_size:
        raise refused(
            "archive.broken",
            f"`{member.filename}` has {size:,} bytes; the archive says {member.file_size:,}.",
            SAVE_AGAIN,
        )


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
