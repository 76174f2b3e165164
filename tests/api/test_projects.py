"""Projects: versions, conflicts, pages."""

import pytest
from starlette.testclient import TestClient

from .builder import cyclic_document, dense_document


@pytest.fixture
def project(owner: TestClient) -> dict[str, object]:
    answer = owner.post("/api/projects", json={"document": dense_document("First")})
    assert answer.status_code == 201
    return answer.json()  # type: ignore[no-any-return]


def test_a_project_is_created_with_its_document_and_found_again(owner: TestClient) -> None:
    answer = owner.post("/api/projects", json={"document": dense_document("Mine")})

    assert answer.status_code == 201
    assert answer.headers["etag"] == '"1"'
    body = answer.json()
    assert body["name"] == "Mine"
    assert body["document"] == dense_document("Mine")
    assert answer.headers["location"] == f"/api/projects/{body['id']}"
    assert owner.get(answer.headers["location"]).json() == body


def test_an_unfinished_or_wrong_document_is_worth_saving(owner: TestClient) -> None:
    empty = {"format": "layerloom/1", "name": "", "models": {}}

    assert owner.post("/api/projects", json={"document": empty}).status_code == 201
    assert owner.post("/api/projects", json={"document": cyclic_document()}).status_code == 201


def test_a_save_needs_the_version_that_it_replaces(owner: TestClient, project: dict[str, object]) -> None:
    path, body = f"/api/projects/{project['id']}", {"document": dense_document("Second")}

    assert owner.put(path, json=body).status_code == 428
    assert owner.put(path, json=body, headers={"If-Match": "*"}).status_code == 428
    assert owner.put(path, json=body, headers={"If-Match": '"7"'}).status_code == 412

    saved = owner.put(path, json=body, headers={"If-Match": '"1"'})

    assert saved.status_code == 200
    assert saved.headers["etag"] == '"2"'
    assert owner.get(path).json()["name"] == "Second"


def test_two_tabs_cannot_overwrite_each_other_silently(owner: TestClient, project: dict[str, object]) -> None:
    path, mine = f"/api/projects/{project['id']}", {"If-Match": '"1"'}

    first = owner.put(path, json={"document": dense_document("Tab one")}, headers=mine)
    second = owner.put(path, json={"document": dense_document("Tab two")}, headers=mine)

    assert (first.status_code, second.status_code) == (200, 412)
    assert second.json()["problems"][0]["code"] == "project.conflict"
    assert owner.get(path).json()["name"] == "Tab one"


def test_versions_keep_what_was_saved(owner: TestClient, project: dict[str, object]) -> None:
    path = f"/api/projects/{project['id']}"
    owner.put(path, json={"document": dense_document("Second")}, headers={"If-Match": '"1"'})

    versions = owner.get(f"{path}/versions").json()

    assert [(item["version"], item["name"]) for item in versions["items"]] == [(2, "Second"), (1, "First")]
    assert owner.get(f"{path}/versions/1").json() == dense_document("First")
    assert owner.get(f"{path}/versions/9").status_code == 404


def test_an_unchanged_project_is_not_sent_again(owner: TestClient, project: dict[str, object]) -> None:
    answer = owner.get(f"/api/projects/{project['id']}", headers={"If-None-Match": '"1"'})

    assert answer.status_code == 304
    assert answer.content == b""


def test_a_deleted_project_is_gone(owner: TestClient, project: dict[str, object]) -> None:
    path = f"/api/projects/{project['id']}"

    assert owner.delete(path).status_code == 204
    assert owner.get(path).status_code == 404
    assert owner.delete(path).status_code == 404


def test_the_list_pages_through_everything_once(owner: TestClient) -> None:
    made = {owner.post("/api/projects", json={"document": dense_document()}).json()["id"] for _ in range(5)}

    seen: list[str] = []
    cursor = None
    while True:
        page = owner.get(
            "/api/projects", params={"limit": 2, **({"cursor": cursor} if cursor else {})}
        ).json()
        assert len(page["items"]) <= 2
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break

    assert len(seen) == len(set(seen))
    assert made <= set(seen)
    assert all("document" not in item for item in page["items"])
