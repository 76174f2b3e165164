"""The view: zoom, pan, fit, the overview, large models."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, expect

from builder import ModelBuilder, plain_document
from e2e.conftest import Document, Server
from e2e.documents import chain, placed
from e2e.editor import Editor

OpenDocument = Callable[[Document], Editor]


def zoom_controls(editor: Editor) -> Locator:
    return editor.canvas.get_by_role("toolbar", name="Zoom")


def box_of(element: Locator) -> dict[str, float]:
    box = element.bounding_box()
    assert box is not None
    return {"x": box["x"], "y": box["y"], "width": box["width"], "height": box["height"]}


def expect_inside_canvas(editor: Editor, node: str) -> None:
    outer, inner = box_of(editor.canvas), box_of(editor.node(node))
    assert outer["x"] <= inner["x"]
    assert inner["x"] + inner["width"] <= outer["x"] + outer["width"]
    assert outer["y"] <= inner["y"]
    assert inner["y"] + inner["height"] <= outer["y"] + outer["height"]


def long_chain(count: int) -> Document:
    model = ModelBuilder().input("x", [8])
    positions = {"x": (0, 0)}
    for index in range(count):
        model.call(f"dense_{index}", "Dense", f"dense_{index - 1}" if index else "x", units=4)
        positions[f"dense_{index}"] = (260 * (index % 40 + 1), 140 * (index // 40))
    model.output("y", f"dense_{count - 1}")
    positions["y"] = (0, 140 * (count // 40 + 1))
    return placed(plain_document(model), **positions)


def test_a_model_opens_fitted_into_the_view(open_document: OpenDocument) -> None:
    editor = open_document(chain())
    for node in ("x", "first", "second", "y"):
        expect(editor.node(node)).to_be_visible()
        expect_inside_canvas(editor, node)


def test_the_wheel_zooms_where_the_pointer_is(open_document: OpenDocument) -> None:
    editor = open_document(chain())
    before = box_of(editor.node("first"))
    x, y = before["x"] + before["width"] / 2, before["y"] + before["height"] / 2
    editor.page.mouse.move(x, y)
    editor.page.mouse.wheel(0, 240)
    editor.page.wait_for_function(
        "([node, width]) => document.querySelector(node).getBoundingClientRect().width < width * 0.9",
        arg=['[data-node="first"]', before["width"]],
    )
    after = box_of(editor.node("first"))
    assert abs(after["x"] + after["width"] / 2 - x) < 6
    assert abs(after["y"] + after["height"] / 2 - y) < 6


def test_buttons_zoom_and_fit_brings_everything_back(open_document: OpenDocument) -> None:
    editor = open_document(chain())
    controls = zoom_controls(editor)
    percent = controls.locator("button", has_text=re.compile(r"^\d+%$"))
    controls.get_by_role("button", name="Zoom in").click()
    controls.get_by_role("button", name="Zoom in").click()
    percent.click()
    expect(percent).to_have_text("100%")
    controls.get_by_role("button", name="Zoom out").click()
    expect(percent).to_have_text("80%")
    controls.get_by_role("button", name="Fit view").click()
    expect(percent).not_to_have_text("80%")
    for node in ("x", "y"):
        expect_inside_canvas(editor, node)


def test_dragging_the_empty_canvas_pans_and_changes_no_document(
    open_document: OpenDocument, server: Server
) -> None:
    editor = open_document(chain())
    before = box_of(editor.node("first"))
    x, y = editor.free_point()
    editor.page.mouse.move(x, y)
    editor.page.mouse.down()
    editor.page.mouse.move(x + 60, y + 45, steps=5)
    editor.page.mouse.up()
    after = box_of(editor.node("first"))
    assert abs(after["x"] - before["x"] - 60) < 8
    assert abs(after["y"] - before["y"] - 45) < 8
    expect(editor.button("Undo")).to_be_disabled()
    assert server.project(editor.project_id) == chain()


def test_the_overview_goes_where_it_is_pressed(open_document: OpenDocument) -> None:
    editor = open_document(long_chain(60))
    zoom_controls(editor).locator("button", has_text="%").click()
    overview = editor.canvas.get_by_role("img", name="Overview of the model")
    expect(overview).to_be_visible()
    box = box_of(overview)
    editor.page.mouse.click(box["x"] + 12, box["y"] + box["height"] / 2)
    expect(editor.node("x")).to_be_visible()
    editor.page.mouse.click(box["x"] + box["width"] - 12, box["y"] + box["height"] / 2)
    expect(editor.node("x")).to_have_count(0)
    expect(editor.node("dense_38")).to_be_visible()


def test_a_model_of_500_layers_keeps_few_elements_and_can_be_edited(open_document: OpenDocument) -> None:
    editor = open_document(long_chain(500))
    zoom_controls(editor).locator("button", has_text="%").click()
    expect(editor.nodes.first).to_be_visible()
    assert editor.nodes.count() < 120
    editor.palette.get_by_role("searchbox").fill("dropout")
    editor.palette.get_by_role("searchbox").press("Enter")
    expect(editor.node("dropout")).to_be_visible()
    editor.button("Undo").click()
    expect(editor.node("dropout")).to_have_count(0)
