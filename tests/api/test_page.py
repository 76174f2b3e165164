"""The built page: exact names, long caching for hashed files, and nothing outside its folder."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from layerloom.api.page import Page


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    page = tmp_path / "page"
    (page / "assets").mkdir(parents=True)
    (page / "index.html").write_text("<!doctype html><title>Layerloom</title>")
    (page / "assets/index-BWc4tJZq.js").write_text("export const answer = 42;\n" * 200)
    (page / "icon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (tmp_path / "secret.txt").write_text("secret")
    (page / "link.txt").symlink_to(tmp_path / "secret.txt")
    return page


@pytest.fixture
def page(folder: Path) -> TestClient:
    return TestClient(Page(folder), base_url="http://127.0.0.1:8420")


def test_the_page_is_served_at_its_root_and_at_its_own_paths(page: TestClient) -> None:
    for path in ("/", "/projects/abc", "/anything"):
        answer = page.get(path)
        assert answer.status_code == 200
        assert "Layerloom" in answer.text
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["cache-control"] == "no-cache"


def test_a_hashed_file_is_kept_for_good_and_comes_packed(page: TestClient) -> None:
    answer = page.get("/assets/index-BWc4tJZq.js")

    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"] == "application/javascript; charset=utf-8"
    assert answer.text.startswith("export const answer")


def test_a_file_comes_plain_where_gzip_is_not_understood(page: TestClient) -> None:
    answer = page.get("/assets/index-BWc4tJZq.js", headers={"Accept-Encoding": "identity"})

    assert "content-encoding" not in answer.headers
    assert answer.text.startswith("export const answer")


def test_an_unchanged_file_is_not_sent_again(page: TestClient) -> None:
    etag = page.get("/").headers["etag"]

    assert page.get("/", headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize(
    "path",
    ["/missing.js", "/assets/missing.js", "/secret.txt", "/link.txt", "/..%2fsecret.txt",
     "/%2e%2e/secret.txt", "/assets/../../secret.txt", "/index.html%00.js",
     "/C:/secret.txt", "/..\\secret.txt"],
)  # fmt: skip
def test_only_files_of_the_build_are_served(page: TestClient, path: str) -> None:
    answer = page.get(path)

    assert answer.status_code == 404
    assert answer.text != "secret"
    assert answer.json()["problems"][0]["code"] == "request.unknown_path"


def test_head_is_get_without_the_content(page: TestClient) -> None:
    answer = page.head("/")

    assert answer.status_code == 200
    assert answer.content == b""
    assert int(answer.headers["content-length"]) > 10


def test_a_new_build_is_seen(page: TestClient, folder: Path) -> None:
    page.get("/")
    index = folder / "index.html"
    index.write_text("<title>New</title>")

    assert "New" in page.get("/").text


def test_without_a_build_it_says_how_to_get_one(tmp_path: Path) -> None:
    answer = TestClient(Page(tmp_path / "nowhere")).get("/")

    assert answer.status_code == 404
    assert answer.json()["problems"][0]["code"] == "page.not_built"
