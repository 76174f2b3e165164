"""Editing: adding, moving, deleting, selecting, copying; everything is one step of undo and comes back."""

from collections.abc import Callable

from playwright.sync_api import expect

from e2e.conftest import Document, Server
from e2e.documents import chain, unwired
from e2e.editor import Editor, middle

OpenDocument = Callable[[Document], Editor]


def document_of(editor: Editor, server: Server) -> Document:
    editor.page.keyboard.press("Control+s")
    editor.expect_saved()
    return server.project(editor.project_id)


def test_undo_takes_back_every_edit_and_redo_brings_each_again(
    open_document: OpenDocument, server: Server
) -> None:
    editor = open_document(unwired())
    page = editor.page
    before = document_of(editor, server)
    states = [before]

    def edited() -> None:
        expect(page.locator("[data-save-state]")).not_to_have_attribute("data-save-state", "failed")
        states.append(document_of(editor, server))
        assert states[-1] != states[-2], "the edit did not reach the document"

    editor.wire(editor.output("a"), editor.input("total"))
    edited()
    editor.add("Dropout")
    edited()
    editor.fill("rate", "0.25")
    editor.inspector.locator("[name=rate]").press("Tab")
    edited()
    editor.rename("thin")
    edited()
    x, y = middle(editor.node("thin"))
    editor.drag(editor.node("thin"), (x + 30, y + 40))
    edited()
    editor.canvas.get_by_role("button", name="Duplicate").click()
    expect(editor.nodes).to_have_count(7)
    edited()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    expect(editor.nodes).to_have_count(0)
    edited()
    editor.training.get_by_label("Epochs", exact=True).fill("3")
    edited()

    steps = len(states) - 1
    for state in reversed(states[:-1]):
        editor.button("Undo").click()
        assert document_of(editor, server) == state
    expect(editor.button("Undo")).to_be_disabled()
    for _ in range(steps):
        editor.button("Redo").click()
    expect(editor.button("Redo")).to_be_disabled()
    assert document_of(editor, server) == states[-1]


def test_keys_undo_and_redo(open_document: OpenDocument) -> None:
    editor = open_document(unwired())
    editor.select("dense")
    editor.page.keyboard.press("Delete")
    expect(editor.nodes).to_have_count(4)
    editor.page.keyboard.press("Control+z")
    expect(editor.nodes).to_have_count(5)
    editor.page.keyboard.press("Control+Shift+z")
    expect(editor.nodes).to_have_count(4)


def test_dragging_a_node_is_one_step_of_undo(open_document: OpenDocument, server: Server) -> None:
    editor = open_document(chain())
    before = document_of(editor, server)
    x, y = middle(editor.node("first"))
    editor.drag(editor.node("first"), (x + 20, y + 90), steps=25)
    after = document_of(editor, server)
    assert after["view"]["main"]["nodes"]["first"][1] > before["view"]["main"]["nodes"]["first"][1] + 40
    assert after["models"] == before["models"]
    editor.button("Undo").click()
    assert document_of(editor, server) == before
    expect(editor.button("Undo")).to_be_disabled()


def test_deleting_a_node_takes_its_edges_and_undo_brings_them_back(open_document: OpenDocument) -> None:
    editor = open_document(chain())
    editor.select("second")
    editor.page.keyboard.press("Delete")
    expect(editor.node("second")).to_have_count(0)
    expect(editor.edges).to_have_count(1)
    expect(editor.node("y")).to_have_attribute("data-problem-severity", "error")
    editor.button("Undo").click()
    expect(editor.edges).to_have_count(3)
    expect(editor.edge("second.output", "y.inputs")).to_have_text("(batch, 2)")


def test_a_box_drawn_with_shift_selects_what_lies_inside(open_document: OpenDocument) -> None:
    editor = open_document(unwired())
    first, second = editor.node("a").bounding_box(), editor.node("b").bounding_box()
    assert first is not None
    assert second is not None
    mouse = editor.page.mouse
    editor.page.keyboard.down("Shift")
    mouse.move(first["x"] - 12, first["y"] - 12)
    mouse.down()
    mouse.move(second["x"] + second["width"] + 12, second["y"] + second["height"] + 12, steps=5)
    mouse.up()
    editor.page.keyboard.up("Shift")
    expect(editor.inspector).to_contain_text("2 nodes selected")
    assert editor.selected() == {"a", "b"}


def test_what_is_selected_moves_together(open_document: OpenDocument, server: Server) -> None:
    editor = open_document(unwired())
    before = document_of(editor, server)["view"]["main"]["nodes"]
    editor.select("a")
    editor.node("b").click(modifiers=["Shift"])
    assert editor.selected() == {"a", "b"}
    x, y = middle(editor.node("a"))
    editor.drag(editor.node("a"), (x + 25, y + 35))
    after = document_of(editor, server)["view"]["main"]["nodes"]
    moves = {node: (after[node][0] - before[node][0], after[node][1] - before[node][1]) for node in before}
    assert moves["a"] == moves["b"] != (0, 0)
    assert moves["total"] == moves["dense"] == moves["answer"] == (0, 0)


def test_arrow_keys_move_the_selection_and_undo_takes_it_back(
    open_document: OpenDocument, server: Server
) -> None:
    editor = open_document(chain())
    before = document_of(editor, server)
    editor.select("first")
    editor.page.keyboard.press("ArrowDown")
    editor.page.keyboard.press("Shift+ArrowRight")
    after = document_of(editor, server)["view"]["main"]["nodes"]["first"]
    assert after == [before["view"]["main"]["nodes"]["first"][0] + 50, 10]
    while editor.button("Undo").is_enabled():
        editor.button("Undo").click()
    assert document_of(editor, server) == before


def test_a_copied_part_is_pasted_with_its_edges_as_one_step(open_document: OpenDocument) -> None:
    editor = open_document(chain())
    editor.select("first")
    editor.node("second").click(modifiers=["Shift"])
    editor.page.keyboard.press("Control+c")
    editor.page.keyboard.press("Control+v")
    expect(editor.nodes).to_have_count(6)
    expect(editor.edges).to_have_count(4)
    editor.button("Undo").click()
    expect(editor.nodes).to_have_count(4)


def test_a_name_that_is_taken_is_refused_and_the_old_one_stays(open_document: OpenDocument) -> None:
    editor = open_document(chain())
    editor.select("second")
    editor.name_field().fill("first")
    editor.name_field().press("Enter")
    expect(editor.notices).to_contain_text("The name first is taken.")
    expect(editor.name_field()).to_have_value("second")
    expect(editor.edges).to_have_count(3)


def test_arrange_puts_nodes_from_left_to_right_as_one_step(
    open_document: OpenDocument, server: Server
) -> None:
    heap = chain()
    heap["view"] = {
        "main": {"nodes": {"x": [600, 300], "first": [40, 10], "second": [50, 30], "y": [0, 500]}}
    }
    editor = open_document(heap)
    before = document_of(editor, server)
    editor.button("Arrange").click()
    expect(editor.button("Undo")).to_be_enabled()
    places = document_of(editor, server)["view"]["main"]["nodes"]
    columns = [places[node][0] for node in ("x", "first", "second", "y")]
    assert columns == sorted(columns)
    assert len(set(columns)) == 4
    editor.button("Undo").click()
    assert document_of(editor, server) == before
