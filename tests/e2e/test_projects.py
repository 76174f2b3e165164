"""Projects: saved by themselves, listed, opened, removed; two tabs never overwrite each other; JSON out and in."""

import json
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from e2e.conftest import Console, Document, OpenContext, Server
from e2e.documents import chain, example
from e2e.editor import Editor

OpenDocument = Callable[[Document], Editor]


def test_edits_are_saved_and_there_after_a_reload(open_document: OpenDocument, server: Server) -> None:
    editor = open_document(chain())
    editor.select("first")
    editor.fill("units", "17")
    editor.add("Dropout", "thin")
    editor.expect_saved()
    editor.page.reload()
    expect(editor.node("thin")).to_be_visible()
    expect(editor.edge("first.output", "second.inputs")).to_have_text("(batch, 17)")
    saved = server.project(editor.project_id)
    assert saved["models"]["main"]["layers"]["first"]["config"]["units"] == 17
    assert saved["models"]["main"]["layers"]["thin"]["type"] == "Dropout"


def test_the_page_opens_on_a_working_model_at_the_first_visit(page: Page, server: Server) -> None:
    for project in server.client.get("/api/projects", params={"limit": 200}).json()["items"]:
        server.client.delete(f"/api/projects/{project['id']}")
    editor = Editor(page, server.url)
    page.goto(server.url)
    expect(page.get_by_role("complementary", name="Welcome to Layerloom")).to_be_visible()
    for node in ("first", "encoded_a", "merge", "same", "larger"):
        expect(editor.node(node)).to_be_visible()
    expect(editor.problems).to_contain_text("No problems")
    page.get_by_role("button", name="Train this model").click()
    for output in ("same", "larger"):
        expect(editor.latest_loss(output)).to_have_text(re.compile(r"^\d"), timeout=30_000)
    expect(page.get_by_role("complementary", name="Welcome to Layerloom")).to_be_hidden()


def test_projects_are_listed_opened_and_removed(
    page: Page, open_document: OpenDocument, server: Server
) -> None:
    other = server.create_project({**example("two-outputs"), "name": "The other one"})
    doomed = server.create_project({**chain(), "name": "The doomed one"})
    editor = open_document(chain())
    editor.button("Projects").click()
    dialog = page.get_by_role("dialog", name="Projects")
    dialog.get_by_role("textbox", name="Search projects").fill("the ")
    row = dialog.locator(f'[data-project="{doomed}"]')
    row.get_by_role("button", name="Delete The doomed one").click()
    row.get_by_role("button", name="Delete", exact=True).click()
    expect(row).to_have_count(0)
    assert server.client.get(f"/api/projects/{doomed}").status_code == 404
    dialog.locator(f'[data-project="{other}"]').get_by_role("button", name="The other one").first.click()
    expect(page).to_have_url(re.compile(other))
    expect(page.get_by_label("Project name")).to_have_value("The other one")
    expect(editor.node("digit")).to_be_visible()


def test_a_project_is_renamed_in_the_toolbar(page: Page, open_document: OpenDocument, server: Server) -> None:
    editor = open_document(chain())
    name = page.get_by_label("Project name")
    name.fill("手写数字 & co")
    name.press("Enter")
    editor.expect_saved()
    assert server.project(editor.project_id)["name"] == "手写数字 & co"
    expect(page).to_have_title("手写数字 & co · Layerloom")


def two_tabs(open_document: OpenDocument, open_context: OpenContext, server: Server) -> tuple[Editor, Editor]:
    """The first has saved an edit since the second was opened; the second then makes its own."""
    first = open_document(chain())
    second = Editor(open_context().new_page(), server.url)
    second.open(first.project_id)
    first.select("first")
    first.fill("units", "21")
    first.expect_saved()
    second.select("second")
    second.fill("units", "22")
    return first, second


def units_of(document: Document) -> tuple[int, int]:
    layers = document["models"]["main"]["layers"]
    return layers["first"]["config"]["units"], layers["second"]["config"]["units"]


def test_the_second_of_two_tabs_is_asked_and_may_keep_its_own_as_a_copy(
    open_document: OpenDocument, open_context: OpenContext, console: Console, server: Server
) -> None:
    console.allow("status of 412")
    first, second = two_tabs(open_document, open_context, server)
    dialog = second.page.get_by_role("dialog", name="Changed elsewhere")
    expect(dialog).to_be_visible()
    assert units_of(server.project(first.project_id)) == (21, 2), "the first tab's edit was overwritten"
    dialog.get_by_role("button", name=re.compile("copy", re.IGNORECASE)).click()
    expect(dialog).to_be_hidden()
    expect(second.page).not_to_have_url(re.compile(first.project_id))
    second.expect_saved()
    assert units_of(server.project(second.project_id)) == (4, 22)
    assert units_of(server.project(first.project_id)) == (21, 2)


def test_the_second_of_two_tabs_may_load_the_other_version(
    open_document: OpenDocument, open_context: OpenContext, console: Console, server: Server
) -> None:
    console.allow("status of 412")
    _, second = two_tabs(open_document, open_context, server)
    dialog = second.page.get_by_role("dialog", name="Changed elsewhere")
    dialog.get_by_role("button", name="Load their version").click()
    expect(second.edge("first.output", "second.inputs")).to_have_text("(batch, 21)")
    expect(second.edge("second.output", "y.inputs")).to_have_text("(batch, 2)")
    second.expect_saved()


def test_what_is_exported_is_canonical_json_and_comes_back_by_import(
    page: Page, open_document: OpenDocument, server: Server, tmp_path: Path
) -> None:
    document = example("two-inputs-aux-output")
    editor = open_document(document)
    with page.expect_download() as downloading:
        editor.button("Export").click()
    path = tmp_path / downloading.value.suggested_filename
    downloading.value.save_as(path)
    text = path.read_text()
    assert path.suffix == ".json"
    assert json.loads(text) == document
    assert text == (json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n").replace(
        "1.0", "1"
    )

    before = editor.project_id
    with page.expect_file_chooser() as choosing:
        editor.button("Import").click()
    choosing.value.set_files(path)
    expect(editor.notices).to_contain_text("Imported")
    expect(page).not_to_have_url(re.compile(before))
    expect(editor.node("main_output")).to_be_visible()
    assert server.project(editor.project_id) == document


def test_a_file_that_is_no_model_is_refused_in_words_and_the_project_stays(
    page: Page, open_document: OpenDocument, console: Console, tmp_path: Path
) -> None:
    console.allow("status of 4")
    editor = open_document(chain())
    path = tmp_path / "holiday.json"
    path.write_text('{"photos": [1, 2, 3]}')
    with page.expect_file_chooser() as choosing:
        editor.button("Import").click()
    choosing.value.set_files(path)
    expect(editor.notices).to_contain_text("holiday.json could not be imported.")
    expect(editor.nodes).to_have_count(4)
