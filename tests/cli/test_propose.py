"""`layerloom propose`: a document that trains on a file at once."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from api.builder import dense_document
from layerloom.cli.app import app
from layerloom.document import validated
from layerloom.runs.preparation import prepare


def layerloom(*arguments: str, folder: Path) -> Result:
    environment = {"LAYERLOOM_DATA_DIR": str(folder / "data"), "COLUMNS": "200"}
    return CliRunner().invoke(app, list(arguments), env=environment)


@pytest.fixture
def flowers(tmp_path: Path) -> str:
    random = np.random.default_rng(0)
    rows = [
        f"{random.random():.3f},{random.random():.3f},{'red' if row % 2 else ''},{'abc'[row % 3]}"
        for row in range(60)
    ]
    file = tmp_path / "flowers.csv"
    file.write_text("\n".join(["length,width,colour,kind", *rows]))
    return str(file)


def test_a_document_is_fitted_to_a_file(tmp_path: Path, flowers: str) -> None:
    (tmp_path / "document.json").write_text(json.dumps(dense_document()))

    done = layerloom("propose", str(tmp_path / "document.json"), flowers, folder=tmp_path)

    assert done.exit_code == 0, done.stderr
    fitted = json.loads(done.stdout)
    assert not prepare(validated(fitted), tmp_path / "data" / "datasets").problems
    layers = fitted["models"]["main"]["layers"]
    assert layers["given"]["config"]["shape"] == [3]
    assert layers["decide"]["config"] == {"units": 3, "activation": "softmax"}
    assert fitted["training"]["data"]["targets"] == {"answer": "kind"}
    assert fitted["training"]["outputs"]["answer"]["loss"] == "sparse_categorical_crossentropy"
    assert fitted["training"]["fit"] == dense_document()["training"]["fit"]


def test_an_unknown_data_set_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "document.json").write_text(json.dumps(dense_document()))

    done = layerloom("propose", str(tmp_path / "document.json"), "nothing", folder=tmp_path)

    assert done.exit_code == 1
    assert "There is no data set `nothing`" in done.stderr
