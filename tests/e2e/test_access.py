"""Access: the printed address opens signed in, once; without it the page asks for the token; nobody else gets in."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from e2e.conftest import TOKEN, Console, OpenContext, Server
from e2e.editor import Editor

ADDRESS = re.compile(r"http://\S+/#t=\S+")


@pytest.fixture
def fresh_server(tmp_path: Path) -> Iterator[Server]:
    """A server whose address nobody has opened yet."""
    running = Server(tmp_path)
    running.start()
    yield running
    running.stop()


def test_the_printed_address_opens_signed_in_and_works_once(
    open_context: OpenContext, console: Console, fresh_server: Server
) -> None:
    console.allow("status of 401")
    printed = ADDRESS.search(fresh_server.log())
    assert printed is not None, fresh_server.log()
    page = open_context(is_signed_in=False).new_page()
    page.goto(printed.group())
    expect(Editor(page, fresh_server.url).canvas).to_be_visible()
    assert "#t=" not in page.url, "the ticket stays in the address"
    page.reload()
    expect(Editor(page, fresh_server.url).canvas).to_be_visible()

    stranger = open_context(is_signed_in=False).new_page()
    stranger.goto(printed.group())
    expect(stranger.get_by_role("heading", name="Sign in to Layerloom")).to_be_visible()


def test_a_page_without_a_cookie_asks_for_the_token(
    open_context: OpenContext, console: Console, server: Server
) -> None:
    console.allow("status of 401")
    page = open_context(is_signed_in=False).new_page()
    page.goto(server.url)
    expect(page.get_by_role("heading", name="Sign in to Layerloom")).to_be_visible()
    expect(page.get_by_role("region", name="Canvas")).to_have_count(0)
    field = page.get_by_label("Token", exact=True)
    field.fill("a guess")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("This is not the server's token.")).to_be_visible()
    field.fill(TOKEN)
    field.press("Enter")
    expect(page.get_by_role("region", name="Canvas")).to_be_visible()
    page.reload()
    expect(page.get_by_role("region", name="Canvas")).to_be_visible()


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
    open_context: OpenContext, console: Console, server: Server
) -> None:
    console.allow("status of 401")
    context = open_context(is_signed_in=False)
    page = context.new_page()
    page.goto(server.url)
    page.get_by_label("Token", exact=True).fill(TOKEN)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("region", name="Canvas")).to_be_visible()
    [cookie] = context.cookies(server.url)
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    assert page.evaluate("document.cookie") == ""


def test_the_page_runs_no_script_that_is_not_its_own(
    open_context: OpenContext, console: Console, server: Server
) -> None:
    page = open_context().new_page()
    page.goto(server.url)
    expect(page.get_by_role("region", name="Canvas")).to_be_visible()
    assert not console.errors
    console.allow("Content Security Policy")
    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "globalThis.wasRun = true";
            document.body.append(script);
        }"""
    )
    assert page.evaluate("globalThis.wasRun") is None
    assert console.errors
