"""Every way to fail gives `{"problems": […]}` with a fitting status."""

import json
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from layerloom.api.app import describe_api
from layerloom.api.errors import Failures

from .builder import dense_document
from .conftest import JSON

DOCUMENT_CALLS = ["/api/check", "/api/projects", "/api/runs", "/api/export/layerloom", "/api/import"]

BAD_BODIES: dict[str, tuple[bytes, int]] = {
    "nothing": (b"", 400),
    "no JSON": (b"{", 400),
    "not UTF-8": (b'{"name": "\xff"}', 400),
    "UTF-16": ('{"name": "x"}'.encode("utf-16"), 400),
    "byte order mark": (b"\xef\xbb\xbf{}", 400),
    "two values": (b"{} {}", 400),
    "a number": (b"1", 422),
    "null": (b"null", 422),
    "a list": (b"[]", 422),
    "a text": (b'"text"', 422),
    "NaN": (b'{"format": "layerloom/1", "models": {}, "view": {"x": NaN}}', 400),
    "infinite": (b'{"format": "layerloom/1", "models": {}, "view": {"x": 1e999}}', 422),
    "lone surrogate": (b'{"format": "layerloom/1", "models": {}, "name": "\\ud800"}', 422),
    "NUL": (b"\x00", 400),
    "duplicate keys": (b'{"format": "layerloom/1", "name": "a", "name": "b"}', 422),
    "deep lists": (b"[" * 500 + b"]" * 500, 422),
    "very deep lists": (b"[" * 200_000 + b"]" * 200_000, 422),
    "deep objects": (b'{"view":' * 300 + b"1" + b"}" * 300, 422),
    "unclosed depth": (b"[" * 100_000, 400),
    "a huge number": (b'{"view": ' + b"9" * 5000 + b"}", 422),
    "an unknown format": (b'{"format": "layerloom/999"}', 422),
    "an unknown field": (b'{"format": "layerloom/1", "surprise": 1}', 422),
}


def assert_problems(answer: Any) -> list[dict[str, str]]:
    assert answer.headers["content-type"] == "application/json"
    body = json.loads(answer.content)
    assert set(body) == {"problems"}
    assert body["problems"]
    for problem in body["problems"]:
        assert set(problem) <= {"code", "severity", "message", "hint", "model", "node", "port", "field"}
        assert problem["code"].count(".") == 1
        assert problem["message"]
        assert "Traceback" not in problem["message"]
    return body["problems"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("path", DOCUMENT_CALLS)
@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_body_that_is_no_document_is_a_problem(owner: TestClient, path: str, name: str) -> None:
    body, _ = BAD_BODIES[name]

    answer = owner.post(path, content=body, headers=JSON)

    assert answer.status_code in (400, 413, 422), answer.text
    assert_problems(answer)


@pytest.mark.parametrize("name", [name for name, (_, status) in BAD_BODIES.items() if status == 400])
def test_what_is_no_json_is_a_400(owner: TestClient, name: str) -> None:
    assert owner.post("/api/check", content=BAD_BODIES[name][0], headers=JSON).status_code == 400


@pytest.mark.parametrize("path", DOCUMENT_CALLS)
def test_a_bad_document_inside_an_envelope_is_a_problem(owner: TestClient, path: str) -> None:
    for document in (None, 1, "x", [], {"format": 1}, {"models": []}, {"format": "layerloom/1", "x": 1}):
        answer = owner.post(path, json={"document": document})

        assert answer.status_code == 422, answer.text
        assert_problems(answer)


@pytest.mark.parametrize("path", DOCUMENT_CALLS)
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_beyond_the_limit_is_refused(owner: TestClient, path: str, chunked: bool) -> None:
    text = b'{"format": "layerloom/1", "name": "' + b"x" * 5_000_000 + b'"}'
    blocks = (text[start : start + 65536] for start in range(0, len(text), 65536))

    answer = owner.post(path, content=blocks if chunked else text, headers=JSON)

    assert answer.status_code == 413, answer.text
    assert_problems(answer)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/unknown", 404),
        ("POST", "/api/unknown", 404),
        ("GET", "/api/", 404),
        ("GET", "/api/health/", 404),
        ("DELETE", "/api/health", 405),
        ("PUT", "/api/projects", 405),
        ("PATCH", "/api/layers", 405),
        ("OPTIONS", "/api/runs", 405),
        ("POST", "/", 405),
        ("GET", "/missing.js", 404),
        ("GET", "/api/projects/unknown", 404),
        ("DELETE", "/api/projects/unknown", 404),
        ("GET", "/api/projects/unknown/versions", 404),
        ("GET", "/api/projects/unknown/versions/1", 404),
        ("GET", "/api/projects/unknown/versions/x", 422),
        ("GET", "/api/runs/unknown", 404),
        ("DELETE", "/api/runs/unknown", 404),
        ("POST", "/api/runs/unknown/pause", 404),
        ("POST", "/api/runs/unknown/resume", 404),
        ("POST", "/api/runs/unknown/stop", 404),
        ("PATCH", "/api/runs/unknown/training", 404),
        ("GET", "/api/runs/unknown/events", 404),
        ("GET", "/api/runs/unknown/document", 404),
        ("GET", "/api/runs/unknown/history", 404),
        ("POST", "/api/runs/unknown/evaluate", 404),
        ("GET", "/api/runs/unknown/artifacts", 404),
        ("GET", "/api/runs/unknown/artifacts/weights.safetensors", 404),
        ("GET", "/api/datasets/unknown", 404),
        ("DELETE", "/api/datasets/unknown", 404),
        ("DELETE", "/api/datasets/iris", 409),
        ("GET", "/api/datasets/unknown/preview", 404),
        ("GET", "/api/projects?limit=0", 422),
        ("GET", "/api/projects?limit=x", 422),
        ("GET", "/api/projects?cursor=x", 422),
        ("GET", "/api/runs?cursor=%ff", 422),
        ("GET", "/api/runs/unknown/events?after=-1", 422),
        ("GET", "/api/datasets/iris/preview?limit=100000", 422),
    ],
)
def test_every_way_to_fail_has_the_same_shape(owner: TestClient, method: str, path: str, status: int) -> None:
    answer = owner.request(method, path, headers=JSON)

    assert answer.status_code == status, answer.text
    assert_problems(answer)


@pytest.mark.parametrize("path", sorted(path for path in describe_api()["paths"] if "{" in path))
@pytest.mark.parametrize(
    "value", ["x" * 5000, "%00", "%2e%2e%2f%2e%2e", "..", "%ff%fe", "é", "%0d%0aSet-Cookie:a"]
)
def test_any_id_is_answered_with_json(owner: TestClient, path: str, value: str) -> None:
    filled = path
    while "{" in filled:
        filled = filled[: filled.index("{")] + value + filled[filled.index("}") + 1 :]

    answer = owner.get(filled)

    # A client goes up by itself: three times `..` is the page, which has no problems.
    assert answer.status_code in (404, 405, 422) or answer.request.url.path == "/"
    if answer.request.url.path != "/":
        assert_problems(answer)
    assert "set-cookie" not in answer.headers


def test_what_we_broke_ourselves_says_so_without_a_trace(caplog: pytest.LogCaptureFixture) -> None:
    app = FastAPI()
    app.add_middleware(Failures)

    @app.get("/broken")
    def broken() -> None:
        token = "secret in a variable"
        raise RuntimeError(f"the innards, {len(token)} long")

    answer = TestClient(app, raise_server_exceptions=False).get("/broken")

    assert answer.status_code == 500
    assert "innards" not in answer.text
    assert assert_problems(answer)[0]["code"] == "server.failed"
    assert "the innards" in caplog.text
    assert "secret in a variable" not in caplog.text


def test_a_project_stays_as_it_was_after_a_bad_save(owner: TestClient) -> None:
    created = owner.post("/api/projects", json={"document": dense_document()})
    path = created.headers["location"]

    for body, _ in BAD_BODIES.values():
        owner.put(path, content=body, headers={**JSON, "If-Match": '"1"'})

    assert owner.get(path).json() == created.json()
