"""Edges: by dragging, by two clicks, by keyboard alone; refused ones say why; bad ones stay and are marked."""

from collections.abc import Callable

from playwright.sync_api import Locator, expect

from e2e.conftest import Document
from e2e.documents import chain, unwired
from e2e.editor import Editor, middle

OpenDocument = Callable[[Document], Editor]


def press_tab_until(editor: Editor, port: Locator) -> None:
    handle = port.element_handle()
    for _ in range(60):
        editor.page.keyboard.press("Tab")
        if editor.page.evaluate("element => element === document.activeElement", handle):
            return
    raise AssertionError(f"{port} was not reached by Tab")


def test_an_edge_is_dragged_from_port_to_port_and_shows_its_shape(open_document: OpenDocument) -> None:
    editor = open_document(unwired())
    editor.wire(editor.output("a"), editor.input("total"))
    expect(editor.edge("a.output", "total.inputs")).to_have_text("(batch, 4)")


def test_an_edge_is_dragged_backwards_from_an_input_to_an_output(open_document: OpenDocument) -> None:
    editor = open_document(unwired())
    editor.wire(editor.input("answer"), editor.output("dense"))
    expect(editor.edge("dense.output", "answer.inputs")).to_be_visible()


def test_an_edge_let_go_over_a_node_goes_to_the_port_that_fits(open_document: OpenDocument) -> None:
    editor = open_document(unwired())
    editor.wire(editor.output("b"), editor.node("total"))
    expect(editor.edge("b.output", "total.inputs")).to_be_visible()


def test_two_clicks_connect(open_document: OpenDocument) -> None:
    editor = open_document(unwired())
    editor.output("a").click()
    expect(editor.input("total")).to_have_attribute("data-fit", "yes")
    editor.input("total").click()
    expect(editor.edge("a.output", "total.inputs")).to_have_text("(batch, 4)")
    expect(editor.input("total")).not_to_have_attribute("data-fit", "yes")


def test_keyboard_alone_connects_disconnects_and_cancels(open_document: OpenDocument) -> None:
    editor = open_document(unwired())
    keyboard = editor.page.keyboard
    editor.canvas.get_by_role("group", name="Model main").focus()
    press_tab_until(editor, editor.output("a"))
    keyboard.press("Enter")
    press_tab_until(editor, editor.input("total"))
    keyboard.press("Enter")
    expect(editor.edge("a.output", "total.inputs")).to_have_text("(batch, 4)")

    keyboard.press("Delete")
    expect(editor.edges).to_have_count(0)

    keyboard.press("Enter")
    expect(editor.input("total")).to_have_attribute("data-fit", "start")
    keyboard.press("Escape")
    expect(editor.canvas.locator("[data-fit]")).to_have_count(0)


def test_escape_takes_back_an_edge_that_is_being_dragged(open_document: OpenDocument) -> None:
    editor = open_document(unwired())
    mouse = editor.page.mouse
    mouse.move(*middle(editor.output("a")))
    mouse.down()
    mouse.move(*middle(editor.input("total")), steps=4)
    expect(editor.input("total")).to_have_attribute("data-fit", "yes")
    editor.page.keyboard.press("Escape")
    expect(editor.canvas.locator("[data-fit]")).to_have_count(0)
    mouse.up()
    expect(editor.edges).to_have_count(0)


def test_a_refused_edge_says_why_in_one_sentence(open_document: OpenDocument) -> None:
    editor = open_document(chain())
    mouse = editor.page.mouse
    mouse.move(*middle(editor.output("second")))
    mouse.down()
    mouse.move(*middle(editor.input("first")), steps=4)
    hint = editor.canvas.locator("[data-refusal]")
    expect(hint).to_have_text("second can't feed first: the data would run in a circle.")
    expect(editor.input("first")).to_have_attribute("data-fit", "no")
    mouse.up()
    expect(editor.notices).to_contain_text("the data would run in a circle")
    expect(editor.edges).to_have_count(3)


def test_an_edge_whose_shapes_do_not_fit_stays_and_is_marked(open_document: OpenDocument) -> None:
    editor = open_document(unwired())
    editor.wire(editor.output("a"), editor.input("total"))
    editor.wire(editor.output("b"), editor.input("total"))
    editor.select("b")
    editor.fill("shape", "5")
    bad = editor.edge("b.output", "total.inputs")
    expect(bad).to_have_attribute("data-bad", "true")
    expect(bad).to_have_text("(batch, 5)")
    expect(editor.node("total")).to_have_attribute("data-problem-severity", "error")
    expect(editor.problems.get_by_role("listitem").filter(has_text="total")).not_to_have_count(0)

    editor.fill("shape", "4")
    expect(bad).not_to_have_attribute("data-bad", "true")


def test_an_edge_is_selected_by_a_click_and_deleted_by_a_key(open_document: OpenDocument) -> None:
    editor = open_document(chain())
    editor.edge("x.output", "first.inputs").click()
    expect(editor.inspector).to_contain_text("x.output → first.inputs")
    editor.page.keyboard.press("Delete")
    expect(editor.edge("x.output", "first.inputs")).to_have_count(0)
    expect(editor.edges).to_have_count(2)
