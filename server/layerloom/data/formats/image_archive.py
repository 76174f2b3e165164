"""ZIP archives of images."""

from pathlib import Path

from layerloom.data.formats.archive import START, names_in
from layerloom.data.formats.media_archive import is_archive_of, read
from layerloom.data.formats.source import Contents, Format, Source
from layerloom.data.media import IMAGE_SUFFIXES


def _recognises(start: bytes, path: Path) -> bool:
    """Those that are broken too, so that this is what is said of them."""
    is_broken = start.startswith(START) and names_in(path) is None
    return is_broken or is_archive_of(path, start, IMAGE_SUFFIXES)


def _read(source: Source, folder: Path) -> Contents:
    return read(source, folder, "image", IMAGE_SUFFIXES)


FORMATS = (Format("images", "ZIP of images", (".zip",), _recognises, _read),)
