"""JSON lines, and one JSON array of objects: an object a row, its keys the columns."""

import codecs
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from layerloom.data.formats.json_column import JsonColumn
from layerloom.data.formats.source import Contents, Format, Source, stem

Json = Any
"""Whatever JSON holds."""
_BATCH_ROWS = 4096
_CHUNK_CHARACTERS = 1024 * 1024
_BETWEEN = " \t\r\n"


def read(source: Source, folder: Path) -> Contents:
    """
    Raises:
        ProblemError: `file.not_json`, `file.no_rows`, `file.nested`, `file.line_too_long`, and as `JsonColumn`.
    """
    columns: dict[str, JsonColumn] = {}
    rows = _fill(source, folder, columns)
    source.check_any(rows)
    source.check_names(list(columns))
    again = {name: column for name, column in columns.items() if column.needs_text}
    if again:
        for column in again.values():
            column.begin_text()
        _fill(source, folder, again, only_these=True)
    return Contents(rows, tuple(column.finish() for column in columns.values()), suffix=".jsonl")


def _fill(source: Source, folder: Path, columns: dict[str, JsonColumn], *, only_these: bool = False) -> int:
    rows = 0
    batch: list[dict[str, Json]] = []
    for row in _rows(source):
        batch.append(row)
        if len(batch) == _BATCH_ROWS:
            _append(source, folder, columns, batch, rows, only_these)
            rows += len(batch)
            source.check_rows(rows)
            batch = []
    if batch:
        _append(source, folder, columns, batch, rows, only_these)
    return rows + len(batch)


def _append(
    source: Source,
    folder: Path,
    columns: dict[str, JsonColumn],
    batch: list[dict[str, Json]],
    before: int,
    only_these: bool,
) -> None:
    if not only_these:
        for row in batch:
            for name in row:
                if name not in columns:
                    if len(columns) == source.limits.columns:
                        source.check_names([*columns, name])
                    columns[name] = JsonColumn(source, folder, stem(len(columns)), name, before)
    for name, column in columns.items():
        column.append([row.get(name) for row in batch])


def _rows(source: Source) -> Iterator[dict[str, Json]]:
    with source.path.open("rb") as file:
        start = file.read(4096).removeprefix(codecs.BOM_UTF8).lstrip()
    found = _in_array(source) if start.startswith(b"[") else _in_lines(source)
    for place, row in enumerate(found, start=1):
        if not isinstance(row, dict):
            raise source.refused(
                "file.not_json",
                f"row {place} is {json.dumps(row)[:40]}; an object was expected.",
                'Each row is an object, such as {"age": 31, "city": "Berlin"}.',
            )
        yield row


def _in_lines(source: Source) -> Iterator[Json]:
    most = source.limits.line_bytes * 16
    with source.path.open("rb") as file:
        line = 0
        while text := file.readline(most + 1):
            line += 1
            if len(text) > most:
                raise source.refused(
                    "file.line_too_long",
                    f"line {line} has more than {most // 2**20} MiB.",
                    "Is this JSON lines?",
                )
            text = text.removeprefix(codecs.BOM_UTF8) if line == 1 else text
            if not text.strip():
                continue
            try:
                yield orjson.loads(text)
            except orjson.JSONDecodeError as error:
                raise source.refused(
                    "file.not_json",
                    f"line {line} is no JSON: {str(error)[:100]}.",
                    "Each line holds one object; was the file cut off?",
                ) from None


def _in_array(source: Source) -> Iterator[Json]:
    """One value after the other, without ever holding all of them."""
    decoder = json.JSONDecoder(parse_constant=lambda name: None)
    most = source.limits.line_bytes * 16
    with source.path.open(encoding="utf-8-sig") as file:
        text, place, row = "", 0, 0

        def wrong(what: str) -> Exception:
            return source.refused(
                "file.not_json",
                f"after row {row}: {what}.",
                "A JSON array holds objects with commas between; was the file cut off?",
            )

        try:
            text = file.read(_CHUNK_CHARACTERS).lstrip()[1:]
            while True:
                place = _skipped(text, place, _BETWEEN + ("," if row else ""))
                if text[place : place + 1] == "]":
                    return
                try:
                    value, place = decoder.raw_decode(text, place)
                except json.JSONDecodeError as error:
                    more = file.read(_CHUNK_CHARACTERS)
                    if not more or len(text) - place > most:
                        raise wrong(error.msg) from None
                    text, place = text[place:] + more, 0
                    continue
                row += 1
                yield value
        except UnicodeDecodeError:
            raise wrong("the text is not UTF-8") from None


def _skipped(text: str, place: int, characters: str) -> int:
    while place < len(text) and text[place] in characters:
        place += 1
    return place


def _recognises(start: bytes, path: Path) -> bool:
    text = start.removeprefix(codecs.BOM_UTF8).lstrip()
    follows = text[1:].lstrip()[:1]
    return (text.startswith(b"{") and follows in (b'"', b"}")) or (text.startswith(b"[") and follows == b"{")


FORMATS = (Format("json", "JSON lines", (".jsonl", ".ndjson", ".json"), _recognises, read),)
