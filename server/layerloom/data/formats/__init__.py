"""Kinds of files that become data sets, one module each, recognised by what is in them and not by their names."""

import importlib
from functools import cache
from pathlib import Path

from layerloom.data.formats.source import Format

_MODULES = (
    "parquet",
    "arrow",
    "numpy_files",
    "image_archive",
    "sound_archive",
    "json_lines",
    "delimited",
)
"""In this order they are asked; the last one takes whatever is text."""


@cache
def formats() -> tuple[Format, ...]:
    modules = [importlib.import_module(f"layerloom.data.formats.{name}") for name in _MODULES]
    return tuple(each for module in modules for each in module.FORMATS)


def recognise(path: Path) -> Format:
    """The first format that takes the file for its own."""
    with path.open("rb") as file:
        start = file.read(4096)
    return next(item for item in formats() if item.recognises(start, path))
