"""Images through the real server: a ZIP trains, a PNG is told by its class, a ZIP in gives a file out."""

import base64
import csv
import io
import time
import zipfile
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from .server import serving

COLOURS = {"blue": (20, 30, 220), "green": (20, 200, 40), "red": (210, 20, 30)}


def png(colour: str, seed: int) -> bytes:
    """9 by 7 pixels of nearly one colour."""
    noise = np.random.default_rng(seed).integers(-15, 16, (7, 9, 3))
    pixels = np.clip(np.array(COLOURS[colour]) + noise, 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def archive(each: int, first: int = 0) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as opened:
        for number in range(first, first + each):
            for colour in COLOURS:
                opened.writestr(f"{colour}/{number:03}.png", png(colour, number))
    return file.getvalue()


def document(dataset: str) -> dict[str, Any]:
    def node(layer: str, source: str) -> dict[str, Any]:
        return {"layer": layer, "inputs": {"inputs": [source]}}

    image = {"type": "image", "config": {"height": 6, "width": 6, "channels": 3}}
    return {
        "format": "layerloom/1",
        "name": "Colours",
        "models": {
            "main": {
                "layers": {
                    "image": {"type": "Input", "config": {"shape": [6, 6, 3]}},
                    "conv": {"type": "Conv2D", "config": {"filters": 4, "kernel_size": 3}},
                    "flat": {"type": "Flatten"},
                    "which": {"type": "Dense", "config": {"units": 3, "activation": "softmax"}},
                    "colour": {"type": "Output"},
                },
                "nodes": {
                    "image": {"layer": "image"},
                    "conv": node("conv", "image"),
                    "flat": node("flat", "conv"),
                    "which": node("which", "flat"),
                    "colour": node("colour", "which"),
                },
            }
        },
        "training": {
            "model": "main",
            "data": {
                "dataset": dataset,
                "inputs": {"image": {"columns": "image", "encoder": image}},
                "targets": {"colour": "label"},
                "split": {"by": "stratified", "validation": 0.2, "test": 0.2, "seed": 1},
            },
            "optimizer": {"type": "Adam", "config": {"learning_rate": 0.02}},
            "outputs": {"colour": {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]}},
            "fit": {"epochs": 15, "batch_size": 16, "seed": 1},
        },
    }


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, str]]:
    with serving(tmp_path_factory.mktemp("images")) as server, server.client as client:
        uploaded = client.post("/api/datasets", files={"file": ("colours.zip", archive(20))})
        assert uploaded.status_code == 201, uploaded.text
        started = client.post("/api/runs", json={"document": document(uploaded.json()["id"])})
        assert started.status_code == 201, started.text
        path = f"/api/runs/{started.json()['id']}"
        until = time.monotonic() + 60
        while (state := client.get(path).json())["state"] != "finished":
            assert time.monotonic() < until, state
            time.sleep(0.05)
        yield client, path


def test_a_picture_is_told_by_its_class(run: tuple[httpx.Client, str]) -> None:
    client, path = run
    colours = ["red", "blue", "green", "blue"]
    rows = [{"image": base64.b64encode(png(name, 900 + at)).decode()} for at, name in enumerate(colours)]
    answer = client.post(f"{path}/predict", json={"rows": rows, "nodes": ["conv"]})

    assert answer.status_code == 200, answer.text
    assert answer.json()["decoded"] == {"colour": colours}
    assert np.shape(answer.json()["nodes"]["conv"]) == (4, 4, 4, 4)


def test_a_picture_that_does_not_decode_is_named(run: tuple[httpx.Client, str]) -> None:
    client, path = run
    good = base64.b64encode(png("red", 1)).decode()

    for bad in (base64.b64encode(png("red", 1)[:40]).decode(), "no base64 at all", 7):
        answer = client.post(f"{path}/predict", json={"rows": [{"image": good}, {"image": bad}]})
        assert answer.status_code == 422, answer.text
        problem = answer.json()["problems"][0]
        assert "row 2" in problem["message"]
        assert "`image`" in problem["message"]
    assert client.post(f"{path}/predict", json={"rows": [{"image": good}]}).status_code == 200


def test_an_archive_of_pictures_goes_in_and_a_table_comes_out(run: tuple[httpx.Client, str]) -> None:
    client, path = run
    answer = client.post(f"{path}/predict", files={"file": ("new.zip", archive(4, first=500))})

    assert answer.status_code == 200, answer.text
    found = [line["colour"] for line in csv.DictReader(io.StringIO(answer.text))]
    assert found == sorted(list(COLOURS) * 4)


def test_the_test_part_of_a_split_is_evaluated_and_its_worst_are_named(run: tuple[httpx.Client, str]) -> None:
    client, path = run
    found = client.post(f"{path}/evaluate", json={"split": "test"}).json()
    report = client.post(f"{path}/report", json={"split": "test"}).json()

    assert found["accuracy"] == 1.0
    assert report["rows"] == 12
    assert report["outputs"]["colour"]["confusion"] == [[4, 0, 0], [0, 4, 0], [0, 0, 4]]
    rows = [sample["row"] for sample in report["outputs"]["colour"]["worst"]]
    assert len(set(rows)) == 12
    assert max(rows) >= 40, "rows of the data set, not of the part"
