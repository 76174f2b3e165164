"""From bytes or plain data to a current document: strict JSON, limits before anything else, older formats upgraded.

An upgrade is one pure function a version, from plain data to plain data.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from layerloom.document import FORMAT, Document, Limits, validated
from layerloom.problems import Problem, ProblemError

Plain = dict[str, Any]  # Any: JSON of any kind

UPGRADES: Mapping[str, tuple[str, Callable[[Plain], Plain]]] = {}
"""Older format → (the format that follows it, the function that upgrades to it)."""

_HUGE = 2**63
_DIGITS = bytes(ord("0") if chr(each).isdigit() and each < 128 else ord(" ") for each in range(256))
_LONG_NUMBER = b"0" * 19
_SPACED_COLON = re.compile(rb'"\s+:')
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def load_document(source: bytes | Mapping[str, Any], limits: Limits | None = None) -> Document:
    """A document of the current format from JSON text or from plain data that `parse_json` gave.

    Raises:
        ProblemError: `document.too_large`, `document.not_json`, `document.format`, `document.invalid`; nothing
            else, whatever the bytes are.
    """
    limits = limits or Limits()
    data = parse_json(source, limits) if isinstance(source, bytes | bytearray | memoryview) else source
    if not isinstance(data, Mapping):
        raise ProblemError(
            Problem(
                code="document.invalid",
                message=f"A document is a JSON object; received {_kind(data)}.",
                hint='It begins with {"format": "layerloom/1", "name": …, "models": …}.',
            )
        )
    current = _upgraded(dict(data))
    _refuse_beyond(current, limits)
    document = validated(current)
    _refuse_hidden_characters(document)
    return document


def parse_json(source: bytes, limits: Limits | None = None) -> Any:  # Any: JSON of any kind
    """Strict JSON: UTF-8 without a mark, no duplicate keys, no NaN or infinity, no lone surrogates, not too deep.

    Raises:
        ProblemError: `document.too_large`, `document.not_json`.
    """
    limits = limits or Limits()
    if len(source) > limits.document_bytes:
        raise ProblemError(
            Problem(
                code="document.too_large",
                message=f"The document has {len(source):,} bytes; at most {limits.document_bytes:,} are read.",
                hint="Take parts out into models that are called, or raise LAYERLOOM_DOCUMENT_BYTES.",
            )
        )
    try:
        data = orjson.loads(source)
    except orjson.JSONDecodeError as error:
        raise ProblemError(
            Problem(
                code="document.not_json",
                message=f"Not JSON: {error.msg} at line {error.lineno}, column {error.colno}.",
                hint="Send one JSON object in UTF-8.",
            )
        ) from None
    source = bytes(source)
    if _keys_read(data, limits) == _most_keys(source) and _LONG_NUMBER not in source.translate(_DIGITS):
        return data
    return json.loads(source, object_pairs_hook=_without_doubles, parse_int=_small)


def _most_keys(source: bytes) -> int | None:
    """Keys in the text of valid JSON, or more where a string looks like one; None where that can't be told fast.

    As many as were read: none stands twice in its object. Else a slower reader looks for the one that does.
    """
    return None if _SPACED_COLON.search(source) else source.count(b'":')


def _keys_read(data: object, limits: Limits) -> int:
    """Keys in all objects of the data, level by level, so that depth costs no recursion; refuses what is too deep."""
    count = 0
    level = [data]
    for _ in range(limits.json_depth + 1):
        objects = [each for each in level if isinstance(each, dict)]
        lists = [each for each in level if isinstance(each, list)]
        count += sum(map(len, objects))
        level = [value for each in objects for value in each.values() if isinstance(value, dict | list)]
        level += [value for each in lists for value in each if isinstance(value, dict | list)]
        if not level:
            return count
    raise ProblemError(
        Problem(
            code="document.not_json",
            message=f"The JSON is nested more than {limits.json_depth} levels deep.",
            hint="Nest models by layers of type Model, each model on its own level.",
        )
    )


def _without_doubles(pairs: list[tuple[str, Any]]) -> Plain:  # Any: JSON of any kind
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        double = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]  # add gives None
        raise ProblemError(
            Problem(
                code="document.not_json",
                message=f"The key {_short(double)} stands twice in one object.",
                hint="Each id may stand once; rename one of the two.",
            )
        )
    return found


def _small(text: str) -> int:
    if len(text) > 20 or not -_HUGE <= int(text) < _HUGE:
        raise ProblemError(
            Problem(
                code="document.not_json",
                message=f"The number {text[:24]}… is too large.",
                hint="Whole numbers have at most 64 bits.",
            )
        )
    return int(text)


def _upgraded(data: Plain) -> Plain:
    for _ in range(len(UPGRADES) + 1):
        name = data.get("format", FORMAT)
        if name == FORMAT:
            return data
        if not isinstance(name, str) or name not in UPGRADES:
            break
        data = {**UPGRADES[name][1](data), "format": UPGRADES[name][0]}
    readable = ", ".join(f"`{each}`" for each in (FORMAT, *UPGRADES))
    raise ProblemError(
        Problem(
            code="document.format",
            message=f"The format {_short(data.get('format'))} can't be read; this version reads {readable}.",
            hint="A newer version of Layerloom may have written it: update, or export it there again.",
            field="format",
        )
    )


def _refuse_beyond(data: Plain, limits: Limits) -> None:
    """Counts before anything is built from the data, so that an endless document costs little."""
    models = data.get("models")
    if not isinstance(models, Mapping):
        return
    nodes = edges = 0
    for model in models.values():
        found = model.get("nodes") if isinstance(model, Mapping) else None
        if not isinstance(found, Mapping):
            continue
        nodes += len(found)
        for node in found.values():
            inputs = node.get("inputs") if isinstance(node, Mapping) else None
            if isinstance(inputs, Mapping):
                edges += sum(len(sources) for sources in inputs.values() if isinstance(sources, list))
    counted = (
        ("models", len(models), limits.models),
        ("nodes", nodes, limits.nodes),
        ("edges", edges, limits.edges),
    )
    for what, count, most in counted:
        if count > most:
            raise ProblemError(
                Problem(
                    code="document.too_large",
                    message=f"The document has {count:,} {what}; at most {most:,} are read.",
                    hint=f"Take some out, or raise LAYERLOOM_{what.upper()}.",
                    field="models",
                )
            )


def _refuse_hidden_characters(document: Document) -> None:
    texts = [("name", document.name)]
    for model_id, model in document.models.items():
        texts += [(f"models.{model_id}.label", model.label or "")]
        texts += [
            (f"models.{model_id}.nodes.{node_id}.label", node.label)
            for node_id, node in model.nodes.items()
            if node.label
        ]
    problems = [
        Problem(
            code="document.invalid",
            message=f"`{place}` holds a character that can't be seen (U+{ord(found[0]):04X}).",
            hint="Take out control characters and marks of writing direction.",
            field=place,
        )
        for place, text in texts
        if (found := _CONTROL.search(text))
    ]
    if problems:
        raise ProblemError(*problems)


def _kind(data: object) -> str:
    names = {list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number"}
    return "null" if data is None else names.get(type(data), type(data).__name__)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
