"""Reading documents: strict, limited, and never anything but a problem, whatever the bytes."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder import plain_document, shared_lstm
from layerloom.document import Limits, to_text
from layerloom.problems import ProblemError
from layerloom.versions import load_document, parse_json


def code_of(source: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(ProblemError) as caught:
        load_document(source, limits)
    problem = caught.value.problems[0]
    assert problem.message
    assert problem.hint
    return problem.code


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"{",
        b"not json",
        b"\xef\xbb\xbf{}",
        '{"name": "x"}'.encode("utf-16"),
        b'{"name": "\xff"}',
        b'{"name": "\\ud800"}',
        b'{"name": NaN}',
        b'{"name": 1e999}',
        b'{"name": ' + b"9" * 5000 + b"}",
        b'{"name": 99999999999999999999}',
        b'{"name": "a", "name": "b"}',
        b"[" * 100_000,
        b'{"a":' * 40 + b"1" + b"}" * 40,
        b"{} {}",
    ],
)
def test_what_is_no_strict_json_is_refused(source: bytes) -> None:
    assert code_of(source) == "document.not_json"


@pytest.mark.parametrize(
    "source", [b"[]", b"3", b'"text"', b"null", b'{"models": 3}', b'{"extra": 1}', b'{"name": null}']
)
def test_json_that_is_no_document_is_refused(source: bytes) -> None:
    assert code_of(source) == "document.invalid"


def test_a_document_that_is_too_large_is_refused_before_it_is_parsed() -> None:
    assert code_of(b"[" * 100, Limits(document_bytes=99)) == "document.too_large"


def test_a_format_from_the_future_is_refused_with_those_that_can_be_read() -> None:
    assert code_of(b'{"format": "layerloom/99"}') == "document.format"


@pytest.mark.parametrize("name", ["a-b", "1st", "x" * 65, "", "a.b", "名"])
def test_ids_that_are_no_identifiers_are_refused_at_their_place(name: str) -> None:
    data: dict[str, Any] = plain_document(shared_lstm())
    data["models"]["main"]["layers"][name] = {"type": "Dense"}

    assert code_of(json.dumps(data).encode()) == "document.invalid"


def test_labels_in_any_language_are_kept_and_hidden_characters_refused() -> None:
    data: dict[str, Any] = plain_document(shared_lstm())
    data["models"]["main"]["nodes"]["merge"]["label"] = "合并 · слияние"
    assert load_document(json.dumps(data).encode()).models["main"].nodes["merge"].label == "合并 · слияние"

    data["models"]["main"]["nodes"]["merge"]["label"] = "evil\u202etxt"
    assert code_of(json.dumps(data).encode()) == "document.invalid"


def test_the_canonical_text_is_a_fixed_point_and_sorted() -> None:
    text = to_text(load_document(plain_document(shared_lstm())))

    assert to_text(load_document(text.encode())) == text
    assert text.endswith("}\n")
    assert list(json.loads(text)) == sorted(json.loads(text))


def test_unknown_types_and_their_configs_survive_untouched() -> None:
    data: dict[str, Any] = plain_document(shared_lstm())
    unknown = {"type": "FutureLayer", "config": {"a": [1, None, {"b": 0.1}], "__proto__": True}}
    data["models"]["main"]["layers"]["later"] = unknown

    again = json.loads(to_text(load_document(json.dumps(data).encode())))

    assert again["models"]["main"]["layers"]["later"] == unknown


def test_defaults_that_were_not_written_are_not_written() -> None:
    data = plain_document(shared_lstm(), training={"fit": {"epochs": 3}})

    again = json.loads(to_text(load_document(data)))

    assert again["training"] == {"fit": {"epochs": 3}}
    assert "config" not in again["models"]["main"]["nodes"]["merge"]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_no_bytes_raise_anything_but_a_problem(source: bytes) -> None:
    with suppress(ProblemError):
        load_document(source)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda each: st.lists(each, max_size=4) | st.dictionaries(st.text(max_size=8), each, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["format", "name", "models", "training", "view", "x"]), JSON, max_size=6)
)
def test_no_json_raises_anything_but_a_problem(data: dict[str, Any]) -> None:
    with suppress(ProblemError):
        load_document(json.dumps(data).encode())


def test_parse_json_gives_what_load_document_takes() -> None:
    plain = parse_json(json.dumps(plain_document(shared_lstm())).encode())

    assert load_document(plain).name == "Test"
