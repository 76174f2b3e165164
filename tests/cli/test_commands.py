"""The small commands, each as a process, as a person starts it."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from layerloom import __version__
from layerloom.document import to_text
from layerloom.versions import load_document

REPOSITORY = Path(__file__).parents[2]


def layerloom(
    *arguments: str, folder: Path, stdin: str | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Runs `layerloom …` with a data folder of its own and no settings from outside."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LAYERLOOM_")}
    environment = {
        **inherited,
        "LAYERLOOM_DATA_DIR": str(folder / "data"),
        "PYTHONPATH": str(REPOSITORY / "server"),
        "COLUMNS": "200",
        "OMP_NUM_THREADS": "1",
        **variables,
    }
    return subprocess.run(
        [sys.executable, "-m", "layerloom", *arguments],
        capture_output=True,
        text=True,
        input=stdin,
        cwd=folder,
        env=environment,
        timeout=240,
        check=False,
    )


def document(**changes: object) -> str:
    """One Dense layer between an Input and an Output, trained on generated rows."""
    return json.dumps(
        {
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
                "model": "main",
                "data": {"dataset": "generated"},
                "optimizer": {"type": "SGD"},
                "outputs": {"answer": {"loss": "mean_squared_error", "metrics": ["mean_absolute_error"]}},
                "fit": {"epochs": 2, "seed": 1, "validation_split": 0.25},
            },
            **changes,
        }
    )


def assert_said_plainly(result: subprocess.CompletedProcess[str], code: int) -> None:
    assert result.returncode == code, result.stdout + result.stderr
    assert "Traceback" not in result.stdout + result.stderr


def test_the_version_is_shown(tmp_path: Path) -> None:
    assert layerloom("version", folder=tmp_path).stdout.strip() == __version__


def test_help_lists_every_command(tmp_path: Path) -> None:
    shown = layerloom("--help", folder=tmp_path).stdout

    for command in (
        "serve",
        "train",
        "check",
        "preflight",
        "examples",
        "import",
        "export",
        "token",
        "openapi",
        "version",
    ):
        assert command in shown


def test_the_token_is_made_once_and_kept_private(tmp_path: Path) -> None:
    first = layerloom("token", folder=tmp_path).stdout.strip()

    assert len(first) >= 40
    assert layerloom("token", folder=tmp_path).stdout.strip() == first
    assert stat.S_IMODE((tmp_path / "data/token").stat().st_mode) == 0o600
    assert layerloom("token", folder=tmp_path, LAYERLOOM_TOKEN="chosen").stdout.strip() == "chosen"


def test_the_api_is_described_as_json(tmp_path: Path) -> None:
    described = json.loads(layerloom("openapi", folder=tmp_path).stdout)

    assert described["info"]["version"] == __version__
    assert "/api/runs" in described["paths"]


def test_a_wrong_setting_is_said_plainly(tmp_path: Path) -> None:
    result = layerloom("token", folder=tmp_path, LAYERLOOM_PORT="many")

    assert_said_plainly(result, 2)
    assert "LAYERLOOM_PORT" in result.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5"])
def test_serving_others_needs_a_token_that_somebody_chose(tmp_path: Path, host: str) -> None:
    result = layerloom("serve", "--host", host, "--port", "0", folder=tmp_path)

    assert_said_plainly(result, 2)
    assert "LAYERLOOM_TOKEN" in result.stderr


def test_examples_are_listed_and_copied(tmp_path: Path) -> None:
    listed = layerloom("examples", folder=tmp_path)
    assert_said_plainly(listed, 0)
    assert "start" in listed.stdout

    copied = layerloom("examples", "--copy", "start", folder=tmp_path)

    assert_said_plainly(copied, 0)
    text = (tmp_path / "start.json").read_bytes()
    assert to_text(load_document(text)).encode() == text
    assert_said_plainly(layerloom("examples", "--copy", "start", folder=tmp_path), 2)
    assert_said_plainly(layerloom("examples", "--copy", "start", "--force", folder=tmp_path), 0)


def test_an_unknown_example_is_said_plainly(tmp_path: Path) -> None:
    result = layerloom("examples", "--copy", "nothing", folder=tmp_path)

    assert_said_plainly(result, 1)
    assert "start" in result.stderr


def test_a_document_goes_out_and_in_unchanged(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text(document())

    exported = layerloom("export", "mine.json", "--to", "layerloom", "-o", "out.json", folder=tmp_path)
    imported = layerloom("import", "out.json", folder=tmp_path)

    assert_said_plainly(exported, 0)
    assert imported.stdout == (tmp_path / "out.json").read_text()
    assert json.loads(imported.stdout) == json.loads(document())


def test_a_document_becomes_source_that_torch_alone_runs(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text(document())

    exported = layerloom("export", "mine.json", "--to", "torch", "-o", "model.py", folder=tmp_path)
    ran = subprocess.run(
        [sys.executable, "-I", "model.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert_said_plainly(exported, 0)
    assert "Largest difference" in exported.stderr
    assert ran.returncode == 0, ran.stderr


def test_a_format_that_is_not_there_lists_those_that_are(tmp_path: Path) -> None:
    result = layerloom("export", "-", "--to", "tflite", folder=tmp_path, stdin=document())

    assert_said_plainly(result, 1)
    assert "layerloom" in result.stderr


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"{", "document.not_json"), (b"PK\x03\x04", "archive.broken"),
     (b'{"x": 1}', "document.invalid"),
     (b"\x89HDF\r\n\x1a\n", "h5.broken"), (b'{"class_name": "Functional"}', "import.subclassed")],
)  # fmt: skip
def test_a_file_that_is_no_document_is_said_plainly(tmp_path: Path, content: bytes, code: str) -> None:
    (tmp_path / "file").write_bytes(content)

    result = layerloom("import", "file", folder=tmp_path)

    assert_said_plainly(result, 1)
    assert code in result.stderr


def test_a_file_that_is_not_there_is_said_plainly(tmp_path: Path) -> None:
    for command in ("check", "train", "import", "export"):
        assert_said_plainly(layerloom(command, "nowhere.json", folder=tmp_path), 2)


def test_check_shows_shapes_weights_and_totals(tmp_path: Path) -> None:
    result = layerloom("check", "-", folder=tmp_path, stdin=document())

    assert_said_plainly(result, 0)
    for text in ("given", "Dense", "(batch, 1)", "Weights: 5", "trainable: 5"):
        assert text in result.stdout


def test_check_exits_with_1_on_a_problem_and_names_its_node(tmp_path: Path) -> None:
    broken = json.loads(document())
    broken["models"]["main"]["nodes"]["line"]["inputs"] = {"inputs": []}

    result = layerloom("check", "-", folder=tmp_path, stdin=json.dumps(broken))

    assert_said_plainly(result, 1)
    assert "main.line" in result.stdout
    assert "port.missing" in result.stdout


def test_check_gives_what_the_api_gives(tmp_path: Path) -> None:
    result = layerloom("check", "-", "--json", folder=tmp_path, stdin=document())

    answer = json.loads(result.stdout)
    assert answer["ok"] is True
    assert answer["totals"]["weights"] == 5


def test_train_shows_every_epoch_and_leaves_its_files(tmp_path: Path) -> None:
    result = layerloom("train", "-", "--epochs", "3", "--out", "run", folder=tmp_path, stdin=document())

    assert_said_plainly(result, 0)
    for epoch in (1, 2, 3):
        assert f"epoch {epoch}/3" in result.stdout
    assert "answer: loss" in result.stdout
    assert "mean_absolute_error" in result.stdout
    assert "val loss" in result.stdout
    history = json.loads((tmp_path / "run/history.json").read_text())
    assert history["epoch"] == [1, 2, 3]
    assert len(history["history"]["val_loss"]) == 3
    assert json.loads((tmp_path / "run/document.json").read_text())["training"]["fit"]["epochs"] == 3
    assert (tmp_path / "run/weights.safetensors").stat().st_size > 0


def test_train_takes_any_place_of_the_document(tmp_path: Path) -> None:
    result = layerloom(
        "train", "-", "--set", "training.fit.epochs=1", "--set", "training.optimizer.type=Adam", "--out", "run",
        folder=tmp_path, stdin=document(),
    )  # fmt: skip

    assert_said_plainly(result, 0)
    trained = json.loads((tmp_path / "run/document.json").read_text())["training"]
    assert (trained["fit"]["epochs"], trained["optimizer"]["type"]) == (1, "Adam")


@pytest.mark.parametrize("value", ["training.fit.epochs", "=3", "training..epochs=3", "name.x=1"])
def test_a_place_that_is_none_is_said_plainly(tmp_path: Path, value: str) -> None:
    assert_said_plainly(layerloom("check", "-", "--set", value, folder=tmp_path, stdin=document()), 2)


def test_train_exits_with_1_on_a_bad_document_and_trains_nothing(tmp_path: Path) -> None:
    result = layerloom(
        "train", "-", "--set", "training.outputs.answer.loss=nonsense", folder=tmp_path, stdin=document()
    )

    assert_said_plainly(result, 1)
    assert "nonsense" in result.stderr
    assert "epoch" not in result.stdout


def test_check_and_token_never_load_torch(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom layerloom.cli.app import app\n"
        "app(['check', 'start'], standalone_mode=False)\n"
        "print(sorted({'torch', 'sklearn', 'keras', 'jax'} & set(sys.modules)))"
    )
    environment = {
        **os.environ,
        "LAYERLOOM_DATA_DIR": str(tmp_path),
        "PYTHONPATH": str(REPOSITORY / "server"),
    }

    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=60, check=False
    )

    assert result.stdout.endswith("[]\n"), result.stdout + result.stderr
