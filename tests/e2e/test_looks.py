"""How the page looks is the person's choice and kept: language, theme, panels; it works on a small screen too."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from e2e.conftest import Document, OpenContext, Server
from e2e.documents import example
from e2e.editor import Editor

OpenDocument = Callable[[Document], Editor]

BACKGROUND = "() => getComputedStyle(document.body).backgroundColor"


def brightness(page: Page) -> float:
    red, green, blue = page.evaluate(f"({BACKGROUND})().match(/\\d+/g).slice(0, 3).map(Number)")
    return float((red + green + blue) / 3)


def test_the_language_is_switched_to_chinese_and_back_and_kept(
    page: Page, open_document: OpenDocument
) -> None:
    editor = open_document(example("start"))
    editor.select("merge")
    editor.button("Language").click()
    page.get_by_role("menuitemradio", name="简体中文").click()
    expect(page.get_by_role("region", name="画布")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(page.get_by_role("button", name="训练", exact=True)).to_be_visible()
    expect(editor.page.locator('[data-node="merge"]')).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="训练", exact=True)).to_be_visible()
    page.get_by_role("button", name="语言").click()
    page.get_by_role("menuitemradio", name="English").click()
    expect(editor.button("Train")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_browser_that_speaks_chinese_is_answered_in_chinese(
    open_context: OpenContext, server: Server
) -> None:
    page = open_context(locale="zh-CN").new_page()
    page.goto(f"{server.url}/projects/{server.create_project(example('start'))}")
    expect(page.get_by_role("button", name="训练", exact=True)).to_be_visible()


def test_the_theme_is_switched_to_dark_and_kept(page: Page, open_document: OpenDocument) -> None:
    editor = open_document(example("start"))
    assert brightness(page) > 200
    editor.button("Theme").click()
    page.get_by_role("menuitemradio", name="Dark").click()
    page.wait_for_function(f"() => !({BACKGROUND})().includes('255')")
    assert brightness(page) < 60
    page.reload()
    expect(editor.canvas).to_be_visible()
    assert brightness(page) < 60


def test_a_system_in_dark_gets_a_dark_page(open_context: OpenContext, server: Server) -> None:
    page = open_context(color_scheme="dark").new_page()
    editor = Editor(page, server.url)
    editor.open(server.create_project(example("start")))
    assert brightness(page) < 60


def test_panels_are_put_away_and_brought_back(page: Page, open_document: OpenDocument) -> None:
    editor = open_document(example("start"))
    editor.button("Panels").click()
    page.get_by_role("menuitemcheckbox", name="Layers").click()
    expect(editor.palette).to_be_hidden()
    page.get_by_role("menuitemcheckbox", name="Layers").click()
    expect(editor.palette).to_be_visible()


def test_the_sheet_of_shortcuts_opens_by_its_key(page: Page, open_document: OpenDocument) -> None:
    open_document(example("start"))
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_contain_text("Duplicate, with new weights")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def test_a_screen_of_1024_by_768_shows_everything_without_scrolling_sideways(
    open_context: OpenContext, server: Server
) -> None:
    page = open_context(viewport={"width": 1024, "height": 768}).new_page()
    editor = Editor(page, server.url)
    editor.open(server.create_project(example("start")))
    for region in ("Layers", "Canvas", "Inspector", "Training", "Losses", "Problems"):
        expect(editor.region(region)).to_be_in_viewport()
    for name in ("Undo", "Redo", "Arrange", "Import", "Export", "Train", "Pause", "Resume", "Stop"):
        expect(editor.button(name)).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(editor.node("first")).to_be_in_viewport()
    editor.canvas.get_by_role("button", name="Fit view").click()
    for node in ("first", "larger"):
        expect(editor.node(node)).to_be_in_viewport()
