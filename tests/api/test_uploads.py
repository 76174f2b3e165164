"""Files in parts, against the real server: cut and resumed, cancelled, refused, known already."""

import hashlib
import re
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from .server import TOKEN, Server, serving

CSV = b"length,kind\n" + b"".join(b"%d.5,%s\n" % (row, (b"cat", b"dog")[row % 2]) for row in range(60_000))
PART = {"Content-Type": "application/octet-stream"}


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def server(data_dir: Path) -> Iterator[Server]:
    with serving(data_dir, LAYERLOOM_UPLOAD_BYTES=str(8 * 2**20)) as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    with server.client as client:
        yield client


def begin(client: httpx.Client, size: int = len(CSV), name: str = "animals.csv") -> str:
    answer = client.post("/api/uploads", json={"name": name, "size": size})
    assert answer.status_code == 201, answer.text
    assert answer.json()["received"] == 0
    assert answer.headers["location"] == f"/api/uploads/{answer.json()['id']}"
    return str(answer.json()["id"])


def send(client: httpx.Client, upload: str, offset: int, content: bytes) -> httpx.Response:
    headers = {**PART, "Upload-Offset": str(offset)}
    return client.patch(f"/api/uploads/{upload}", content=content, headers=headers)


def cut(server: Server, upload: str, content: bytes, announced: int) -> None:
    """Begins to send a part and leaves in the middle of it."""
    host, port = re.findall(r"//([^:]+):(\d+)", server.address)[0]
    with socket.create_connection((host, int(port))) as connection:
        head = (
            f"PATCH /api/uploads/{upload} HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {TOKEN}\r\n"
            f"Content-Type: application/octet-stream\r\nUpload-Offset: 0\r\nContent-Length: {announced}\r\n\r\n"
        )
        connection.sendall(head.encode() + content)


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.01)


def folder_names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()] if folder.exists() else []


def received(client: httpx.Client, upload: str, at_least: int) -> int:
    """Once the server has noticed that a connection was cut."""

    def now() -> int:
        return int(client.get(f"/api/uploads/{upload}").json()["received"])

    wait_for(lambda: now() >= at_least)
    return now()


def code(answer: httpx.Response) -> Any:
    return answer.json()["problems"][0]["code"]


def leftovers(data_dir: Path) -> list[str]:
    folders = (data_dir / "uploads", data_dir / "datasets")
    found = [path.name for folder in folders if folder.exists() for path in folder.iterdir()]
    return [name for name in found if not name.startswith("upload-")]


def test_a_cut_connection_is_resumed_where_it_broke(
    server: Server, client: httpx.Client, data_dir: Path
) -> None:
    upload = begin(client)
    cut(server, upload, CSV[:200_000], announced=len(CSV))

    here = received(client, upload, at_least=200_000)
    again = send(client, upload, 0, CSV)
    rest = send(client, upload, here, CSV[here:])
    made = client.post("/api/datasets", json={"upload": upload, "name": "Animals.csv"})

    assert again.status_code == 409
    assert (code(again), again.headers["upload-offset"]) == ("upload.offset", str(here))
    assert rest.json() == {"received": len(CSV)}
    assert made.status_code == 201, made.text
    assert (made.json()["name"], made.json()["rows"]) == ("Animals", 60_000)
    assert made.json()["sha256"] == hashlib.sha256(CSV).hexdigest()
    assert leftovers(data_dir) == []
    assert client.get(f"/api/uploads/{upload}").status_code == 404
    client.delete(made.headers["location"])


def test_the_same_file_again_is_the_same_set(client: httpx.Client) -> None:
    answers = []
    for name in ("first.csv", "second.csv"):
        upload = begin(client, name=name)
        send(client, upload, 0, CSV)
        answers.append(client.post("/api/datasets", json={"upload": upload}))

    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()
    client.delete(answers[0].headers["location"])


def test_a_cancelled_upload_leaves_nothing(client: httpx.Client, data_dir: Path) -> None:
    upload = begin(client)
    send(client, upload, 0, CSV[:100_000])

    assert client.delete(f"/api/uploads/{upload}").status_code == 204
    assert leftovers(data_dir) == []
    assert send(client, upload, 100_000, CSV[100_000:]).status_code == 404
    assert client.delete(f"/api/uploads/{upload}").status_code == 404


def test_reading_ends_where_nobody_waits_for_it_and_can_be_asked_for_again(
    server: Server, client: httpx.Client, data_dir: Path
) -> None:
    content = b"name,n\n" + b"".join(b'"person %d",%d\n' % (row, row) for row in range(250_000))
    upload = begin(client, size=len(content))
    send(client, upload, 0, content)
    host, port = re.findall(r"//([^:]+):(\d+)", server.address)[0]
    body = b'{"upload": "%s"}' % upload.encode()
    head = (
        f"POST /api/datasets HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {TOKEN}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )

    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(head.encode() + body)
        wait_for(lambda: any(name.endswith(".part") for name in folder_names(data_dir / "datasets")))
    wait_for(lambda: not any(name.endswith(".part") for name in folder_names(data_dir / "datasets")))

    assert not any(name.startswith("upload-") for name in folder_names(data_dir / "datasets"))
    answers: list[httpx.Response] = []

    def is_free() -> bool:
        answers.append(client.post("/api/datasets", json={"upload": upload}))
        return answers[-1].status_code != 409

    wait_for(is_free)
    made = answers[-1]
    assert made.status_code == 201, made.text
    assert made.json()["rows"] == 250_000
    client.delete(made.headers["location"])


def test_a_file_that_is_refused_leaves_nothing(client: httpx.Client, data_dir: Path) -> None:
    content = b"a,b\n1,2\n3\n"
    upload = begin(client, size=len(content), name="ragged.csv")
    send(client, upload, 0, content)

    answer = client.post("/api/datasets", json={"upload": upload})

    assert answer.status_code == 422
    assert code(answer) == "file.ragged_row"
    assert "row 3" in answer.json()["problems"][0]["message"]
    assert leftovers(data_dir) == []


def test_an_upload_that_is_not_whole_becomes_no_set(client: httpx.Client) -> None:
    upload = begin(client)
    send(client, upload, 0, CSV[:10])

    answer = client.post("/api/datasets", json={"upload": upload})

    assert (answer.status_code, code(answer)) == (409, "upload.incomplete")
    client.delete(f"/api/uploads/{upload}")


def test_what_an_upload_may_not_be_is_told(client: httpx.Client) -> None:
    upload = begin(client, size=10)
    too_large = client.post("/api/uploads", json={"name": "big.csv", "size": 9 * 2**20})
    no_offset = client.patch(f"/api/uploads/{upload}", content=b"a", headers=PART)
    no_type = client.patch(f"/api/uploads/{upload}", content=b"a", headers={"Upload-Offset": "0"})
    too_long = send(client, upload, 0, b"a" * 11)
    outside = send(client, "..", 0, b"a")

    assert (too_large.status_code, code(too_large)) == (413, "file.too_large")
    assert (no_offset.status_code, code(no_offset)) == (422, "upload.offset_missing")
    assert no_type.status_code == 415
    assert (too_long.status_code, code(too_long)) == (422, "upload.too_long")
    assert outside.status_code in (404, 405, 415)
    assert client.get(f"/api/uploads/{upload}").json()["received"] == 0
    client.delete(f"/api/uploads/{upload}")
