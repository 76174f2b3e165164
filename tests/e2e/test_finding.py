"""Finding layers: the palette's search, the search on the canvas, dropping an edge where nothing is."""

from collections.abc import Callable

from playwright.sync_api import Locator, expect

from e2e.conftest import Document
from e2e.documents import chain, unwired
from e2e.editor import Editor

OpenDocument = Callable[[Document], Editor]


def palette_search(editor: Editor) -> Locator:
    return editor.palette.get_by_role("searchbox", name="Search layers")


def shown_types(editor: Editor) -> list[str]:
    return [text or "" for text in editor.palette.locator("[data-layer-type]").all_inner_texts()]


def test_the_palette_is_searched_by_what_a_layer_does_in_english_and_chinese(
    open_document: OpenDocument,
) -> None:
    editor = open_document(unwired())
    assert {"Dense", "LSTM", "Concatenate", "TimeDistributed", "Input", "Output"} <= set(shown_types(editor))
    for query, found in {"sum": "Add", "lstm": "LSTM", "全连接": "Dense", "拼接": "Concatenate"}.items():
        palette_search(editor).fill(query)
        expect(editor.palette.locator("[data-layer-type]").first).to_have_text(found)
    palette_search(editor).fill("no such layer")
    expect(editor.palette).to_contain_text("No layer type matches “no such layer”.")
    palette_search(editor).press("Escape")
    expect(editor.palette.locator("[data-layer-type=Dense]")).to_be_visible()


def test_enter_in_the_palette_s_search_adds_the_first_one_found(open_document: OpenDocument) -> None:
    editor = open_document(unwired())
    palette_search(editor).fill("concat")
    palette_search(editor).press("Enter")
    expect(editor.node("concatenate")).to_have_attribute("data-selected", "true")


def test_a_layer_is_dragged_from_the_palette_to_where_it_is_let_go(open_document: OpenDocument) -> None:
    editor = open_document(unwired())
    x, y = editor.free_point()
    editor.drag(editor.palette.locator("[data-layer-type=Dropout]"), (x, y))
    box = editor.node("dropout").bounding_box()
    assert box is not None
    assert box["x"] <= x <= box["x"] + box["width"]
    assert box["y"] <= y <= box["y"] + box["height"]


def test_a_layer_dropped_on_an_edge_is_spliced_into_it(open_document: OpenDocument) -> None:
    editor = open_document(chain())
    editor.drag(editor.palette.locator("[data-layer-type=Dropout]"), editor.edge("x.output", "first.inputs"))
    expect(editor.edge("x.output", "dropout.inputs")).to_have_text("(batch, 8)")
    expect(editor.edge("dropout.output", "first.inputs")).to_have_text("(batch, 8)")
    expect(editor.edge("x.output", "first.inputs")).to_have_count(0)
    editor.button("Undo").click()
    expect(editor.edge("x.output", "first.inputs")).to_be_visible()


def test_a_double_click_on_the_canvas_searches_and_adds_there(open_document: OpenDocument) -> None:
    editor = open_document(unwired())
    x, y = editor.free_point()
    editor.page.mouse.dblclick(x, y)
    search = editor.page.get_by_role("dialog", name="Add a layer")
    search.get_by_role("combobox").fill("lstm")
    expect(search.get_by_role("option").first).to_contain_text("LSTM")
    editor.page.keyboard.press("Enter")
    expect(search).to_be_hidden()
    expect(editor.node("lstm")).to_have_attribute("data-selected", "true")


def test_the_search_is_closed_by_escape(open_document: OpenDocument) -> None:
    editor = open_document(unwired())
    editor.page.mouse.dblclick(*editor.free_point())
    expect(editor.page.get_by_role("dialog", name="Add a layer")).to_be_visible()
    editor.page.keyboard.press("Escape")
    expect(editor.page.get_by_role("dialog", name="Add a layer")).to_be_hidden()
    expect(editor.nodes).to_have_count(5)


def test_an_edge_let_go_on_empty_canvas_offers_what_can_follow(open_document: OpenDocument) -> None:
    editor = open_document(unwired())
    editor.drag(editor.output("a"), editor.free_point())
    search = editor.page.get_by_role("dialog", name="What follows a")
    expect(search.get_by_role("option").filter(has_text="Dense").first).to_be_visible()
    expect(search.locator("[data-choice=Input]")).to_have_count(0)
    search.get_by_role("combobox").fill("dropout")
    search.locator("[data-choice=Dropout]").click()
    expect(editor.edge("a.output", "dropout.inputs")).to_have_text("(batch, 4)")
    editor.button("Undo").click()
    expect(editor.node("dropout")).to_have_count(0)
    expect(editor.edges).to_have_count(0)
