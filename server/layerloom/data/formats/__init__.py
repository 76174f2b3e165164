"""Kinds of files that become data sets, one module each, recognised by what is in them and not by their names."""

import importlib
from functools import cache
from pathlib import Path

from layerloom.data.formats.source import Format

_MODULES = ("delimited",)
"""In this order they are asked; the last one takes whatever is text."""


@cache
def formats() -> tuple[Format, ...]:
    return tuple(importlib.import_module(f"layerloom.data.formats.{name}").FORMAT for name in _MODULES)


def recognise(path: Path) -> Format:
    """The first format that takes the file for its own."""
    with path.open("rb") as file:
        start = file.read(4096)
    return next(item for item in formats() if item.recognises(start, path))
