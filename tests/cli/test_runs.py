"""`layerloom runs` against a real server: a run is begun, followed, changed, paused, stopped, compared, deleted."""

import csv
import io
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from api.server import TOKEN, serving
from layerloom.cli.app import app
from layerloom.cli.differences import differences

DOCUMENT = {
    "format": "layerloom/1",
    "name": "Line",
    "models": {
        "main": {
            "layers": {
                "given": {"type": "Input", "config": {"shape": [4]}},
                "line": {"type": "Dense", "config": {"units": 1}},
                "answer": {"type": "Output"},
            },
            "nodes": {
                "given": {"layer": "given"},
                "line": {"layer": "line", "inputs": {"inputs": ["given"]}},
                "answer": {"layer": "answer", "inputs": {"inputs": ["line"]}},
            },
        }
    },
    "training": {
        "data": {"dataset": "generated"},
        "optimizer": {"type": "SGD"},
        "outputs": {"answer": {"loss": "mean_squared_error"}},
        "fit": {"epochs": 2, "batch_size": 256, "seed": 1},
    },
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("server")) as server:
        yield server.address


@pytest.fixture
def file(tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("LAYERLOOM_TOKEN", TOKEN)
    monkeypatch.setenv("LAYERLOOM_URL", address)
    monkeypatch.setenv("COLUMNS", "200")
    path = tmp_path / "line.json"
    path.write_text(json.dumps(DOCUMENT))
    return str(path)


def said(*arguments: str) -> str:
    result = asked(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def asked(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["runs", *arguments])


def test_a_run_is_begun_followed_told_and_compared(file: str, tmp_path: Path) -> None:
    lines = said("start", file, "--wait").splitlines()
    first = lines[0]
    second = said("start", file, "--set", "models.main.layers.line.config.use_bias=false").strip()

    assert [line.partition("  ")[0] for line in lines if line.startswith("epoch")] == [
        "epoch 1/2",
        "epoch 2/2",
    ]
    events = [json.loads(line) for line in said("watch", second, "--json").splitlines()]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert events[-1]["kind"] == "run_finished"
    assert json.loads(said("show", first))["state"] == "finished"
    assert [item["id"] for item in json.loads(said("list", "--json"))["items"][:2]] == [second, first]
    assert first in said("list")
    rows = list(csv.DictReader(io.StringIO(said("history", first, "--csv"))))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert float(rows[1]["loss"]) == json.loads(said("history", first, "--json"))["history"]["loss"][1]
    compared = said("compare", first, second)
    assert "models.main.layers.line.config.use_bias" in compared
    assert "last loss" in compared
    said("delete", first)
    assert first not in said("list")


def test_a_run_goes_on_and_trains_with_a_file(file: str, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("a,b,c,d,y\n" + "\n".join(f"{i}.5,{i % 3}.5,1.5,{i % 7}.5,{i}.25" for i in range(64)))
    bound = ["--set", 'training.data={"inputs": {"given": ["a", "b", "c", "d"]}, "targets": {"answer": "y"}}']
    slow = ["--set", 'training.optimizer.config={"learning_rate": 1e-6}']

    first = said("start", file, "--data", str(rows), *bound, *slow, "--wait").split()[0]
    more = said("start", file, "--data", str(rows), *bound, *slow, "--set", "training.fit.epochs=3",
                "--continue", first, "--wait")  # fmt: skip

    assert "from epoch 3" in more


def test_a_run_is_changed_paused_resumed_and_stopped(file: str) -> None:
    run = said("start", file, "--set", "training.fit.epochs=1000000").strip()

    trains_by = time.monotonic() + 60
    while json.loads(said("show", run))["state"] != "training":
        assert time.monotonic() < trains_by
        time.sleep(0.05)
    said("change", run, "--learning-rate", "0.002", "--loss-weight", "answer=3")
    said("pause", run)
    assert json.loads(said("show", run))["state"] == "paused"
    said("resume", run)
    said("stop", run)

    events = [json.loads(line) for line in said("watch", run, "--json").splitlines()]
    kinds = [event["kind"] for event in events]
    assert [kind for kind in kinds if kind in ("run_paused", "run_resumed", "run_stopped")] == [
        "run_paused", "run_resumed", "run_stopped",
    ]  # fmt: skip
    changed = next(event for event in events if event["kind"] == "training_changed")
    assert (changed["loss_weights"], changed["learning_rate"]) == ({"answer": 3.0}, 0.002)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["show", "nothing"], 1, "nothing"),
        (["change", "r", "--loss-weight", "answer"], 2, "OUTPUT=NUMBER"),
        (["change", "r"], 2, "Nothing is to be changed"),
    ],
)
def test_what_can_not_be_done_is_told(file: str, arguments: list[str], code: int, words: str) -> None:
    result = asked(*arguments)

    assert result.exit_code == code
    assert words in result.stderr


def test_documents_differ_in_what_they_train_and_not_in_their_looks() -> None:
    other = json.loads(json.dumps(DOCUMENT))
    other |= {"name": "Other", "view": {"main": {}}}
    other["models"]["main"]["label"] = "Seen"
    other["models"]["main"]["nodes"]["line"]["label"] = "Seen"
    assert differences(DOCUMENT, other) == []

    other["training"]["outputs"]["label"] = {"loss": "mean_absolute_error"}
    del other["training"]["fit"]["seed"]

    assert differences(DOCUMENT, other) == [
        ("training.fit.seed", "1", ""),
        ("training.outputs.label", "", '{"loss":"mean_absolute_error"}'),
    ]
