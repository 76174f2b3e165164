"""What a run has learned: evaluated, asked, drawn on, served to a shell and to Python, all by the page."""

import csv
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from builder import ModelBuilder, plain_document
from e2e.conftest import TOKEN, Console, Document, OpenContext, Server
from e2e.editor import Editor
from e2e.test_accessibility import expect_accessible

MEASURES = ("sepal_length", "sepal_width", "petal_length")


def flowers() -> Document:
    """Three measures in; the species and the fourth measure out."""
    model = (
        ModelBuilder().input("measures", [3]).call("hidden", "Dense", "measures", units=16, activation="relu")
    )
    model = model.call("kinds", "Dense", "hidden", units=3, activation="softmax").output("species", "kinds")
    model = model.call("wide", "Dense", "hidden", units=1).output("width", "wide")
    return plain_document(
        model,
        {
            "model": "main",
            "data": {
                "dataset": "iris",
                "inputs": {"measures": {"columns": list(MEASURES), "encoder": {"type": "standardize"}}},
                "targets": {"species": "species", "width": "petal_width"},
                "split": {"by": "stratified", "column": "species", "validation": 0.2, "test": 0.2, "seed": 1},
            },
            "optimizer": {"type": "Adam", "config": {"learning_rate": 0.02}},
            "outputs": {
                "species": {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]},
                "width": {"loss": "mean_squared_error", "metrics": ["mean_absolute_error"]},
            },
            "fit": {"epochs": 12, "batch_size": 16, "seed": 3},
        },
    )


def digits() -> Document:
    """A picture of a digit in, the digit out."""
    model = ModelBuilder().input("picture", [8, 8, 1]).call("flat", "Flatten", "picture")
    model = model.call("kinds", "Dense", "flat", units=10, activation="softmax").output("digit", "kinds")
    return plain_document(
        model,
        {
            "model": "main",
            "data": {"dataset": "digits", "inputs": {"picture": "image"}, "targets": {"digit": "digit"}},
            "optimizer": {"type": "Adam", "config": {"learning_rate": 0.01}},
            "outputs": {"digit": {"loss": "sparse_categorical_crossentropy"}},
            "fit": {"epochs": 2, "batch_size": 64, "seed": 3},
        },
    )


class Trained:
    """A project with a finished run."""

    def __init__(self, server: Server, document: Document) -> None:
        self.server = server
        self.project = server.create_project(document)
        answer = server.client.post("/api/runs", json={"project": self.project})
        assert answer.status_code == 201, answer.text
        self.run = str(answer.json()["id"])
        while server.run(self.run)["state"] not in ("finished", "failed"):
            time.sleep(0.05)
        assert server.run(self.run)["state"] == "finished"

    def ask(self, call: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.server.client.post(f"/api/runs/{self.run}/{call}", json=body)
        return dict(answer.raise_for_status().json())

    def open(self, page: Page) -> Locator:
        """The dialog of this run."""
        editor = Editor(page, self.server.url)
        editor.open(self.project)
        editor.expect_run("finished")
        editor.button("Evaluate, predict, serve").click()
        return page.get_by_role("dialog", name="Evaluate, predict, serve")


@pytest.fixture(scope="module")
def trained(server: Server) -> Trained:
    return Trained(server, flowers())


def test_an_evaluation_shows_what_the_server_found_on_those_rows(trained: Trained, page: Page) -> None:
    dialog = trained.open(page)
    dialog.locator("[name='evaluate.split']").select_option("test")

    found = trained.ask("evaluate", {"split": "test"})
    report = trained.ask("report", {"split": "test"})["outputs"]
    table = dialog.get_by_role("table", name="Losses and metrics")
    species = table.locator("tr[data-output=species]")
    expect(dialog).to_contain_text("30 rows")
    expect(species).to_contain_text(f"{found['species_accuracy']:.4g}")
    expect(species).to_contain_text(f"{found['species_loss']:.4g}"[:5])
    matrix = dialog.get_by_role("table", name="Confusion matrix")
    shown = [
        [int(cell) for cell in row.locator("td").all_text_contents()]
        for row in matrix.locator("tbody tr").all()
    ]
    assert shown == report["species"]["confusion"]
    assert sum(map(sum, shown)) == 30
    for curve in ("ROC curve", "Precision against recall"):
        expect(dialog.get_by_role("img", name=curve)).to_be_visible()

    dialog.get_by_role("radiogroup", name="Output").get_by_text("width").click()
    expect(dialog.get_by_role("img", name="Histogram of residuals")).to_be_visible()
    expect(dialog.get_by_role("img", name="30 rows, predicted against target")).to_be_visible()
    worst = report["width"]["worst"][0]["row"]
    dialog.get_by_role("button", name=f"Try row {worst + 1}", exact=True).click()
    expect(dialog.locator("[name='sample.row']")).to_have_value(str(worst + 1))
    row = server_row(trained.server, "iris", worst)
    expect(dialog.locator("[name='sample.sepal_length']")).to_have_value(f"{row['sepal_length']:g}")


def test_a_sample_that_is_typed_is_predicted_with_its_inner_node(trained: Trained, page: Page) -> None:
    dialog = trained.open(page)
    dialog.get_by_role("tab", name="Predict").click()
    species = dialog.locator("[data-predicted=species]")
    expect(species).to_contain_text("%")

    sample = {"sepal_length": 6.9, "sepal_width": 3.1, "petal_length": 5.9}
    for name, value in sample.items():
        dialog.locator(f"[name='sample.{name}']").fill(str(value))
    dialog.locator("[name='sample.node']").select_option("hidden")

    found = trained.ask("predict", {"rows": [sample], "nodes": ["hidden"]})
    expect(species).to_contain_text(found["decoded"]["species"][0])
    expect(species).to_contain_text(f"{100 * max(found['outputs']['species'][0]):.1f} %")
    width = found["decoded"]["width"][0]
    expect(dialog.locator("[data-predicted=width]")).to_contain_text(f"{width:.6g}")
    inner = dialog.locator("[data-node-output=hidden] [tabindex]").inner_text()
    assert json.loads(inner) == pytest.approx(found["nodes"]["hidden"][0], rel=1e-3, abs=1e-6)
    assert float(dialog.locator("[data-milliseconds]").get_attribute("data-milliseconds") or 0) > 0

    dialog.locator("[name='sample.sepal_width']").fill("")
    expect(dialog).to_contain_text("A value is missing.")


def test_a_digit_that_is_drawn_is_recognized(server: Server, page: Page) -> None:
    trained = Trained(server, digits())
    dialog = trained.open(page)
    dialog.get_by_role("tab", name="Predict").click()
    drawing = dialog.locator("[data-draw=image]")
    predicted = dialog.locator("[data-predicted=digit]")
    expect(predicted).to_contain_text("%")
    dialog.get_by_role("button", name="Clear").click()
    blank = trained.ask("predict", {"rows": [{"image": [[[0.0]] * 8] * 8}]})["outputs"]["digit"][0]
    expect(predicted).to_contain_text(f"{100 * max(blank):.1f} %")

    box = drawing.bounding_box()
    assert box is not None
    cell = box["width"] / 8
    page.mouse.move(box["x"] + 4.5 * cell, box["y"] + 0.5 * cell)
    page.mouse.down()
    page.mouse.move(box["x"] + 4.5 * cell, box["y"] + 7.5 * cell, steps=14)
    page.mouse.up()
    expect(predicted).not_to_contain_text(f"{100 * max(blank):.1f} %")
    with_pointer = predicted.inner_text()
    drawing.press("ArrowLeft")
    drawing.press(" ")
    expect(predicted).not_to_have_text(with_pointer)


def test_the_lines_for_shell_and_python_work_as_they_are(
    trained: Trained, page: Page, tmp_path: Path
) -> None:
    dialog = trained.open(page)
    dialog.get_by_role("tab", name="Serve").click()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    environment = {**os.environ, "LAYERLOOM_TOKEN": TOKEN}
    row = {name: server_row(trained.server, "iris", 0)[name] for name in MEASURES}
    first = trained.ask("predict", {"rows": [row]})["decoded"]["species"][0]

    dialog.get_by_role("button", name="Copy: Shell", exact=True).click()
    line = page.evaluate("navigator.clipboard.readText()")
    said = subprocess.run(["sh", "-c", line], env=environment, capture_output=True, text=True, check=True)
    assert json.loads(said.stdout)["decoded"]["species"] == [first]

    lines = dialog.locator("[data-lines=python]").inner_text()
    said = subprocess.run(
        [sys.executable, "-c", lines], env=environment, capture_output=True, text=True, check=True
    )
    assert f"'{first}'" in said.stdout
    assert TOKEN not in dialog.inner_text()

    (tmp_path / "rows.csv").write_text(",".join(MEASURES) + "\n5.1,3.5,1.4\n6.9,3.1,5.9\n")
    line = dialog.locator("[data-lines=curl-file]").inner_text()
    subprocess.run(["sh", "-c", line], env=environment, cwd=tmp_path, capture_output=True, check=True)
    rows = list(csv.DictReader((tmp_path / "predictions.csv").open()))
    assert [row["species"] for row in rows] == ["setosa", "virginica"]


def test_a_file_goes_in_and_a_file_comes_out(
    trained: Trained, page: Page, tmp_path: Path, console: Console
) -> None:
    source = tmp_path / "flowers.csv"
    source.write_text(",".join(MEASURES) + "\n5.1,3.5,1.4\n6.9,3.1,5.9\n")
    dialog = trained.open(page)
    dialog.get_by_role("tab", name="Predict").click()

    with page.expect_download() as download:
        dialog.locator("input[name='predict.file']").set_input_files(source)
    rows = list(csv.DictReader(download.value.path().open()))

    assert [row["species"] for row in rows] == ["setosa", "virginica"]
    console.allow("422")
    source.write_text("sepal_length\n5.1\n")
    dialog.locator("input[name='predict.file']").set_input_files(source)
    expect(dialog.get_by_role("alert")).to_contain_text("sepal_width")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_evaluate_predict_and_serve_are_accessible(
    trained: Trained, open_context: OpenContext, scheme: str
) -> None:
    page = open_context(color_scheme=scheme).new_page()
    dialog = trained.open(page)
    expect(dialog.get_by_role("table", name="Confusion matrix")).to_be_visible()
    expect_accessible(page, "Evaluate")
    dialog.get_by_role("tab", name="Predict").click()
    expect(dialog.locator("[data-predicted=species]")).to_be_visible()
    expect_accessible(page, "Predict")
    dialog.get_by_role("tab", name="Serve").click()
    expect(dialog.locator("[data-lines=python]")).to_be_visible()
    expect_accessible(page, "Serve")


def server_row(server: Server, dataset: str, row: int) -> dict[str, Any]:
    answer = server.client.get(f"/api/datasets/{dataset}/preview", params={"limit": 1, "offset": row}).json()
    return {column["name"]: value for column, value in zip(answer["columns"], answer["rows"][0], strict=True)}
