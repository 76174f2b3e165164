"""The client against the real server: runs, events across a cut connection, problems in words."""

import threading
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

import layerloom
from api.server import REPOSITORY, TOKEN, Server, serving
from layerloom import ProblemError

DOCUMENT = orjson.loads((REPOSITORY / "examples" / "shared-lstm.json").read_bytes())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("client")) as running:
        yield running


def test_a_run_is_followed_from_its_first_event_to_its_last(server: Server) -> None:
    with layerloom.Client(server.address, TOKEN) as client:
        run = client.train(DOCUMENT, {"fit": {"epochs": 1}})
        events = list(run)

        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        assert events[0]["kind"] == "run_queued"
        assert events[-1]["kind"] == "run_finished"
        assert run.state()["state"] == "finished"
        assert set(run.predict({"first": [[[0.0] * 8] * 8], "second": [[[0.0] * 8] * 8]})) == {"same"}
        assert list(run.events(after=len(events) - 1)) == events[-1:]
        assert list(run.events(after=len(events))) == []


def test_a_run_goes_on_from_another_or_begins_with_its_weights(server: Server) -> None:
    short = {"fit": {"epochs": 1, "time_limit_seconds": 0.001}}
    with layerloom.Client(server.address, TOKEN) as client:
        run = client.train(DOCUMENT, {"fit": {"epochs": 1}})
        run.wait()

        more = list(client.train(DOCUMENT, {"fit": {"epochs": 2}}, continues=run))
        warm = list(client.train(DOCUMENT, short, warm_start=run.id))
        found = client.preflight(DOCUMENT)

        assert (more[0]["continues"], warm[0]["warm_start"]) == (run.id, run.id)
        assert [event["epoch"] for event in more if event["kind"] == "epoch_ended"] == [2]
        assert found["ok"]
        assert found["steps"] == found["steps_per_epoch"] * DOCUMENT["training"]["fit"]["epochs"]


def test_a_cut_connection_loses_and_doubles_nothing(tmp_path: Path) -> None:
    with serving(tmp_path) as first:
        port = first.address.rsplit(":", 1)[1]
        client = layerloom.Client(first.address, TOKEN)
        run = client.train(DOCUMENT, {"fit": {"epochs": 3}})
        seen: list[int] = []
        cut = threading.Event()

        def follow() -> None:
            for event in run:
                seen.append(event["seq"])
                if len(seen) == 30:
                    cut.set()

        follower = threading.Thread(target=follow)
        follower.start()
        assert cut.wait(60)
        first.process.kill()
        first.process.wait()
        with serving(tmp_path, port):
            follower.join(120)

    assert not follower.is_alive()
    assert seen == list(range(1, len(seen) + 1))
    assert len(seen) > 60


def test_a_document_that_cannot_be_trained_raises_its_problems(server: Server) -> None:
    broken = {**DOCUMENT, "models": {"main": {"layers": {}, "nodes": {}}}}

    with layerloom.Client(server.address, TOKEN) as client, pytest.raises(ProblemError) as caught:
        client.train(broken)

    assert all(problem.hint for problem in caught.value.problems)


def test_a_wrong_token_and_a_server_that_is_not_there_are_said_in_words(server: Server) -> None:
    with layerloom.Client(server.address, "wrong") as client, pytest.raises(ProblemError, match="token"):
        client.runs()
    with (
        layerloom.Client("http://127.0.0.1:9", TOKEN, patience=0.1) as client,
        pytest.raises(ProblemError, match="can't be reached"),
    ):
        client.runs()
