"""ZIP archives of sounds."""

from pathlib import Path

from layerloom.data.formats.media_archive import is_archive_of, read
from layerloom.data.formats.source import Contents, Format, Source
from layerloom.data.media import SOUND_SUFFIXES


def _recognises(start: bytes, path: Path) -> bool:
    return is_archive_of(path, start, SOUND_SUFFIXES)


def _read(source: Source, folder: Path) -> Contents:
    return read(source, folder, "audio", SOUND_SUFFIXES)


FORMATS = (Format("sounds", "ZIP of WAV files", (".zip",), _recognises, _read),)
