"""Documents broken at random, straight into the application: every answer says what is wrong, none takes long.

Seeded, so that a failure's number gives its document again: `mutated(number, …)`.
"""

import gc
import json
import random
import time
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.builder import cyclic_document, dense_document
from layerloom.problems import Problem, ProblemError
from layerloom.runs.preparation import prepare
from layerloom.settings import Settings
from layerloom.versions import load_document
from random_documents import grown, mutated

CASES = 4_000
CALLS = 150
SLOW_SECONDS = 1.0
JSON = {"Content-Type": "application/json"}
_BODIES = (
    b"", b"{", b"nul", b'{"a":NaN}', b'{"a":1e999}', b"\xff\xfe{}", b"\xef\xbb\xbf{}", b'{"a":"\\ud800"}',
    b'{"a":1,"a":2}', b"[" * 100_000, b'{"a":' * 1000 + b"1" + b"}" * 1000, b"1" * 5000, b"\x00", b"null", b'"x"',
    b"[]", b"true", b'{"format":"layerloom/2"}', b'{"format":1}', b'{"format":"layerloom/1","models":[]}',
    b'{"format":"layerloom/1","models":{"main":null}}', b'{"format":"layerloom/1","name":"a\\u202eb"}',
)  # fmt: skip


@pytest.fixture(scope="module")
def whole() -> list[dict[str, Any]]:
    """Documents to break."""
    return [dense_document(), cyclic_document(), *(grown(seed) for seed in range(20))]


def broken(documents: list[dict[str, Any]], count: int) -> Iterator[tuple[int, bytes]]:
    for number in range(count):
        document = random.Random(number).choice(documents)
        yield number, json.dumps(mutated(number, document)).encode()


def test_whatever_a_document_holds_is_answered_by_problems_with_hints(
    whole: list[dict[str, Any]], settings: Settings
) -> None:
    gc.collect()
    readable = 0
    for number, body in broken(whole, CASES):
        began = time.process_time()
        problems: tuple[Problem, ...]
        try:
            found = prepare(load_document(body), settings.data_dir / "datasets")
            json.dumps(found.to_json(), allow_nan=False)
            problems, readable = found.problems, readable + 1
        except ProblemError as error:
            problems = error.problems
            assert problems, number

        assert time.process_time() - began < SLOW_SECONDS, number
        for problem in problems:
            assert problem.code and problem.message and problem.hint, (number, problem)  # noqa: PT018

    assert readable > CASES / 10


def test_the_api_never_fails_on_a_broken_document_and_keeps_none(
    owner: TestClient, whole: list[dict[str, Any]]
) -> None:
    project = owner.post("/api/projects", json={"document": dense_document()}).json()
    path = f"/api/projects/{project['id']}"
    for number, body in [*broken(whole, CALLS), *enumerate(_BODIES, start=CALLS)]:
        checked = owner.post("/api/check", content=body, headers=JSON)
        saved = owner.put(path, content=body, headers={**JSON, "If-Match": '"1"'})
        started = owner.post("/api/runs", content=b'{"document":' + body + b"}", headers=JSON)

        assert checked.status_code in (200, 400, 422), (number, checked.text)
        assert saved.status_code in (400, 422), (number, saved.text)
        assert started.status_code in (201, 400, 422), (number, started.text)
        for answer in (checked, saved, started):
            assert "Traceback" not in answer.text, number
        if started.status_code == 201:
            owner.delete(f"/api/runs/{started.json()['id']}")

    assert owner.get(path).json()["document"] == project["document"]
    assert owner.get(path).json()["version"] == 1
    owner.delete(path)
