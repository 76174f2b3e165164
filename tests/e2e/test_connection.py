"""A connection that is cut loses nothing: no point of a run, no edit."""

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, Route, WebSocketRoute, expect

from e2e.conftest import Console, Document, Server
from e2e.documents import brief, chain, example
from e2e.editor import Editor
from e2e.wire import Wire

OpenDocument = Callable[[Document], Editor]


@pytest.fixture
def wire(server: Server) -> Iterator[Wire]:
    opened = Wire(server.port)
    yield opened
    opened.close()


def wait_until(editor: Editor, is_so: Callable[[], bool]) -> None:
    """For what the page does not show."""
    deadline = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < deadline, "it did not come about within 30 seconds"
        editor.page.wait_for_timeout(20)


def expect_nothing_missing(editor: Editor, server: Server, run: str) -> None:
    events = server.events(run)
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    steps = [event for event in events if event["kind"] == "step_ended"]
    expect(editor.run_panel).to_have_attribute("data-last-seq", str(len(events)))
    expect(editor.run_panel).to_have_attribute("data-points", str(len(steps)))


def test_a_websocket_that_breaks_is_opened_again_from_the_last_event(
    open_document: OpenDocument, context: BrowserContext, server: Server
) -> None:
    sockets: list[WebSocketRoute] = []

    def through(socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        sockets.append(socket)

    context.route_web_socket(lambda url: "/events" in url, through)
    editor = open_document(brief(example("start"), epochs=1000))
    run = editor.train()
    for connections in (1, 2, 3):
        wait_until(editor, lambda count=connections: len(sockets) == count)
        editor.expect_more_events()
        if connections < 3:
            sockets[-1].close(code=4000)
    editor.button("Stop").click()
    editor.expect_run("stopped")
    assert all("after=0" not in socket.url for socket in sockets[1:])
    expect_nothing_missing(editor, server, run)


def test_a_connection_that_is_cut_for_a_while_costs_no_point(
    page: Page, wire: Wire, console: Console, server: Server
) -> None:
    console.allow("ERR_|WebSocket connection to")
    editor = Editor(page, wire.url)
    editor.open(server.create_project(brief(example("start"), epochs=1000)))
    run = editor.train()
    editor.expect_run("training")
    editor.expect_more_events()
    wire.cut()
    expect(editor.losses.get_by_text("Reconnecting…")).to_be_visible()
    held = editor.last_seq()
    wait_until(editor, lambda: server.run(run)["last_seq"] > held + 200)
    assert editor.last_seq() < held + 100, "events came through a wire that is cut"
    wire.mend()
    editor.expect_more_events()
    expect(editor.losses.get_by_text("Reconnecting…")).to_be_hidden()
    editor.button("Stop").click()
    editor.expect_run("stopped")
    expect_nothing_missing(editor, server, run)


def test_edits_made_while_the_server_is_away_are_saved_when_it_is_back(
    page: Page, wire: Wire, console: Console, server: Server
) -> None:
    console.allow("ERR_")
    editor = Editor(page, wire.url)
    editor.open(server.create_project(chain()))
    editor.select("first")
    wire.cut()
    editor.fill("units", "9")
    save = page.locator("[data-save-state]")
    expect(save).to_have_attribute("data-save-state", "offline")
    editor.fill("units", "10")
    wire.mend()
    expect(save).to_have_attribute("data-save-state", "saved")
    assert server.project(editor.project_id)["models"]["main"]["layers"]["first"]["config"]["units"] == 10


def test_an_answer_that_is_lost_is_no_conflict(
    open_document: OpenDocument, context: BrowserContext, console: Console, server: Server
) -> None:
    console.allow("ERR_FAILED|Failed to load resource")
    editor = open_document(chain())
    editor.select("first")

    def lose_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    context.route("**/api/projects/*", lose_answer, times=1)
    editor.fill("units", "9")
    save = editor.page.locator("[data-save-state]")
    expect(save).to_have_attribute("data-save-state", "offline")
    editor.fill("units", "10")
    expect(save).to_have_attribute("data-save-state", "saved")
    assert server.project(editor.project_id)["models"]["main"]["layers"]["first"]["config"]["units"] == 10


def test_a_reload_right_after_an_edit_loses_nothing_and_is_no_conflict(
    open_document: OpenDocument, server: Server
) -> None:
    editor = open_document(chain())
    for units in ("11", "12", "13"):
        editor.select("first")
        editor.fill("units", units)
        editor.page.reload()
        editor.expect_saved()
        editor.select("first")
        expect(editor.inspector.locator("[name=units]")).to_have_value(units)
    assert server.project(editor.project_id)["models"]["main"]["layers"]["first"]["config"]["units"] == 13


def test_edits_that_never_reached_the_server_are_there_after_a_reload(
    open_document: OpenDocument, context: BrowserContext, console: Console, server: Server
) -> None:
    console.allow("ERR_INTERNET_DISCONNECTED|ERR_FAILED|Failed to load resource")
    editor = open_document(chain())
    editor.select("first")
    context.route("**/api/projects/*", lambda route: route.abort())
    editor.fill("units", "11")
    expect(editor.page.locator("[data-save-state]")).to_have_attribute("data-save-state", "offline")
    context.unroute("**/api/projects/*")
    editor.page.reload()
    editor.expect_saved()
    editor.select("first")
    expect(editor.inspector.locator("[name=units]")).to_have_value("11")
    assert server.project(editor.project_id)["models"]["main"]["layers"]["first"]["config"]["units"] == 11
