"""Runs and their events through the real server: a process, sockets, websockets, worker processes."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from .builder import dense_document
from .server import TOKEN, Server, serving

TERMINAL = {"run_finished", "run_stopped", "run_failed"}
JSON = {"Content-Type": "application/json"}
LONG = {"fit": {"epochs": 1_000_000}}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    with server.client as client:
        yield client


@pytest.fixture
def run(client: httpx.Client) -> Iterator[dict[str, Any]]:
    """A run that goes on until the test is over."""
    answer = client.post("/api/runs", json={"document": dense_document(), "training": LONG})
    assert answer.status_code == 201, answer.text
    yield answer.json()
    client.delete(f"/api/runs/{answer.json()['id']}")


def read(socket: ClientConnection, until: int | None = None) -> tuple[list[dict[str, Any]], int]:
    """Events up to number `until`, or to the end; and the code that the socket was closed with."""
    events: list[dict[str, Any]] = []
    try:
        while until is None or len(events) < until:
            message = json.loads(socket.recv(timeout=60))
            events += message if isinstance(message, list) else [message]
    except ConnectionClosed as closed:
        return events, closed.rcvd.code if closed.rcvd else 0
    return events, 0


def start(client: httpx.Client, **training: Any) -> str:
    answer = client.post("/api/runs", json={"document": dense_document(epochs=3), "training": training})
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/api/runs/{answer.json()['id']}"
    return str(answer.json()["id"])


def test_a_run_is_followed_to_its_end_without_gap_or_double(server: Server, client: httpx.Client) -> None:
    run_id = start(client)

    with server.follow(run_id) as socket:
        events, code = read(socket)

    assert code == 1000
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert [event["kind"] for event in events][:2] == ["run_queued", "run_started"]
    assert events[-1]["kind"] == "run_finished"
    epochs = [event for event in events if event["kind"] == "epoch_ended"]
    assert [event["epoch"] for event in epochs] == [1, 2, 3]
    assert client.get(f"/api/runs/{run_id}/events", params={"limit": 10_000}).json() == events
    shown = client.get(f"/api/runs/{run_id}").json()
    assert (shown["state"], shown["last_seq"]) == ("finished", len(events))
    history = client.get(f"/api/runs/{run_id}/history").json()
    assert history["history"]["loss"] == [event["loss"] for event in epochs]


def test_a_finished_run_is_replayed_from_any_point(server: Server, client: httpx.Client) -> None:
    run_id = start(client)
    with server.follow(run_id) as socket:
        events, _ = read(socket)

    for after in (0, 1, len(events) - 1, len(events), len(events) + 10):
        with server.follow(run_id, after) as socket:
            replayed, code = read(socket)
        assert replayed == events[after:]
        assert code == 1000


def test_coming_back_with_the_last_number_misses_nothing(server: Server, run: dict[str, Any]) -> None:
    seen: list[int] = []

    for _ in range(6):
        with server.follow(run["id"], seen[-1] if seen else 0) as socket:
            events, _ = read(socket, until=20)
            seen += [event["seq"] for event in events]

    assert seen == list(range(1, len(seen) + 1))


def test_a_viewer_that_never_reads_holds_up_nobody(
    server: Server, client: httpx.Client, run: dict[str, Any]
) -> None:
    with ExitStack() as idle:
        for _ in range(5):
            idle.enter_context(server.follow(run["id"], max_queue=1, close_timeout=0))

        with server.follow(run["id"]) as socket:
            events, _ = read(socket, until=2000)

        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        assert client.get("/api/health").elapsed.total_seconds() < 2


def test_a_run_is_paused_resumed_changed_and_stopped(client: httpx.Client, run: dict[str, Any]) -> None:
    path = f"/api/runs/{run['id']}"
    wait_for(client, path, "training")

    assert client.post(f"{path}/pause", headers=JSON).json()["state"] == "paused"
    assert client.post(f"{path}/pause", headers=JSON).status_code == 200
    assert client.post(f"{path}/resume", headers=JSON).json()["state"] == "training"
    changed = client.patch(f"{path}/training", json={"loss_weights": {"answer": 0.5}, "learning_rate": 0.001})
    assert changed.status_code == 200, changed.text
    assert client.post(f"{path}/stop", headers=JSON).status_code == 200
    wait_for(client, path, "stopped")
    assert client.post(f"{path}/stop", headers=JSON).status_code == 200
    assert client.post(f"{path}/pause", headers=JSON).status_code == 409
    kinds = [event["kind"] for event in client.get(f"{path}/events", params={"limit": 10_000}).json()]
    assert {"run_paused", "run_resumed", "training_changed"} <= set(kinds)


@pytest.mark.parametrize(
    "change",
    [
        {"learning_rate": 0},
        {"learning_rate": -1},
        {"loss_weights": {"nobody": 1}},
        {"loss_weights": 1},
        {"x": 1},
    ],
)
def test_a_wrong_change_is_a_problem_and_changes_nothing(
    client: httpx.Client, run: dict[str, Any], change: dict[str, Any]
) -> None:
    wait_for(client, f"/api/runs/{run['id']}", "training")

    answer = client.patch(f"/api/runs/{run['id']}/training", json=change)

    assert answer.status_code == 422, answer.text
    assert answer.json()["problems"]


def test_a_repeated_request_with_its_key_is_the_same_run(client: httpx.Client) -> None:
    key = {"Idempotency-Key": "one-and-only"}
    body = {"document": dense_document(epochs=1)}

    first = client.post("/api/runs", json=body, headers=key)
    again = client.post("/api/runs", json=body, headers=key)
    other = client.post("/api/runs", json={"document": dense_document(epochs=2)}, headers=key)

    assert first.status_code == again.status_code == 201
    assert first.json()["id"] == again.json()["id"]
    assert other.status_code == 422
    assert client.post("/api/runs", json=body, headers={"Idempotency-Key": "x" * 300}).status_code == 422


def test_a_project_is_trained_as_it_is_saved(client: httpx.Client) -> None:
    project = client.post("/api/projects", json={"document": dense_document("Saved", epochs=1)}).json()

    run = client.post("/api/runs", json={"project": project["id"]})

    assert run.status_code == 201, run.text
    assert run.json()["project"] == project["id"]
    assert run.json()["outputs"] == ["answer"]
    assert client.post("/api/runs", json={"project": "unknown"}).status_code == 404


@pytest.mark.parametrize(
    ("training", "code"),
    [
        ({"outputs": {"answer": {"loss": "nonsense"}}}, "loss."),
        ({"data": {"dataset": "nowhere"}}, "dataset.unknown"),
        ({"model": "nowhere"}, "."),
        ({"fit": {"epochs": 0}}, "document.invalid"),
        ({"outputs": {"nobody": {"loss": "mean_squared_error"}}}, "."),
    ],
)
def test_what_cannot_be_trained_is_refused_with_problems(
    client: httpx.Client, training: dict[str, Any], code: str
) -> None:
    answer = client.post("/api/runs", json={"document": dense_document(), "training": training})

    assert answer.status_code == 422, answer.text
    assert any(code in problem["code"] for problem in answer.json()["problems"])


def test_what_was_learned_can_be_evaluated_used_and_taken_away(server: Server, client: httpx.Client) -> None:
    run_id = start(client)
    with server.follow(run_id) as socket:
        read(socket)
    path = f"/api/runs/{run_id}"

    evaluated = client.post(f"{path}/evaluate", headers=JSON)
    predicted = client.post(f"{path}/predict", json={"inputs": {"given": [[0, 0, 0, 0], [1, 2, 3, 4]]}})
    artifacts = client.get(f"{path}/artifacts").json()["items"]

    assert evaluated.status_code == 200, evaluated.text
    assert evaluated.json()["loss"] >= 0
    assert predicted.status_code == 200, predicted.text
    assert [len(row) for row in predicted.json()["outputs"]["answer"]] == [1, 1]
    assert {"weights.safetensors", "history.json", "document.json"} <= {item["name"] for item in artifacts}
    for item in artifacts:
        fetched = client.get(f"{path}/artifacts/{item['name']}")
        assert len(fetched.content) == item["size_bytes"]
        assert fetched.headers["content-disposition"].startswith("attachment")
    for name in ("nothing", "..%2f..%2fdocument.json", "%2e%2e"):
        assert client.get(f"{path}/artifacts/{name}").status_code == 404


@pytest.mark.parametrize(
    "body",
    [{}, {"inputs": {}}, {"inputs": {"given": []}}, {"inputs": {"given": [[1, 2]]}}, {"inputs": {"x": [[1]]}},
     {"inputs": {"given": [["a", 1, 2, 3]]}}, {"inputs": {"given": [[1, 2, 3, 4], [1]]}},
     {"inputs": {"given": [[1, 2, 3, 4]]}, "dataset": "iris"}],
)  # fmt: skip
def test_rows_that_do_not_fit_are_a_problem(
    server: Server, client: httpx.Client, body: dict[str, Any]
) -> None:
    run_id = start(client, fit={"epochs": 1})
    with server.follow(run_id) as socket:
        read(socket)

    answer = client.post(f"/api/runs/{run_id}/predict", json=body)

    assert answer.status_code == 422, answer.text
    assert answer.json()["problems"]


def test_a_run_without_weights_cannot_predict_yet(client: httpx.Client, run: dict[str, Any]) -> None:
    answer = client.post(f"/api/runs/{run['id']}/predict", json={"inputs": {"given": [[1, 2, 3, 4]]}})

    assert answer.status_code == 409
    assert answer.json()["problems"][0]["code"] == "run.state"


def test_a_deleted_run_is_gone_with_its_websockets(server: Server, client: httpx.Client) -> None:
    run_id = start(client, **LONG)

    with server.follow(run_id) as socket:
        read(socket, until=1)
        assert client.delete(f"/api/runs/{run_id}").status_code == 204
        _, code = read(socket)

    assert code
    assert client.get(f"/api/runs/{run_id}").status_code == 404
    assert refused(server, run_id) == 404


def refused(server: Server, run_id: str, **options: Any) -> int:
    with pytest.raises(InvalidStatus) as error, server.follow(run_id, **options):
        pass
    body = json.loads(error.value.response.body)
    assert body["problems"][0]["code"]
    return int(error.value.response.status_code)


def test_a_handshake_that_is_refused_is_answered_by_http(server: Server, run: dict[str, Any]) -> None:
    bearer = {"Authorization": f"Bearer {TOKEN}"}

    assert refused(server, "unknown") == 404
    assert refused(server, run["id"], additional_headers={}) == 403
    assert refused(server, run["id"], additional_headers={}, origin=server.address) == 401
    assert refused(server, run["id"], additional_headers=bearer, origin="http://evil.example") == 403
    assert refused(server, run["id"], additional_headers={"Authorization": "Bearer x"}) == 401
    assert refused(server, "unknown/events?x=") == 404
    assert refused(server, run["id"], after=-1) == 422
    assert "handshake" not in "".join(server.output)


def test_logging_out_ends_the_websockets_of_the_session(server: Server, run: dict[str, Any]) -> None:
    with httpx.Client(base_url=server.address) as browser:
        assert browser.post("/api/session", json={"token": TOKEN}).status_code == 201
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())

        with server.follow(run["id"], additional_headers={"Cookie": cookie}, origin=server.address) as socket:
            read(socket, until=1)
            assert browser.delete("/api/session").status_code == 204
            _, code = read(socket)

    assert code == 4401
    assert refused(server, run["id"], additional_headers={"Cookie": cookie}, origin=server.address) == 401


def test_the_printed_address_signs_in_once(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        with httpx.Client(base_url=server.address) as browser:
            assert browser.post("/api/session", json={"ticket": server.ticket}).status_code == 201
            assert browser.get("/api/projects").status_code == 200
        with httpx.Client(base_url=server.address) as thief:
            assert thief.post("/api/session", json={"ticket": server.ticket}).status_code == 401


def test_a_stopped_server_closes_websockets_keeps_runs_and_exits_cleanly(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        with server.client as client:
            run_id = start(client, **LONG)
            with server.follow(run_id) as socket:
                events, _ = read(socket, until=50)
                began = time.monotonic()
                code = server.stop()
                assert time.monotonic() - began < 15
                more, closed = read(socket)
        assert code == 0
        assert closed in (1000, 1001, 1012)
        log = "".join(server.output)
        assert TOKEN not in log
        assert "Traceback" not in log

    with serving(tmp_path) as server, server.client as client:
        seen = events + more
        kept = client.get(f"/api/runs/{run_id}/events", params={"limit": len(seen)}).json()
        assert kept == seen
        client.delete(f"/api/runs/{run_id}")


def test_a_second_server_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path), pytest.raises(AssertionError, match=r"store\.in_use"), serving(tmp_path):
        pass


def test_the_server_never_loads_torch(server: Server, client: httpx.Client) -> None:
    maps = Path(f"/proc/{server.process.pid}/maps")
    if not maps.exists():
        pytest.skip("needs /proc")
    client.post("/api/check", json=dense_document())
    client.get("/api/layers")
    client.get("/api/datasets")
    client.get("/api/datasets/iris/preview")

    loaded = maps.read_text()

    for library in ("torch", "sklearn", "keras", "jaxlib", "polars"):
        assert f"/{library}" not in loaded, library


def wait_for(client: httpx.Client, path: str, state: str) -> None:
    deadline = time.monotonic() + 60
    while (seen := client.get(path).json()["state"]) != state:
        assert time.monotonic() < deadline, f"still {seen}"
        time.sleep(0.02)  # the only way to watch a state without its events
