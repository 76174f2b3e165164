"""Weights that are shared and weights that are not: call again, duplicate, make independent."""

from collections.abc import Callable

from playwright.sync_api import Locator, expect

from e2e.conftest import Document
from e2e.documents import chain, example
from e2e.editor import Editor

OpenDocument = Callable[[Document], Editor]

FIRST_WEIGHTS = 8 * 4 + 4
SECOND_WEIGHTS = 4 * 2 + 2


def action(editor: Editor, name: str) -> Locator:
    """A button of the bar beside the selected node."""
    return editor.canvas.get_by_role("toolbar").get_by_role("button", name=name, exact=True)


def expect_layers(editor: Editor, **calls_and_weights: tuple[int, int | str]) -> None:
    """The inspector's table of layers while nothing is selected."""
    editor.page.keyboard.press("Escape")
    rows = editor.inspector.locator("tbody tr")
    expect(rows).to_have_count(len(calls_and_weights))
    for layer, (calls, weights) in calls_and_weights.items():
        cells = rows.filter(has=editor.page.get_by_role("button", name=f"{layer} Dense", exact=True))
        expect(cells.locator("td").nth(1)).to_have_text(str(calls))
        expect(cells.locator("td").nth(2)).to_have_text(str(weights))


def test_call_again_shares_the_weights_and_both_nodes_say_so(open_document: OpenDocument) -> None:
    editor = open_document(chain())
    editor.select("first")
    action(editor, "Call again").click()
    expect(editor.canvas.get_by_role("group", name="first, Dense, 2 calls", exact=True)).to_be_visible()
    expect(editor.canvas.get_by_role("group", name="first_2, Dense, 2 calls", exact=True)).to_be_visible()
    editor.wire(editor.output("x"), editor.input("first_2"))
    expect(editor.edge("x.output", "first_2.inputs")).to_have_text("(batch, 8)")
    expect_layers(editor, first=(2, FIRST_WEIGHTS), second=(1, SECOND_WEIGHTS))


def test_a_change_of_a_shared_layer_changes_every_call(open_document: OpenDocument) -> None:
    editor = open_document(example("start"))
    editor.select("encoded_a")
    editor.fill("units", "16")
    expect(editor.edge("encoded_a.output", "merge.inputs")).to_have_text("(batch, 16)")
    expect(editor.edge("encoded_b.output", "merge.inputs")).to_have_text("(batch, 16)")
    editor.select("encoded_b")
    expect(editor.inspector.locator("[name=units]")).to_have_value("16")


def test_hovering_a_call_lights_every_call_of_its_layer(open_document: OpenDocument) -> None:
    editor = open_document(example("start"))
    editor.node("encoded_a").hover()
    expect(editor.node("encoded_b")).to_have_attribute("data-lit", "true")
    editor.node("merge").hover()
    expect(editor.node("encoded_b")).not_to_have_attribute("data-lit", "true")


def test_duplicate_makes_a_layer_with_weights_of_its_own(open_document: OpenDocument) -> None:
    editor = open_document(chain())
    editor.select("first")
    action(editor, "Duplicate").click()
    expect(editor.node("first_2")).to_be_visible()
    expect(editor.canvas.get_by_role("group", name="first, Dense", exact=True)).to_be_visible()
    expect(editor.canvas.get_by_text("2 calls")).to_have_count(0)
    editor.wire(editor.output("x"), editor.input("first_2"))
    expect_layers(editor, first=(1, FIRST_WEIGHTS), first_2=(1, FIRST_WEIGHTS), second=(1, SECOND_WEIGHTS))


def test_make_independent_gives_one_call_its_own_weights(open_document: OpenDocument) -> None:
    editor = open_document(chain())
    editor.select("first")
    action(editor, "Call again").click()
    expect(editor.node("first_2")).to_have_attribute("data-selected", "true")
    editor.wire(editor.output("x"), editor.input("first_2"))
    editor.select("first_2")
    action(editor, "Make independent").click()
    expect(editor.canvas.get_by_text("2 calls")).to_have_count(0)
    expect(editor.edge("x.output", "first_2.inputs")).to_be_visible()
    expect_layers(editor, first=(1, FIRST_WEIGHTS), first_2=(1, FIRST_WEIGHTS), second=(1, SECOND_WEIGHTS))
    editor.button("Undo").click()
    expect(editor.canvas.get_by_text("2 calls")).to_have_count(2)


def test_the_three_commands_are_in_a_node_s_menu_too(open_document: OpenDocument) -> None:
    editor = open_document(chain())
    editor.node("second").click(button="right")
    menu = editor.page.get_by_role("menu")
    expect(menu.get_by_role("menuitem", name="Make independent")).to_be_disabled()
    expect(menu.get_by_role("menuitem", name="Duplicate")).to_be_enabled()
    menu.get_by_role("menuitem", name="Call again").click()
    expect(editor.canvas.get_by_role("group", name="second, Dense, 2 calls", exact=True)).to_be_visible()


def test_an_input_has_one_call_only(open_document: OpenDocument) -> None:
    editor = open_document(chain())
    editor.select("x")
    expect(action(editor, "Call again")).to_be_disabled()
    expect(action(editor, "Make independent")).to_be_disabled()
