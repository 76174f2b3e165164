"""What differs between two documents in what they train: places in the document, each with both values."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

_LONGEST = 60


def differences(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """`("models.main.layers.hidden.config.units", "32", "64")`, in the order of the places; absent: an empty text."""
    return [
        (".".join(path), _shown(before), _shown(after)) for path, before, after in _walk(first, second, ())
    ]


_ABSENT = object()


def _is_for_people(path: tuple[str, ...], key: str) -> bool:
    """What a person sees and no model is made of: the document's name and view, labels of models and nodes."""
    is_labelled = path[:1] == ("models",) and (len(path) == 2 or (len(path) == 4 and path[2] == "nodes"))
    return (key in ("name", "view") and not path) or (key == "label" and is_labelled)


def _walk(first: Any, second: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Any: JSON, or `_ABSENT`. A document is not deep: its limits say so."""
    if first == second:
        return
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        for key in sorted({*first, *second}):
            if not _is_for_people(path, key):
                yield from _walk(first.get(key, _ABSENT), second.get(key, _ABSENT), (*path, key))
        return
    yield path, first, second


def _shown(value: Any) -> str:
    if value is _ABSENT:
        return ""
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
