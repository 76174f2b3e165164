"""Models as layers: going inside and back, tabs, calling a model, making one of a selection."""

from collections.abc import Callable

from playwright.sync_api import expect

from e2e.conftest import Document
from e2e.documents import chain, example
from e2e.editor import Editor

OpenDocument = Callable[[Document], Editor]


def test_a_double_click_goes_inside_a_model_and_the_breadcrumb_back(open_document: OpenDocument) -> None:
    editor = open_document(example("model-called-like-a-layer"))
    model_nodes = editor.canvas.get_by_role("group", name=", Model")
    expect(model_nodes.first).to_be_visible()
    outside = editor.nodes.count()
    model_nodes.first.dblclick()
    way = editor.page.get_by_role("navigation", name="Way to the open model")
    expect(way).to_contain_text("main")
    expect(way).to_contain_text("vision")
    expect(editor.canvas.get_by_role("group", name="Model vision")).to_be_visible()
    expect(model_nodes).to_have_count(0)
    expect(editor.inspector).to_contain_text("Model vision")

    way.get_by_role("button", name="main").click()
    expect(editor.nodes).to_have_count(outside)
    expect(way).to_be_hidden()


def test_an_edit_inside_reaches_every_call_of_the_model(open_document: OpenDocument) -> None:
    editor = open_document(example("model-called-like-a-layer"))
    before = {text for text in editor.edges.all_inner_texts() if text}
    editor.page.get_by_role("navigation", name="Models").get_by_role("button", name="vision").click()
    dense = editor.canvas.get_by_role("group", name=", Dense").last
    dense.click()
    editor.fill("units", "7")
    editor.page.get_by_role("navigation", name="Models").get_by_role("button", name="main").click()
    expect(editor.edges.filter(has_text=", 7)")).not_to_have_count(0)
    assert not any(", 7)" in text for text in before)


def test_tabs_show_models_and_a_new_one_is_named(open_document: OpenDocument) -> None:
    editor = open_document(chain())
    tabs = editor.page.get_by_role("navigation", name="Models")
    tabs.get_by_role("button", name="Add a model").click()
    field = tabs.get_by_role("textbox", name="Name of the model")
    field.fill("encoder")
    field.press("Enter")
    expect(tabs.get_by_role("button", name="encoder")).to_have_attribute("aria-current", "page")
    expect(editor.nodes).to_have_count(2)
    editor.select("input")
    editor.rename("z")
    tabs.get_by_role("button", name="main").click()
    expect(editor.nodes).to_have_count(4)
    editor.palette.locator("[data-call-model=encoder]").click()
    expect(editor.canvas.get_by_role("group", name="encoder, Model", exact=True)).to_be_visible()
    expect(editor.input("encoder", "z")).to_be_visible()


def test_a_selection_becomes_a_model_in_one_step(open_document: OpenDocument) -> None:
    editor = open_document(chain())
    editor.select("first")
    editor.node("second").click(modifiers=["Shift"])
    editor.page.keyboard.press("Control+g")
    expect(editor.node("first")).to_have_count(0)
    expect(editor.nodes).to_have_count(3)
    expect(editor.problems).not_to_contain_text("nothing is connected")
    expect(editor.edges.filter(has_text="(batch, 2)")).to_have_count(1)
    editor.button("Undo").click()
    expect(editor.nodes).to_have_count(4)


def test_a_model_can_not_be_put_into_itself(open_document: OpenDocument) -> None:
    editor = open_document(example("model-called-like-a-layer"))
    expect(editor.palette.locator("[data-call-model=vision]")).to_be_visible()
    expect(editor.palette.locator("[data-call-model=main]")).to_have_count(0)
    editor.page.get_by_role("navigation", name="Models").get_by_role("button", name="vision").click()
    expect(editor.palette.locator("[data-call-model]")).to_have_count(0)
