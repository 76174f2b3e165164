"""A file of one's own, through the real server: proposed, bound, trained, evaluated on test rows, and asked."""

import base64
import io
import itertools
import json
import time
import zipfile
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from .server import serving

Json = dict[str, Any]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with serving(tmp_path_factory.mktemp("own")) as running, running.client as client:
        yield client


def model(*chain: tuple[str, str, Json]) -> Json:
    """Layers in a row: id, type, config; the first is an Input, an Output `y` follows."""
    layers = {name: {"type": kind, "config": config} for name, kind, config in chain}
    names = [*layers, "y"]
    nodes: Json = {names[0]: {"layer": names[0]}}
    for before, name in itertools.pairwise(names):
        nodes[name] = {"layer": name, "inputs": {"inputs": [before]}}
    return {
        "format": "layerloom/1",
        "models": {"main": {"layers": {**layers, "y": {"type": "Output"}}, "nodes": nodes}},
    }


def uploaded(client: httpx.Client, name: str, content: bytes) -> str:
    answer = client.post("/api/datasets", files={"file": (name, content)})
    assert answer.status_code == 201, answer.text
    dataset: str = answer.json()["id"]
    return dataset


def fitted(client: httpx.Client, document: Json, dataset: str, **split: Any) -> Json:
    """The document as the page leaves it when a proposal is applied."""
    answer = client.post(f"/api/datasets/{dataset}/propose", json={"document": document})
    assert answer.status_code == 200, answer.text
    proposal = answer.json()
    layers = document["models"]["main"]["layers"]
    for name, needed in proposal["inputs"].items():
        layers[name]["config"] |= needed
    output = proposal["outputs"]["y"]
    last = document["models"]["main"]["nodes"]["y"]["inputs"]["inputs"][0]
    layers[last]["config"] |= {"units": output["units"], "activation": output["activation"]}
    document["training"] = {
        "data": {**proposal["data"], "split": split} if split else proposal["data"],
        "optimizer": {"type": "Adam", "config": {"learning_rate": 0.02}},
        "outputs": {"y": {"loss": output["loss"], "metrics": output["metrics"]}},
        "fit": {"epochs": 12, "batch_size": 16, "seed": 1},
    }
    return document


def trained(client: httpx.Client, document: Json) -> str:
    answer = client.post("/api/runs", json={"document": document})
    assert answer.status_code == 201, answer.text
    path = f"/api/runs/{answer.json()['id']}"
    until = time.monotonic() + 60
    while (state := client.get(path).json())["state"] not in ("finished", "failed"):
        assert time.monotonic() < until, state
        time.sleep(0.05)
    assert state["state"] == "finished", state
    return path


def asked(client: httpx.Client, path: str, what: str, **body: Any) -> Any:
    answer = client.post(f"{path}/{what}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_zip_of_images_in_class_folders(client: httpx.Client) -> None:
    random = np.random.default_rng(0)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for number in range(90):
            is_bright = number % 3 == 0
            pixels = random.integers(120, 255, (10, 12)) if is_bright else random.integers(0, 130, (10, 12))
            picture = io.BytesIO()
            Image.fromarray(pixels.astype(np.uint8)).save(picture, "PNG")
            file.writestr(f"{'day' if is_bright else 'night'}/{number}.png", picture.getvalue())
    dataset = uploaded(client, "sky.zip", archive.getvalue())
    document = model(
        ("x", "Input", {"shape": [1]}), ("flat", "Flatten", {}), ("last", "Dense", {"units": 7}),
    )  # fmt: skip

    document = fitted(client, document, dataset, by="stratified", validation=0.2, test=0.2, seed=3)
    document["training"]["fit"]["epochs"] = 40
    path = trained(client, document)

    assert document["models"]["main"]["layers"]["x"]["config"]["shape"] == [10, 12, 1]
    assert asked(client, path, "evaluate", split="test")["accuracy"] == 1
    report = asked(client, path, "report", split="test")["outputs"]["y"]
    assert np.sum(report["confusion"]) == 18
    assert np.trace(report["confusion"]) == 18
    encoded = base64.b64encode(picture.getvalue()).decode()
    column = document["training"]["data"]["inputs"]["x"]["columns"]
    answer = asked(client, path, "predict", rows=[{column: encoded}, {column: [[250] * 12] * 10}])
    assert answer["decoded"]["y"] == ["night", "day"]
    refused = client.post(f"{path}/predict", json={"rows": [{column: encoded}, {column: "AAAA"}]}).json()[
        "problems"
    ][0]
    assert refused["code"] == "image.broken"
    assert "in row 2" in refused["message"]


def test_json_lines_with_texts(client: httpx.Client) -> None:
    random = np.random.default_rng(0)
    words = ["grey", "small", "house", "we", "saw", "a", "very", "the", "old", "tree"]
    lines = []
    for number in range(120):
        mood = ("lovely", "dreadful")[number % 2]
        text = [*random.choice(words, 5 + number % 7), mood]
        random.shuffle(text)
        lines.append(json.dumps({"text": " ".join(text), "mood": "good" if mood == "lovely" else "bad"}))
    dataset = uploaded(client, "moods.jsonl", "\n".join(lines).encode())
    document = model(
        ("x", "Input", {"shape": [4]}),
        ("vectors", "Embedding", {"input_dim": 40, "output_dim": 4, "mask_zero": True}),
        ("mean", "GlobalAveragePooling1D", {}),
        ("last", "Dense", {"units": 7}),
    )

    document = fitted(client, document, dataset, by="random", validation=0.2, test=0.2, seed=3)
    document["training"]["fit"]["epochs"] = 25
    path = trained(client, document)

    assert asked(client, path, "evaluate", split="test")["accuracy"] == 1
    rows = [{"text": "What a LOVELY place!"}, {"text": "dreadful, dreadful"}]
    assert asked(client, path, "predict", rows=rows)["decoded"]["y"] == ["good", "bad"]
    assert document["training"]["data"]["inputs"]["x"]["encoder"]["config"]["vocabulary_size"] == 40
    tokens = client.get(f"{path}/artifacts/encoders.json").json()["x"]["columns"][0]["tokens"]
    assert {"lovely", "dreadful"} <= set(tokens)
    assert "place" not in tokens


def test_a_series_in_windows(client: httpx.Client) -> None:
    days = np.datetime64("2024-01-01") + np.arange(300)
    values = np.sin(np.arange(300) / 5) * 20 + 100
    lines = [f"{day},{value:.4f}" for day, value in zip(days, values, strict=True)]
    dataset = uploaded(client, "series.csv", "\n".join(["day,value", *reversed(lines)]).encode())
    document = model(
        ("x", "Input", {"shape": [8, 1]}), ("flat", "Flatten", {}), ("last", "Dense", {"units": 7}),
    )  # fmt: skip
    split = {"by": "time", "column": "day", "validation": 0.2, "test": 0.2}

    document = fitted(client, document, dataset, **split)
    window = {"type": "window", "config": {"length": 8, "horizon": 2, "scale": "standardize"}}
    document["training"]["data"]["inputs"] = {"x": {"columns": "value", "encoder": window}}
    document["models"]["main"]["layers"]["x"]["config"] = {"shape": [8, 1]}
    document["training"]["data"]["targets"] = {"y": {"columns": "value", "encoder": {"type": "standardize"}}}
    document["training"]["outputs"]["y"]["loss"] = "mean_squared_error"
    document["training"]["fit"]["epochs"] = 40
    path = trained(client, document)

    assert asked(client, path, "evaluate", split="test")["loss"] < 0.01
    report = asked(client, path, "report", split="test")
    assert report["rows"] == 60 - 8 - 2 + 1
    newest = [sample["row"] for sample in report["outputs"]["y"]["worst"]]
    assert all(row < 60 for row in newest), "the newest stand first in the file"
    given = [{"value": value} for value in values[:8]]
    [predicted] = asked(client, path, "predict", rows=given)["decoded"]["y"]
    assert predicted == pytest.approx(values[9], abs=3)
    refused = client.post(f"{path}/predict", json={"rows": given[:3]}).json()["problems"][0]
    assert refused["code"] == "predict.rows"
