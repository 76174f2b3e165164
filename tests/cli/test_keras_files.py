"""`layerloom import` of Keras' files, as a person types it."""

import io
import json
from pathlib import Path

import h5py
import numpy as np
from safetensors.numpy import load_file

from cli.test_commands import assert_said_plainly, layerloom
from layerloom.exchange.keras.saving import write_keras_archive
from layerloom.exchange.keras.tree import SavedLayer

CONFIG = {
    "class_name": "Sequential",
    "config": {
        "name": "small",
        "layers": [
            {
                "class_name": "InputLayer",
                "config": {"batch_shape": [None, 4], "dtype": "float32", "name": "given"},
            },
            {"class_name": "Dense", "config": {"name": "line", "units": 2}},
        ],
    },
}


def weights(path: Path, units: int = 2) -> Path:
    with h5py.File(path, "w") as file:
        file["layers/dense/vars/0"] = np.full((4, units), 0.5, "f4")
        file["layers/dense/vars/1"] = np.arange(units, dtype="f4")
    return path


def test_a_models_json_and_its_weights_become_a_document_and_safetensors(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text(json.dumps(CONFIG))
    weights(tmp_path / "w.weights.h5")

    result = layerloom(
        "import", "m.json", "--weights", "w.weights.h5", "-o", "d.json", "--save-weights", "w.safetensors",
        folder=tmp_path,
    )  # fmt: skip

    assert_said_plainly(result, 0)
    document = json.loads((tmp_path / "d.json").read_text())
    assert document["models"]["main"]["layers"]["line"]["config"] == {"units": 2}
    assert (tmp_path / "data/weights" / f"{document['training']['weights']}.safetensors").is_file()
    assert load_file(tmp_path / "w.safetensors")["line/bias"].tolist() == [0, 1]


def test_weights_that_do_not_fit_are_shown_and_the_document_is_written(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text(json.dumps(CONFIG))
    weights(tmp_path / "w.weights.h5", units=3)

    result = layerloom("import", "m.json", "--weights", "w.weights.h5", "-o", "d.json", folder=tmp_path)

    assert_said_plainly(result, 0)
    assert "weights.shape" in result.stderr
    assert (tmp_path / "d.json").is_file()


def test_an_unknown_layer_is_shown_and_the_command_ends_with_1(tmp_path: Path) -> None:
    config = json.loads(json.dumps(CONFIG))
    config["config"]["layers"].append({"class_name": "Lambda", "config": {"name": "code", "function": "…"}})
    (tmp_path / "m.json").write_text(json.dumps(config))

    result = layerloom("import", "m.json", "-o", "d.json", folder=tmp_path)

    assert_said_plainly(result, 1)
    assert "Lambda" in result.stderr
    assert (tmp_path / "d.json").is_file()


def test_an_archive_without_weights_in_it_can_not_save_any(tmp_path: Path) -> None:
    target = io.BytesIO()
    write_keras_archive(target, CONFIG, SavedLayer("Sequential", "small", ""), {}, {})
    (tmp_path / "m.keras").write_bytes(target.getvalue())

    result = layerloom(
        "import", "m.keras", "-o", "d.json", "--save-weights", "w.safetensors", folder=tmp_path
    )

    assert_said_plainly(result, 2)
    assert "usage.no_weights" in result.stderr


def test_an_imported_model_goes_back_to_keras_with_its_weights(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text(json.dumps(CONFIG))
    weights(tmp_path / "w.weights.h5")
    layerloom("import", "m.json", "--weights", "w.weights.h5", "-o", "d.json", folder=tmp_path)

    exported = layerloom("export", "d.json", "--to", "weights-h5", "-o", "out.h5", folder=tmp_path)

    assert_said_plainly(exported, 0)
    assert "difference" in exported.stderr or "not tried" in exported.stderr
    with h5py.File(tmp_path / "out.h5") as file:
        assert file["layers/dense/vars/1"][()].tolist() == [0, 1]


def test_weights_that_are_not_there_are_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text(json.dumps(CONFIG))
    layerloom("import", "m.json", "-o", "d.json", folder=tmp_path)

    result = layerloom("export", "d.json", "--to", "keras-archive", "--weights", "nowhere", folder=tmp_path)

    assert_said_plainly(result, 2)
    assert "usage.no_file" in result.stderr
