"""axe-core finds nothing serious: in the editor, while training, in every dialog, at sign-in; in light and in dark."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import Console, OpenContext, Server
from e2e.documents import brief, example, unwired
from e2e.editor import Editor

AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"

SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])


def expect_accessible(page: Page, what: str) -> None:
    """No violation that axe calls serious or critical, nor one that hides a name."""
    if not page.evaluate("'axe' in globalThis"):
        page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = page.evaluate("async () => (await axe.run(document)).violations")
    told = [
        f"{each['impact']} {each['id']}: {each['help']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"][:3]
    ]
    assert not told, f"{what}:\n" + "\n".join(told)


@SCHEMES
def test_the_editor_is_accessible(open_context: OpenContext, server: Server, scheme: str) -> None:
    page = open_context(color_scheme=scheme).new_page()
    editor = Editor(page, server.url)
    editor.open(server.create_project(brief(example("start"), epochs=1000)))
    expect(editor.problems).to_contain_text("No problems")
    expect_accessible(page, "a model that is ready")
    editor.select("encoded_a")
    editor.train()
    editor.expect_run("training")
    expect(editor.losses.get_by_role("img", name="Chart of losses").locator("canvas")).to_be_visible()
    expect_accessible(page, "a node that is selected while its model trains")
    editor.button("Stop").click()
    editor.open(server.create_project(unwired()))
    expect(editor.problems.get_by_role("listitem")).not_to_have_count(0)
    expect_accessible(page, "a model with problems")


@SCHEMES
def test_every_dialog_and_menu_is_accessible(open_context: OpenContext, server: Server, scheme: str) -> None:
    page = open_context(color_scheme=scheme).new_page()
    editor = Editor(page, server.url)
    editor.open(server.create_project(example("start")))
    expect(editor.nodes.first).to_be_visible()
    editor.button("Projects").click()
    page.locator("[data-project]").first.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("button", name="Keep")).to_be_visible()
    expect_accessible(page, "Projects")
    page.keyboard.press("Escape")
    for button, shown in {
        "Examples": page.locator("[data-example]").first,
        "Keyboard shortcuts": page.get_by_role("dialog", name="Keyboard shortcuts"),
        "Panels": page.get_by_role("menu"),
        "Language": page.get_by_role("menu"),
        "Theme": page.get_by_role("menu"),
    }.items():
        editor.button(button).click()
        expect(shown).to_be_visible()
        expect_accessible(page, button)
        page.keyboard.press("Escape")
        expect(shown).to_be_hidden()
    editor.training.get_by_role("button", name="Browse and upload data").click()
    expect(page.get_by_role("img", name="Most frequent values of same:")).to_be_visible()
    expect_accessible(page, "columns of a data set")
    page.get_by_role("tab", name="Rows").click()
    expect(page.get_by_role("img", name="8 × 8").first).to_be_visible()
    expect_accessible(page, "rows of a data set")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    editor.training.get_by_role("button", name="Fit the inputs to this data set").click()
    expect(page.get_by_role("dialog").get_by_role("button", name="Cancel")).to_be_visible()
    expect_accessible(page, "a proposal")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    editor.training.get_by_label("Split", exact=True).select_option(label="Stratified")
    expect(editor.training.get_by_role("slider")).to_have_count(2)
    expect_accessible(page, "a split")
    page.mouse.dblclick(*editor.free_point())
    expect(page.get_by_role("dialog", name="Add a layer")).to_be_visible()
    expect_accessible(page, "the search on the canvas")
    page.keyboard.press("Escape")
    editor.node("merge").click(button="right")
    expect(page.get_by_role("menu")).to_be_visible()
    expect_accessible(page, "a node's menu")


@SCHEMES
def test_signing_in_is_accessible(
    open_context: OpenContext, console: Console, server: Server, scheme: str
) -> None:
    console.allow("status of 401")
    page = open_context(is_signed_in=False, color_scheme=scheme).new_page()
    page.goto(server.url)
    expect(page.get_by_role("heading", name="Sign in to Layerloom")).to_be_visible()
    expect_accessible(page, "sign-in")
