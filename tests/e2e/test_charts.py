"""The chart of a run: what it shows, over which axis, zoomed, read by pointer and by keys, taken away as files."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Download, Locator, Page, expect

from e2e.conftest import Document, OpenContext, Server
from e2e.documents import brief, example
from e2e.editor import Editor
from e2e.test_accessibility import SCHEMES, expect_accessible

OpenDocument = Callable[[Document], Editor]


@pytest.fixture(scope="module")
def finished(server: Server) -> tuple[str, str]:
    """A project and its run of two epochs; who uses it waits for its end."""
    project = server.create_project(brief(example("start"), epochs=2, batch_size=256))
    run = server.client.post("/api/runs", json={"project": project}).raise_for_status().json()["id"]
    return project, run


@pytest.fixture
def editor(page: Page, server: Server, finished: tuple[str, str]) -> Editor:
    editor = Editor(page, server.url)
    editor.open(finished[0])
    editor.expect_run("finished", timeout=60_000)
    expect(chart(editor).locator("canvas")).to_be_visible()
    return editor


def chart(editor: Editor) -> Locator:
    return editor.losses.get_by_role("img", name="Chart of losses")


def values(editor: Editor) -> Locator:
    """What the crosshair tells."""
    return editor.losses.locator(".chart-values")


def last_epoch(server: Server, run: str) -> Document:
    return next(event for event in reversed(server.events(run)) if event["kind"] == "epoch_ended")


def test_the_crosshair_tells_the_values_of_all_curves(
    editor: Editor, server: Server, finished: tuple[str, str]
) -> None:
    box = chart(editor).bounding_box()
    assert box is not None
    editor.page.mouse.move(box["x"] + box["width"] - 30, box["y"] + box["height"] / 2)

    validation = last_epoch(server, finished[1])["validation"]
    for name in ("same", "larger", "Total", "same, validation", "larger, validation"):
        expect(values(editor).get_by_text(name, exact=True)).to_be_visible()
    expect(values(editor)).to_contain_text(f"{validation['losses']['same']:.4g}"[:6])


def test_keys_move_the_crosshair_and_zoom(editor: Editor) -> None:
    chart(editor).focus()
    editor.page.keyboard.press("ArrowRight")
    expect(values(editor)).to_contain_text(re.compile(r"Step \d+"))
    before = values(editor).locator("strong").inner_text()
    editor.page.keyboard.press("Shift+ArrowRight")
    expect(values(editor).locator("strong")).not_to_have_text(before)
    editor.page.keyboard.press("+")
    expect(chart(editor)).to_have_attribute("data-zoomed", "true")
    editor.page.keyboard.press("0")
    expect(chart(editor)).not_to_have_attribute("data-zoomed", "true")


def test_dragging_zooms_and_a_double_click_shows_all_again(editor: Editor) -> None:
    box = chart(editor).bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    editor.page.mouse.move(box["x"] + box["width"] * 0.4, middle)
    editor.page.mouse.down()
    editor.page.mouse.move(box["x"] + box["width"] * 0.7, middle, steps=4)
    editor.page.mouse.up()
    expect(chart(editor)).to_have_attribute("data-zoomed", "true")
    expect(editor.losses.get_by_role("button", name="Show all of it")).to_be_visible()
    editor.page.mouse.dblclick(box["x"] + box["width"] * 0.5, middle)
    expect(chart(editor)).not_to_have_attribute("data-zoomed", "true")

    editor.page.keyboard.down("Control")
    editor.page.mouse.wheel(0, -200)
    editor.page.keyboard.up("Control")
    expect(chart(editor)).to_have_attribute("data-zoomed", "true")
    editor.losses.get_by_role("button", name="Show all of it").click()
    expect(chart(editor)).not_to_have_attribute("data-zoomed", "true")


def test_metrics_the_learning_rate_and_time_are_shown_and_the_best_epoch_is_named(
    editor: Editor, server: Server, finished: tuple[str, str]
) -> None:
    epochs = [event for event in server.events(finished[1]) if event["kind"] == "epoch_ended"]
    best = min(epochs, key=lambda event: event["validation"]["loss"])
    expect(editor.losses.locator("[data-best-epoch]")).to_have_attribute(
        "data-best-epoch", str(best["epoch"])
    )
    shown = editor.losses.get_by_label("Shown on the chart")
    shown.select_option("accuracy")
    editor.losses.get_by_text("Epochs", exact=True).click()
    chart(editor).focus()
    editor.page.keyboard.press("ArrowRight")
    expect(values(editor)).to_contain_text("Epoch 1")
    expect(values(editor)).to_contain_text(f"{epochs[0]['metrics']['same']['accuracy']:.4g}"[:5])

    editor.losses.get_by_text("Time", exact=True).click()
    shown.select_option("Learning rate")
    chart(editor).focus()
    editor.page.keyboard.press("ArrowLeft")
    expect(values(editor)).to_contain_text("Learning rate")


def test_each_outputs_share_of_the_total_is_shown(
    editor: Editor, server: Server, finished: tuple[str, str]
) -> None:
    step = next(event for event in reversed(server.events(finished[1])) if event["kind"] == "step_ended")
    for output, loss in step["losses"].items():
        share = 100 * loss / sum(step["losses"].values())
        cell = editor.losses.locator(f'tr[data-output="{output}"] [data-share]')
        text = cell.inner_text().removesuffix("%").strip()
        assert float(text) == pytest.approx(share, abs=0.6)


def test_the_chart_is_taken_away_as_csv_svg_and_png(
    editor: Editor, server: Server, finished: tuple[str, str]
) -> None:
    events = server.events(finished[1])
    steps = [event for event in events if event["kind"] == "step_ended"]

    rows = list(csv.DictReader(io.StringIO(read(exported(editor, "Numbers (CSV)")).decode())))
    assert len(rows) == len(steps)
    assert [float(row["same"]) for row in rows] == [step["losses"]["same"] for step in steps]
    assert float(rows[-1]["validation total"]) == last_epoch(server, finished[1])["validation"]["loss"]

    assert read(exported(editor, "Picture (SVG)")).startswith(b"<svg ")
    assert read(exported(editor, "Picture (PNG)")).startswith(b"\x89PNG")


def exported(editor: Editor, kind: str) -> Download:
    editor.losses.get_by_role("button", name="Export the chart").click()
    with editor.page.expect_download() as download:
        editor.page.get_by_role("menuitem", name=kind).click()
    return download.value


def read(download: Download) -> bytes:
    return Path(download.path()).read_bytes()


def test_what_happened_while_it_trained_is_told_at_its_place(open_document: OpenDocument) -> None:
    editor = open_document(brief(example("start"), epochs=1000))
    editor.train()
    editor.expect_run("training")
    weight = editor.losses.get_by_label("Loss weight of larger")
    weight.fill("0.25")
    weight.press("Enter")
    editor.button("Pause").click()
    editor.expect_run("paused")
    chart(editor).focus()
    editor.page.keyboard.press("ArrowLeft")
    expect(values(editor)).to_contain_text("paused")
    editor.button("Stop").click()


@SCHEMES
def test_a_chart_that_is_zoomed_is_accessible(
    open_context: OpenContext, server: Server, finished: tuple[str, str], scheme: str
) -> None:
    page = open_context(color_scheme=scheme).new_page()
    editor = Editor(page, server.url)
    editor.open(finished[0])
    editor.expect_run("finished", timeout=60_000)
    chart(editor).focus()
    page.keyboard.press("+")
    page.keyboard.press("ArrowRight")
    expect(values(editor)).to_be_visible()
    expect_accessible(page, "a zoomed chart with its crosshair")
