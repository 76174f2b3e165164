"""The list of runs: looked at, opened, compared, continued, warm started, deleted."""

import re
import time
from copy import deepcopy
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from builder import ModelBuilder, plain_document
from e2e.conftest import Document, OpenContext, Server
from e2e.editor import Editor
from e2e.test_accessibility import SCHEMES, expect_accessible


def small(units: int = 8, learning_rate: float = 0.01, loss_weight: float = 1.0, **fit: Any) -> Document:
    """A model of one hidden layer that learns generated numbers in a moment."""
    model = ModelBuilder().input("x", [4]).call("hidden", "Dense", "x", units=units)
    model = model.call("head", "Dense", "hidden", units=1).output("y", "head")
    document = deepcopy(plain_document(model))
    document["training"] = {
        "model": "main",
        "data": {"dataset": "generated", "inputs": {"x": "x"}, "targets": {"y": "y"}},
        "optimizer": {"type": "SGD", "config": {"learning_rate": learning_rate}},
        "outputs": {"y": {"loss": "mean_squared_error", "loss_weight": loss_weight, "metrics": []}},
        "fit": {"epochs": 3, "batch_size": 64, "validation_split": 0.2, "seed": 1, **fit},
    }
    return document


@pytest.fixture
def project(server: Server) -> str:
    return server.create_project(small())


def started(server: Server, project: str, document: Document, until: str = "finished") -> str:
    """A run of the project that has come so far."""
    body = {"document": document, "project": project}
    run = str(server.client.post("/api/runs", json=body).raise_for_status().json()["id"])
    while (state := server.run(run)["state"]) != until:
        assert state not in ("failed", "stopped"), server.run(run)["problem"]
        time.sleep(0.05)
    return run


def open_runs(editor: Editor) -> Locator:
    """The list of runs, in its dialog."""
    editor.losses.get_by_role("button", name="Runs", exact=True).click()
    dialog = editor.page.get_by_role("dialog", name="Runs")
    expect(dialog).to_be_visible()
    return dialog


def row(dialog: Locator, run: str) -> Locator:
    return dialog.locator(f'[data-run-row="{run}"]')


def test_runs_that_are_ticked_are_compared_in_the_models_words(
    page: Page, server: Server, project: str
) -> None:
    first = started(server, project, small())
    second = started(server, project, small(units=16, learning_rate=0.001, loss_weight=2))
    editor = Editor(page, server.url)
    editor.open(project)
    dialog = open_runs(editor)
    listed = dialog.locator("[data-run-row]").evaluate_all("rows => rows.map(row => row.dataset.runRow)")
    assert listed == [second, first]

    row(dialog, first).get_by_role("checkbox").check()
    row(dialog, second).get_by_role("checkbox").check()

    table = dialog.get_by_role("table", name="Runs side by side")
    differences = table.locator("[data-difference]")
    expect(differences).to_have_count(3)
    for place, before, after in (
        ("Layer hidden: Units", "8", "16"),
        ("Optimizer: Learning rate", "0.01", "0.001"),
        ("Output y: Loss weight", "1", "2"),
    ):
        cells = table.locator(f'[data-difference="{place}"] td')
        expect(cells).to_have_text([before, after])
    epochs = {run: last_epoch(server, run) for run in (first, second)}
    expect(table.locator('[data-result="Loss: y, validation"] td')).to_have_text(
        [
            re.compile(re.escape(f"{epochs[run]['validation']['losses']['y']:.4g}"[:5]))
            for run in (first, second)
        ]
    )
    expect(dialog.get_by_role("img", name="Chart of Loss: Total, 2 runs").locator("canvas")).to_be_visible()


def last_epoch(server: Server, run: str) -> Document:
    return next(event for event in reversed(server.events(run)) if event["kind"] == "epoch_ended")


def test_a_run_that_is_opened_is_there_again_after_a_reload(page: Page, server: Server, project: str) -> None:
    first = started(server, project, small())
    second = started(server, project, small())
    editor = Editor(page, server.url)
    editor.open(project)
    expect(editor.run_panel).to_have_attribute("data-run", second)

    dialog = open_runs(editor)
    row(dialog, first).get_by_role("button", name=re.compile("^Actions for ")).click()
    page.get_by_role("menuitem", name="Open in the editor").click()

    expect(editor.run_panel).to_have_attribute("data-run", first)
    expect(page).to_have_url(re.compile(rf"/projects/{project}\?run={first}$"))
    page.reload()
    expect(editor.run_panel).to_have_attribute("data-run", first)
    editor.expect_run("finished")


def test_a_queue_is_seen_and_steered_and_a_run_is_renamed_and_deleted(
    page: Page, server: Server, project: str
) -> None:
    endless = small(epochs=100_000)
    body = {"document": endless, "project": project}
    runs = [server.client.post("/api/runs", json=body).raise_for_status().json()["id"] for _ in range(4)]
    editor = Editor(page, server.url)
    editor.open(project)
    dialog = open_runs(editor)
    expect(dialog.locator('[data-state="training"]').first).to_be_visible()
    waiting = dialog.locator('[data-state="queued"]')
    expect(waiting.last).to_contain_text("Queued, place 1")

    row(dialog, runs[0]).get_by_role("button", name=re.compile("^Actions for ")).click()
    page.get_by_role("menuitem", name="Stop").click()
    expect(row(dialog, runs[0])).to_have_attribute("data-state", "stopped")

    row(dialog, runs[0]).get_by_role("button", name=re.compile("^Actions for ")).click()
    page.get_by_role("menuitem", name="Rename the run…").click()
    dialog.get_by_label("Name of the run").fill("too long")
    dialog.get_by_label("Name of the run").press("Enter")
    expect(row(dialog, runs[0])).to_contain_text("too long")

    row(dialog, runs[0]).get_by_role("button", name=re.compile("^Actions for ")).click()
    page.get_by_role("menuitem", name="Delete the run…").click()
    dialog.get_by_role("button", name="Delete the run", exact=True).click()
    expect(row(dialog, runs[0])).to_have_count(0)
    assert server.client.get(f"/api/runs/{runs[0]}").status_code == 404


def test_a_finished_run_is_continued_for_more_epochs(page: Page, server: Server, project: str) -> None:
    first = started(server, project, small())
    editor = Editor(page, server.url)
    editor.open(project)
    dialog = open_runs(editor)
    row(dialog, first).get_by_role("button", name=re.compile("^Actions for ")).click()
    dialog.get_by_role("region", name="Details of the run").evaluate("details => details.scrollTo(0, 9999)")
    page.get_by_role("menuitem", name="Continue for more epochs…").click()
    expect(dialog.get_by_role("textbox", name="More epochs")).to_be_focused()
    dialog.get_by_role("textbox", name="More epochs").fill("2")
    dialog.get_by_role("button", name="Continue training").click()

    expect(dialog).to_be_hidden()
    expect(editor.run_panel).not_to_have_attribute("data-run", first)
    editor.expect_run("finished")
    expect(editor.losses.get_by_text(re.compile(r"^Epoch 5 of 5"))).to_be_visible()
    second = editor.run_id()
    whole = started(server, project, small(epochs=5))
    losses = [last_epoch(server, run)["validation"]["losses"]["y"] for run in (second, whole)]
    assert losses[0] == losses[1], "not as if it had been trained in one go"


def test_a_warm_start_shows_what_becomes_of_each_weight(page: Page, server: Server, project: str) -> None:
    first = started(server, project, small())
    wider = small()
    wider["models"]["main"]["layers"]["head"]["config"]["units"] = 2
    other = server.create_project(wider)
    editor = Editor(page, server.url)
    editor.open(other)
    dialog = open_runs(editor)
    dialog.get_by_text("All", exact=True).click()
    row(dialog, first).get_by_role("button", name=re.compile("^Actions for ")).click()
    page.get_by_role("menuitem", name="Warm start from this run…").click()

    table = dialog.get_by_role("table", name="What becomes of each weight")
    expect(table.locator('[data-weight-status="kept"]')).to_have_count(2)
    expect(table.get_by_role("row").filter(has_text="hidden/kernel")).to_contain_text("kept")
    head = table.get_by_role("row").filter(has_text="head/kernel")
    expect(head).to_contain_text(re.compile(r"(reset|reshaped).*\(8, 1\).*\(8, 2\)"))
    dialog.get_by_role("button", name="Train from these weights").click()
    expect(dialog).to_be_hidden()
    editor.expect_run("finished")
    assert server.run(editor.run_id())["project"] == other


@SCHEMES
def test_the_list_and_the_comparison_are_accessible(
    open_context: OpenContext, server: Server, project: str, scheme: str
) -> None:
    runs = [started(server, project, small(units=units)) for units in (4, 8)]
    page = open_context(color_scheme=scheme).new_page()
    editor = Editor(page, server.url)
    editor.open(project)
    dialog = open_runs(editor)
    expect(dialog.get_by_role("table", name="Runs side by side")).to_be_visible()
    expect_accessible(page, "one run of the list")
    for run in runs:
        row(dialog, run).get_by_role("checkbox").check()
    expect(dialog.locator("[data-difference]")).to_have_count(1)
    expect(dialog.get_by_role("img", name=re.compile("^Chart of ")).locator("canvas")).to_be_visible()
    expect_accessible(page, "runs side by side")
    row(dialog, runs[0]).get_by_role("button", name=re.compile("^Actions for ")).click()
    page.get_by_role("menuitem", name="Continue for more epochs…").click()
    expect_accessible(page, "before a run is continued")
