"""`layerloom train` and `preflight`: going on, warm starts, a file as data. In this process, which has torch by now."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from layerloom.cli.app import app

FIT = ("--set", "training.fit.seed=3")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LAYERLOOM_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def layerloom(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def test_a_training_goes_on_or_begins_with_its_weights(tmp_path: Path) -> None:
    def train(*more: str) -> str:
        done = layerloom("train", "two-outputs", *FIT, *more)
        assert done.exit_code == 0, done.output
        return done.stdout

    best = '[{"type": "ModelCheckpoint", "config": {"filepath": "at-{epoch}"}}]'
    train("--epochs", "1", "--out", "first", "--set", f"training.fit.callbacks={best}")
    assert "from epoch 2" in train("--epochs", "2", "--out", "second", "--continue", "first")
    assert "epoch 2/2" in train("--epochs", "2", "--out", "third", "--continue", "first/at-1")
    train("--epochs", "2", "--out", "whole")

    weights = [
        (tmp_path / name / "weights.safetensors").read_bytes() for name in ("second", "third", "whole")
    ]
    assert weights[0] == weights[1] == weights[2]
    wider = ("--set", "models.main.layers.trunk.config.units=5")
    limit = ("--set", "training.fit.time_limit_seconds=0.001")
    shown = train("--epochs", "1", "--warm-start", "first", *limit, *wider)
    assert "weights are kept" in shown
    assert "reshaped" in shown
    assert "Ended by time_limit_seconds" in shown
    refused = layerloom("train", "two-outputs", "--epochs", "1", "--continue", "first")
    assert refused.exit_code == 1
    assert "run.continue" in refused.stderr


def test_preflight_and_train_take_a_file(tmp_path: Path) -> None:
    rows = "\n".join(f"{number},{number % 7},{number % 5},{number % 3},{number % 2}" for number in range(60))
    (tmp_path / "table.csv").write_text("a,b,c,d,given\n" + rows, encoding="utf-8")
    document = {
        "format": "layerloom/1",
        "name": "Table",
        "models": {
            "main": {
                "layers": {
                    "row": {"type": "Input", "config": {"shape": [2]}},
                    "line": {"type": "Dense", "config": {"units": 1}},
                    "answer": {"type": "Output"},
                },
                "nodes": {
                    "row": {"layer": "row"},
                    "line": {"layer": "line", "inputs": {"inputs": ["row"]}},
                    "answer": {"layer": "answer", "inputs": {"inputs": ["line"]}},
                },
            }
        },
        "training": {
            "data": {"inputs": {"row": ["a", "b"]}, "targets": {"answer": "c"}},
            "outputs": {"answer": {"loss": "mse"}},
            "fit": {"epochs": 1},
        },
    }
    (tmp_path / "table.json").write_text(json.dumps(document), encoding="utf-8")

    tried = layerloom("preflight", "table.json", "--data", "table.csv", "--json")
    trained = layerloom("train", "table.json", "--data", "table.csv", "--out", "run")

    assert tried.exit_code == 0, tried.output
    assert json.loads(tried.stdout)["steps_per_epoch"] == 2
    assert trained.exit_code == 0, trained.output
    assert {path.name for path in (tmp_path / "run").iterdir()} == {
        "document.json", "encoders.json", "history.json", "state.safetensors", "weights.safetensors",
    }  # fmt: skip
    refused = layerloom("preflight", "table.json")
    assert refused.exit_code == 1
