"""A connection that is cut loses nothing: no point of a run, no edit."""

import time
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Route, WebSocketRoute, expect

from e2e.conftest import Console, Document, Server
from e2e.documents import brief, chain, example
from e2e.editor import Editor

OpenDocument = Callable[[Document], Editor]


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


def test_a_network_that_is_away_for_a_while_costs_no_point(
    open_document: OpenDocument, context: BrowserContext, console: Console, server: Server
) -> None:
    console.allow("ERR_INTERNET_DISCONNECTED|WebSocket connection to|Failed to load resource")
    editor = open_document(brief(example("start"), epochs=1000))
    run = editor.train()
    editor.expect_run("training")
    before = editor.last_seq()
    context.set_offline(True)
    wait_until(editor, lambda: server.run(run)["last_seq"] > before + 100)
    context.set_offline(False)
    editor.button("Stop").click()
    editor.expect_run("stopped")
    expect_nothing_missing(editor, server, run)


def test_edits_made_while_offline_are_saved_when_the_network_is_back(
    open_document: OpenDocument, context: BrowserContext, console: Console, server: Server
) -> None:
    console.allow("ERR_INTERNET_DISCONNECTED|Failed to load resource")
    editor = open_document(chain())
    editor.select("first")
    context.set_offline(True)
    editor.fill("units", "9")
    save = editor.page.locator("[data-save-state]")
    expect(save).to_have_attribute("data-save-state", "offline")
    context.set_offline(False)
    expect(save).to_have_attribute("data-save-state", "saved")
    saved = server.project(editor.project_id)["models"]["main"]["layers"]["first"]["config"]
    assert saved["units"] == 9


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
