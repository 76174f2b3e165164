"""Raw rows for the model of a run's folder: encoded, evaluated, and answered in the columns' own words."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import layerloom
from api import shop
from layerloom import ProblemError
from layerloom.cli.app import app
from layerloom.data.upload import import_file
from layerloom.library import asking


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rows")
    (folder / "rows.csv").write_bytes(shop.as_csv(shop.rows()))
    dataset = import_file(folder / "rows.csv", "rows.csv", folder / "data" / "datasets")
    (folder / "shop.json").write_text(json.dumps(shop.document(dataset.id)))
    command = ["train", str(folder / "shop.json"), "--out", str(folder / "run")]
    result = CliRunner().invoke(app, command, env={"LAYERLOOM_DATA_DIR": str(folder / "data")})
    assert result.exit_code == 0, result.output
    return folder / "run"


def test_raw_rows_are_predicted_and_evaluated(run: Path) -> None:
    model, table = layerloom.load(run), shop.rows(50, seed=2)
    outputs = model.predict(table)
    found = model.evaluate(table)
    said = model.decode(outputs)

    right = np.mean([row["size"] == size for row, size in zip(table, said["size"], strict=True)])
    assert found["size_accuracy"] == pytest.approx(right)
    assert right > 0.8
    assert set(said["bought"]) <= {"yes", "no"}
    error = np.mean(np.abs(np.array(said["price"]) - [row["price"] for row in table]))
    scale = model.encoders["price"].columns[0].decode(np.array([0.0, 1.0]))
    assert found["price_mae"] == pytest.approx(error / float(np.ptp(scale)), rel=1e-4)


def test_a_value_that_does_not_fit_is_named(run: Path) -> None:
    model = layerloom.load(run)

    with pytest.raises(ProblemError, match="row 2"):
        model.predict([{"age": 30, "city": "Oslo"}, {"age": 30, "city": "Paris"}])
    with pytest.raises(ProblemError, match="`size`"):
        model.evaluate([{"age": 30, "city": "Oslo"}])
    alone = layerloom.load(json.loads((run / "document.json").read_text()))
    with pytest.raises(ProblemError, match="no run"):
        alone.predict(shop.rows(2))


def test_a_client_sends_arrays_scalars_and_the_bytes_of_files_as_json() -> None:
    by_input = asking.prediction({"x": np.ones((1, 2), np.float32)}, ["hidden"])
    by_column = asking.prediction([{"age": np.float32(1.5), "image": b"PNG", "city": "Oslo"}])

    assert by_input == {"inputs": {"x": [[1.0, 1.0]]}, "nodes": ["hidden"]}
    assert by_column == {"rows": [{"age": 1.5, "image": "UE5H", "city": "Oslo"}], "nodes": []}
    assert asking.rows_of(None, "test") == {"split": "test"}
