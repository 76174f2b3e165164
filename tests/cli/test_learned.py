"""evaluate, report and predict of what `layerloom train --out` wrote."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from api import shop
from layerloom.cli.app import app
from layerloom.data.upload import import_file


class Place:
    """A folder with a data folder, a trained run and a file of rows."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.run = folder, str(folder / "trained")
        self.variables = {"LAYERLOOM_DATA_DIR": str(folder / "data"), "COLUMNS": "200"}
        self.rows = folder / "rows.csv"
        self.rows.write_bytes(shop.as_csv(shop.rows()))

    def __call__(self, *arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(app, list(arguments), env=self.variables)
        assert result.exit_code == code, result.output
        return result


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    made = Place(tmp_path_factory.mktemp("cli"))
    dataset = import_file(made.rows, "rows.csv", made.folder / "data" / "datasets")
    document = made.folder / "shop.json"
    document.write_text(json.dumps(shop.document(dataset.id)))
    made("train", str(document), "--out", made.run)
    return made


def test_evaluate_shows_keras_keys_of_any_rows(place: Place) -> None:
    shown = place("evaluate", place.run).stdout
    found = json.loads(place("evaluate", place.run, "--split", "all", "--json").stdout)
    of_file = json.loads(place("evaluate", place.run, "--data", str(place.rows), "--json").stdout)

    assert "size_accuracy: 0." in shown
    assert of_file == pytest.approx(found, rel=1e-6)
    assert set(found) == {
        "loss", "size_loss", "size_accuracy", "bought_loss", "bought_accuracy", "price_loss", "price_mae",
    }  # fmt: skip


def test_report_shows_what_is_confused_and_what_is_worst(place: Place) -> None:
    shown = place("report", place.run, "--split", "all").stdout
    report = json.loads(place("report", place.run, "--split", "all", "--json").stdout)

    assert "Target by predicted class" in shown
    assert "Area under the ROC curve" in shown
    assert "Prediction minus target" in shown
    worst = report["outputs"]["price"]["worst"][0]
    assert f"{worst['row']} " in shown
    assert report["rows"] == shop.ROWS


def test_predict_answers_a_file_with_a_file(place: Place, tmp_path: Path) -> None:
    place("predict", place.run, str(place.rows), "-o", str(tmp_path / "out.csv"))
    place("predict", place.run, str(place.rows), "-o", str(tmp_path / "out.json"))
    piped = place("predict", place.run, str(place.rows)).stdout
    lines = list(csv.DictReader((tmp_path / "out.csv").open(encoding="utf-8")))
    answer: dict[str, Any] = json.loads((tmp_path / "out.json").read_text())

    assert [line["size"] for line in lines] == answer["decoded"]["size"]
    right = [line["size"] == row["size"] for line, row in zip(lines, shop.rows(), strict=True)]
    assert sum(right) > 0.8 * shop.ROWS
    assert list(csv.DictReader(io.StringIO(piped))) == lines


def test_what_is_wrong_is_said_in_words(place: Place, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("age,city\n30.5,Oslo\n40.5,Paris\n", encoding="utf-8")

    assert "row 2" in place("predict", place.run, str(bad), code=1).stderr
    assert "is no folder of a run" in place("predict", str(tmp_path), str(bad), code=2).stderr
    assert "There is no file" in place("predict", place.run, str(tmp_path / "none.csv"), code=2).stderr
    assert "test" in place("evaluate", place.run, "--split", "test", code=1).stderr
    assert "no data set" in place("evaluate", place.run, "--data", "nothing", code=1).stderr
    unwritable = str(tmp_path / "no" / "where.csv")
    assert "can't be written" in place("predict", place.run, str(place.rows), "-o", unwritable, code=2).stderr
