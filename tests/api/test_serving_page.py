"""The lines of docs/serving.md do what they say when they are pasted, one after the other, in one folder.

Commands and Python run in this process, which has torch already; everything else in a shell.
"""

import contextlib
import csv
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from layerloom.cli.app import app

from .server import REPOSITORY, TOKEN, serving

PAGE = (REPOSITORY / "docs" / "serving.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(sh|python)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_every_line_works_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(REPOSITORY / "examples" / "wine.json", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LAYERLOOM_TOKEN", TOKEN)
    monkeypatch.setenv("LAYERLOOM_DATA_DIR", str(tmp_path / "data"))
    with serving(tmp_path / "data") as server:
        said = pasted(server.address, tmp_path)

    predicted = list(csv.DictReader((tmp_path / "predicted.csv").open(encoding="utf-8")))
    report = json.loads((tmp_path / "report.json").read_text())
    assert [row["grower"] for row in predicted] == ["class 0", "class 1"]
    assert report["rows"] == 178
    assert "finished" in said
    assert '"decoded":{"grower":["class 0"]}' in said
    assert "{'grower': ['class 0', 'class 0']}" in said
    assert "accuracy: " in said
    assert "{'grower': ['class 0', 'class 1']}" in said
    assert len([kind for kind, _ in BLOCKS if kind == "python"]) >= 4


def pasted(address: str, folder: Path) -> str:
    """What all blocks printed; what a shell sets is kept for the next."""
    command = folder / "layerloom"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m layerloom "$@"\n')
    command.chmod(0o755)
    said, variables = "", ["set -e"]
    for kind, text in BLOCKS:
        here = text.replace("http://127.0.0.1:8420", address)
        if kind == "python":
            said += in_python(here)
        elif all(line.startswith("layerloom ") for line in here.splitlines()):
            said += "".join(map(in_command, here.splitlines()))
        else:
            said += in_shell("\n".join([*variables, here]), folder)
            variables += [line for line in here.splitlines() if re.match(r"(export )?[A-Z_]+=", line)]
    return said


def in_python(text: str) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(text, "docs/serving.md", "exec"), {"__name__": "pasted"})  # noqa: S102  # our own page
    return printed.getvalue()


def in_command(line: str) -> str:
    result = CliRunner().invoke(app, shlex.split(line)[1:])
    assert result.exit_code == 0, f"{line}\n{result.output}"
    return result.stdout


def in_shell(text: str, folder: Path) -> str:
    environment = {
        **os.environ,
        "PATH": f"{folder}:{os.environ['PATH']}",
        "PYTHONPATH": str(REPOSITORY / "server"),
    }
    result = subprocess.run(
        ["bash", "-c", text], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "problems" not in result.stdout, result.stdout
    return result.stdout
