"""Data sets: those that come with the program, and uploads with all that can be wrong with them."""

import hashlib
import io
import zipfile
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient

CSV = "length,width,kind\n1.5,2,cat\n2.5,3,dog\n3.5,4,cat\n"


def upload(client: TestClient, content: bytes | str, name: str = "animals.csv", **fields: str) -> Any:
    return client.post("/api/datasets", files={"file": (name, content, "text/csv")}, data=fields)


def test_sets_that_come_with_the_program_are_listed_and_shown(owner: TestClient) -> None:
    listed = owner.get("/api/datasets").json()

    assert {"digits", "digit-pairs", "iris", "generated"} <= {item["id"] for item in listed["items"]}
    shown = owner.get("/api/datasets/digit-pairs").json()
    assert shown in listed["items"]
    assert {column["name"]: column["shape"] for column in shown["columns"]}["first"] == [8, 8]


def test_the_first_rows_are_shown(owner: TestClient) -> None:
    preview = owner.get("/api/datasets/iris/preview", params={"limit": 3}).json()

    assert len(preview["rows"]) == 3
    assert all(len(row) == len(preview["columns"]) for row in preview["rows"])


def test_an_upload_is_read_listed_shown_and_deleted(owner: TestClient) -> None:
    answer = upload(owner, CSV, name="Animals.csv")

    assert answer.status_code == 201, answer.text
    dataset = answer.json()
    assert dataset["kind"] == "uploaded"
    assert dataset["rows"] == 3
    assert {column["name"]: column["kind"] for column in dataset["columns"]}["kind"] == "category"
    path = answer.headers["location"]
    assert owner.get(path).json() == dataset
    assert dataset in owner.get("/api/datasets").json()["items"]
    assert len(owner.get(f"{path}/preview").json()["rows"]) == 3
    assert owner.delete(path).status_code == 204
    assert owner.get(path).status_code == 404
    assert owner.get(f"{path}/preview").status_code == 404


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.csv", "/etc/passwd", "C:\\boot.csv", "a\r\nX: y.csv", "é中.csv", "", "x" * 500]
)
def test_a_files_name_is_only_a_name(owner: TestClient, name: str) -> None:
    answer = upload(owner, CSV, name=name or "x", name_field=name)

    assert answer.status_code == 201, answer.text
    shown = answer.json()
    assert "/" not in shown["name"]
    assert "\\" not in shown["name"]
    assert shown["id"].startswith("upload-")
    owner.delete(f"/api/datasets/{shown['id']}")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"a,b\n1\n1,2,3\n",
        b'a,b\n"1,2\n',
        "a,b\n1,2\n".encode("utf-16"),
    ],
)
def test_a_file_that_is_no_table_is_a_problem(owner: TestClient, content: bytes) -> None:
    before = owner.get("/api/datasets").json()

    answer = upload(owner, content)

    assert answer.status_code in (201, 422), answer.text
    if answer.status_code == 422:
        assert answer.json()["problems"][0]["code"].startswith("file.")
        assert owner.get("/api/datasets").json() == before
    else:
        owner.delete(answer.headers["location"])


def test_an_upload_needs_a_file(owner: TestClient) -> None:
    nothing = owner.post("/api/datasets", files={"other": ("x.csv", CSV)})
    text = owner.post("/api/datasets", data={"file": CSV}, files={"other": ("x", b"")})
    two = owner.post("/api/datasets", files=[("file", ("a.csv", CSV)), ("file", ("b.csv", CSV))])

    for answer in (nothing, text, two):
        assert answer.status_code == 422, answer.text
        assert answer.json()["problems"][0]["code"].startswith("upload.")


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("text/csv", CSV.encode()),
        ("multipart/mixed; boundary=x", b"--x--"),
        ("application/octet-stream", CSV.encode()),
    ],
)
def test_only_a_form_uploads(owner: TestClient, kind: str, content: bytes) -> None:
    answer = owner.post("/api/datasets", headers={"Content-Type": kind}, content=content)

    assert answer.status_code == 415
    assert answer.json()["problems"][0]["code"] == "request.content_type"


def test_json_names_an_upload_and_no_file(owner: TestClient) -> None:
    answer = owner.post("/api/datasets", json={"file": {"filepath": "/etc/passwd"}})

    assert answer.status_code == 422
    assert {problem["code"] for problem in answer.json()["problems"]} == {"request.invalid"}


def test_a_file_that_is_here_already_is_the_same_set(owner: TestClient) -> None:
    first = upload(owner, CSV, name="Animals.csv")
    again = upload(owner, CSV, name="Copy of animals.csv")

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert first.json()["sha256"] == hashlib.sha256(CSV.encode()).hexdigest()
    listed = [item["id"] for item in owner.get("/api/datasets").json()["items"]]
    assert listed.count(first.json()["id"]) == 1
    owner.delete(first.headers["location"])


def test_statistics_of_an_upload_and_of_a_built_in_set(owner: TestClient) -> None:
    path = upload(owner, CSV).headers["location"]

    found = owner.get(f"{path}/statistics").json()
    iris = owner.get("/api/datasets/iris/statistics").json()

    assert found["rows"] == 3
    assert found["columns"]["length"]["mean"] == 2.5
    assert found["columns"]["kind"]["top"] == [["cat", 2], ["dog", 1]]
    assert iris["rows"] == 150
    assert all(column["missing"] == 0 for column in iris["columns"].values())
    owner.delete(path)


def test_rows_are_shown_from_any_place(owner: TestClient) -> None:
    path = upload(owner, CSV).headers["location"]

    shown = owner.get(f"{path}/preview", params={"offset": 1, "limit": 1}).json()

    assert shown["rows"] == [[2.5, 3, "dog"]]
    assert owner.get(f"{path}/preview", params={"offset": 3}).json()["rows"] == []
    assert owner.get(f"{path}/preview", params={"offset": -1}).status_code == 422
    owner.delete(path)


def test_images_are_shown_one_by_one_as_png(owner: TestClient) -> None:
    jpeg, archive = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (6, 4), (255, 0, 0)).save(jpeg, "JPEG")
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("red/1.jpg", jpeg.getvalue())
        file.writestr("red/2.jpg", jpeg.getvalue())
    path = upload(owner, archive.getvalue(), name="colours.zip").headers["location"]

    cell = owner.get(f"{path}/preview", params={"offset": 1}).json()["rows"][0][0]
    shown = owner.get(cell["url"])

    assert cell == {"media": "image", "url": f"{path}/cells/image/1", "shape": [4, 6, 3]}
    assert shown.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(shown.content)).size == (6, 4)
    for wrong in ("image/2", "label/0", "nothing/0"):
        assert owner.get(f"{path}/cells/{wrong}").status_code in (404, 422)
    owner.delete(path)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"garbage"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n\r\n--x--\r\n"),
        ("multipart/form-data; boundary=" + "x" * 5000, b""),
        ("multipart/form-data; boundary=x", b""),
    ],
)
def test_a_form_that_is_none_is_a_problem(owner: TestClient, kind: str, content: bytes) -> None:
    answer = owner.post("/api/datasets", headers={"Content-Type": kind}, content=content)

    assert answer.status_code == 422, answer.text
    assert answer.json()["problems"][0]["code"].startswith("upload.")
