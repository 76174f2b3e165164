"""Files of Keras through REST: a document and kept weights; harmful files are refused, and the server goes on."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from safetensors.numpy import load, save
from starlette.testclient import TestClient

from layerloom.exchange.keras.saving import write_weights
from layerloom.exchange.keras.tree import SavedLayer

from .builder import dense_document

NO_WEIGHTS = "0" * 64


def keras_json(units: int = 2) -> dict[str, Any]:
    layers = [
        {
            "class_name": "InputLayer",
            "config": {"batch_shape": [None, 4], "dtype": "float32", "name": "given"},
        },
        {"class_name": "Dense", "config": {"name": "line", "units": units}},
    ]
    return {"class_name": "Sequential", "config": {"name": "small", "layers": layers}}


def weights_h5(units: int = 2) -> bytes:
    target = io.BytesIO()
    write_weights(target, SavedLayer("Sequential", "small", ""), {}, {})
    with h5py.File(target, "a") as file:
        file["layers/dense/vars/0"] = np.full((4, units), 0.5, "f4")
        file["layers/dense/vars/1"] = np.arange(units, dtype="f4")
    return target.getvalue()


def keras_archive(**members: bytes) -> bytes:
    content = {"config.json": json.dumps(keras_json()).encode(), "model.weights.h5": weights_h5()}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, part in {**content, **members}.items():
            archive.writestr(name, part)
    return target.getvalue()


def test_an_archive_becomes_a_document_whose_training_begins_with_its_weights(owner: TestClient) -> None:
    answer = owner.post("/api/import", files={"file": ("m.keras", keras_archive())})

    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["problems"] == []
    assert body["weights"]["count"] == 2
    assert body["document"]["training"]["weights"] == body["weights"]["id"]
    kept = owner.get(f"/api/weights/{body['weights']['id']}")
    assert len(kept.content) == body["weights"]["bytes"]
    arrays = load(kept.content)
    assert sorted(arrays) == ["line/bias", "line/kernel"]
    assert arrays["line/bias"].tolist() == [0, 1]


def test_json_takes_the_weights_beside_it(owner: TestClient) -> None:
    config = json.dumps(keras_json()).encode()

    bare = owner.post("/api/import", files={"file": ("m.json", config)}).json()
    both = owner.post(
        "/api/import", files={"file": ("m.json", config), "weights": ("w.h5", weights_h5())}
    ).json()

    assert bare["weights"] is None
    assert both["weights"]["count"] == 2
    assert bare["document"]["models"] == both["document"]["models"]


def test_weights_that_do_not_fit_are_named(owner: TestClient) -> None:
    config = json.dumps(keras_json(units=3)).encode()

    answer = owner.post("/api/import", files={"file": ("m.json", config), "weights": ("w.h5", weights_h5())})

    assert answer.status_code == 200
    body = answer.json()
    assert body["weights"] is None
    assert {each["code"] for each in body["problems"]} == {"weights.shape"}
    assert "(4, 2)" in body["problems"][0]["message"]


def evil_h5() -> bytes:
    target = io.BytesIO()
    with h5py.File(target, "w") as file:
        file["layers/dense/vars"] = h5py.ExternalLink("/etc/passwd", "/x")
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (keras_archive(**{"../../evil": b"x"}), "archive.path"),
        (keras_archive(**{"model.weights.h5": evil_h5()}), "h5.link"),
        (keras_archive(**{"model.weights.h5": b"\x80\x04\x95pickle"}), "weights.broken"),
        (keras_archive(**{"config.json": b"[" * 100_000}), "document.not_json"),
        (weights_h5(), "import.weights_alone"),
    ],
)
def test_a_harmful_file_is_refused_and_the_server_goes_on(
    owner: TestClient, settings: Any, content: bytes, code: str
) -> None:
    answer = owner.post("/api/import", files={"file": ("m.keras", content)})

    assert answer.status_code in (400, 422)
    assert answer.json()["problems"][0]["code"] == code
    assert owner.get("/api/health").status_code == 200
    assert list((Path(settings.data_dir) / "uploads").iterdir()) == []


def test_weights_are_kept_once_however_often_they_come(owner: TestClient) -> None:
    content = save({"line/kernel": np.ones((4, 2), "f4")})

    first = owner.post("/api/weights", files={"file": ("w.safetensors", content)})
    again = owner.post("/api/weights", files={"file": ("w.safetensors", content)})

    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert owner.get(first.headers["location"]).status_code == 200


@pytest.mark.parametrize("content", [b"", b"\xff" * 8 + b"{}", b"\x80\x04pickle", weights_h5()])
def test_what_are_no_weights_is_refused(owner: TestClient, content: bytes) -> None:
    answer = owner.post("/api/weights", files={"file": ("w.safetensors", content)})

    assert answer.status_code == 422
    assert answer.json()["problems"][0]["code"] == "weights.broken"


@pytest.mark.parametrize("name", [NO_WEIGHTS, "x", "..%2f..%2ftoken", "a" * 90])
def test_weights_that_are_not_kept_are_a_404(owner: TestClient, name: str) -> None:
    assert owner.get(f"/api/weights/{name}").status_code == 404


def trainable(weights: str, epochs: int = 1) -> dict[str, Any]:
    document = dense_document(epochs=epochs)
    document["training"]["weights"] = weights
    return document


def test_a_run_with_unknown_weights_is_a_422(owner: TestClient) -> None:
    answer = owner.post("/api/runs", json={"document": trainable(NO_WEIGHTS)})

    assert answer.status_code == 422
    problem = answer.json()["problems"][0]
    assert problem["code"] == "weights.unknown"
    assert problem["field"] == "training.weights"


def test_weights_that_do_not_fit_the_document_are_a_warning(owner: TestClient) -> None:
    content = save({"x/kernel": np.ones((4, 2), "f4")})
    kept = owner.post("/api/weights", files={"file": ("w.safetensors", content)}).json()

    checked = owner.post("/api/check", json=trainable(kept["id"])).json()

    assert checked["ok"]
    warning = next(each for each in checked["problems"] if each["code"] == "weights.misfit")
    assert warning["severity"] == "warning"


def test_training_begins_with_kept_weights(owner: TestClient) -> None:
    document = dense_document(epochs=1)
    optimizer = {"type": "SGD", "config": {"learning_rate": 0.0}}
    document["training"]["optimizer"] = optimizer
    first = finished(owner, document)
    arrays = {name: np.full_like(array, 0.25) for name, array in first.items()}
    kept = owner.post("/api/weights", files={"file": ("w.safetensors", save(arrays))}).json()

    document["training"]["weights"] = kept["id"]
    second = finished(owner, document)

    assert arrays.keys() == second.keys()
    for name, array in second.items():
        np.testing.assert_array_equal(array, arrays[name])
        assert not np.array_equal(array, first[name])


def finished(owner: TestClient, document: dict[str, Any]) -> dict[str, Any]:
    run = owner.post("/api/runs", json={"document": document})
    assert run.status_code == 201, run.text
    path = f"/api/runs/{run.json()['id']}"
    with owner.websocket_connect(f"ws://127.0.0.1:8420{path}/events", headers=dict(owner.headers)) as socket:
        while "run_finished" not in socket.receive_text():
            pass
    return load(owner.get(f"{path}/artifacts/weights.safetensors").content)


def test_an_import_is_exported_with_its_weights(owner: TestClient) -> None:
    document = owner.post("/api/import", files={"file": ("m.keras", keras_archive())}).json()["document"]

    answer = owner.post("/api/export/keras-archive", json=document)

    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].endswith(".keras")
    assert float(answer.headers["layerloom-largest-difference"]) < 1e-5
    again = owner.post("/api/import", files={"file": ("m.keras", answer.content)}).json()
    assert again["weights"]["id"] == document["training"]["weights"]


def test_an_export_with_unknown_weights_is_a_422(owner: TestClient) -> None:
    answer = owner.post("/api/export/weights-h5", json=trainable(NO_WEIGHTS))

    assert answer.status_code == 422
    assert answer.json()["problems"][0]["code"] == "weights.unknown"


def test_a_run_leaves_files_for_keras(owner: TestClient) -> None:
    run = owner.post("/api/runs", json={"document": dense_document(epochs=1)}).json()
    path = f"/api/runs/{run['id']}"
    with owner.websocket_connect(f"ws://127.0.0.1:8420{path}/events", headers=dict(owner.headers)) as socket:
        while "run_finished" not in socket.receive_text():
            pass

    weights = load(owner.get(f"{path}/artifacts/weights.safetensors").content)
    archive = owner.get(f"{path}/artifacts/model.keras")
    imported = owner.post("/api/import", files={"file": ("m.keras", archive.content)}).json()
    kept = load(owner.get(f"/api/weights/{imported['weights']['id']}").content)

    assert owner.get(f"{path}/artifacts/model.weights.h5").status_code == 200
    assert {name: array.tolist() for name, array in kept.items()} == {
        name: array.tolist() for name, array in weights.items()
    }
