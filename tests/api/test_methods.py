"""HEAD is answered wherever GET is, with the same headers and no body."""

import pytest
from starlette.testclient import TestClient


@pytest.mark.parametrize(
    "path", ["/api/health", "/api/layers", "/api/projects", "/api/runs", "/api/datasets/iris"]
)
def test_head_answers_as_get_without_a_body(owner: TestClient, path: str) -> None:
    with_body, without = owner.get(path), owner.head(path)

    assert without.status_code == with_body.status_code == 200
    assert without.content == b""
    assert without.headers["content-type"] == with_body.headers["content-type"]
    assert without.headers["content-length"] == with_body.headers["content-length"]


def test_head_of_what_is_not_there_is_told_by_the_status_alone(owner: TestClient) -> None:
    answer = owner.head("/api/runs/nope")

    assert answer.status_code == 404
    assert answer.content == b""


def test_head_needs_the_token_too(stranger: TestClient) -> None:
    assert stranger.head("/api/layers").status_code == 401
    assert stranger.head("/api/health").status_code == 200
