"""`layerloom data`: sets in the folder, without a server, and then in a server's list."""

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner, Result

from layerloom.api.app import create_app
from layerloom.cli.app import app
from layerloom.settings import Settings

CSV = "length,kind\n1.5,cat\n2.5,dog\n3.5,cat\n"
TOKEN = "a-token-for-tests-0123456789"


def layerloom(*arguments: str, folder: Path) -> Result:
    environment = {"LAYERLOOM_DATA_DIR": str(folder / "data"), "COLUMNS": "200"}
    return CliRunner().invoke(app, list(arguments), env=environment)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_file_is_added_listed_shown_and_seen_by_a_server(tmp_path: Path) -> None:
    (tmp_path / "Animals.csv").write_text(CSV)

    added = layerloom("data", "add", "Animals.csv", folder=tmp_path)
    again = layerloom("data", "add", "Animals.csv", folder=tmp_path)
    listed = layerloom("data", "list", folder=tmp_path)
    shown = layerloom("data", "show", added.stdout.strip(), folder=tmp_path)
    plain = layerloom("data", "show", "--json", added.stdout.strip(), folder=tmp_path)

    assert added.exit_code == 0, added.stderr
    assert "3 rows, 2 columns" in added.stderr
    assert again.stdout == added.stdout
    assert "Animals" in listed.stdout
    assert "digit-pairs" in listed.stdout
    assert "cat (2), dog (1)" in shown.stdout
    assert json.loads(plain.stdout)["columns"]["length"]["mean"] == 2.5
    settings = Settings(data_dir=tmp_path / "data", token=TOKEN)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8420", headers=headers) as client:
        assert client.get(f"/api/datasets/{added.stdout.strip()}").json()["name"] == "Animals"
        assert added.stdout.strip() in [item["id"] for item in client.get("/api/datasets").json()["items"]]


def test_what_is_wrong_is_told_with_its_row(tmp_path: Path) -> None:
    (tmp_path / "ragged.csv").write_text("a,b\n1,2\n3\n")

    ragged = layerloom("data", "add", "ragged.csv", folder=tmp_path)
    absent = layerloom("data", "add", "nowhere.csv", folder=tmp_path)

    assert ragged.exit_code == 1
    assert "row 3 has 1 cells; 2 were expected" in ragged.stderr
    assert absent.exit_code == 2
    assert "nowhere.csv" in absent.stderr
