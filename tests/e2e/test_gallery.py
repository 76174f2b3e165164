"""Every example opens from the gallery as a project of its own and gives a loss for each output at once."""

import re

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import Server
from e2e.documents import EXAMPLES, example
from e2e.editor import Editor

NAMES = sorted(path.stem for path in EXAMPLES.glob("*.json") if path.stem != "index")


def test_the_gallery_shows_every_example(page: Page, server: Server) -> None:
    editor = Editor(page, server.url)
    editor.open(server.create_project(example("two-outputs")))
    editor.button("Examples").click()
    gallery = page.get_by_role("dialog", name="Examples")
    expect(gallery.locator("[data-example]")).to_have_count(len(NAMES))
    page.keyboard.press("Escape")
    expect(gallery).to_be_hidden()


@pytest.mark.parametrize("name", NAMES)
def test_an_example_opens_and_trains_at_once(page: Page, server: Server, name: str) -> None:
    editor = Editor(page, server.url)
    before = server.create_project(example("two-outputs"))
    editor.open(before)
    editor.button("Examples").click()
    page.get_by_role("dialog", name="Examples").locator(f'[data-example="{name}"]').click()
    expect(page).not_to_have_url(re.compile(before))
    document = example(name)
    expect(page.get_by_label("Project name")).to_have_value(document["name"])
    expect(editor.problems).to_contain_text("No problems")
    expect(editor.node(next(iter(document["training"]["outputs"])))).to_be_visible()
    run = editor.train()
    for output in document["training"]["outputs"]:
        expect(editor.latest_loss(output)).to_have_text(re.compile(r"^\d"), timeout=30_000)
    editor.button("Stop").click()
    expect(editor.run_panel).to_have_attribute("data-run-state", re.compile("stopped|finished"))
    assert set(server.run(run)["latest"]) == set(document["training"]["outputs"])
    assert server.project(before) == example("two-outputs"), "the project that was open has changed"
