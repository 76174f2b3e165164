"""The main job end to end, as a person does it: wire example (c) by hand, train it, reload in the middle, stop."""

import json
import re
from typing import Any

from playwright.sync_api import Page, WebSocket, expect

from e2e.conftest import Server
from e2e.editor import Editor


class Sockets:
    """Numbers of the events that came over each websocket of a page, in the order of their opening."""

    def __init__(self, page: Page) -> None:
        self.seqs: list[list[int]] = []
        page.on("websocket", self.follow)

    def follow(self, socket: WebSocket) -> None:
        came: list[int] = []
        self.seqs.append(came)

        def take(payload: str | bytes) -> None:
            events = json.loads(payload)
            came.extend(event["seq"] for event in (events if isinstance(events, list) else [events]))

        socket.on("framereceived", take)


def new_empty_project(page: Page, server: Server) -> Editor:
    editor = Editor(page, server.url)
    page.goto(server.url)
    expect(editor.canvas).to_be_visible()
    editor.button("Projects").click()
    page.get_by_role("dialog", name="Projects").get_by_role("button", name="New project").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(editor.nodes).to_have_count(0)
    return editor


def add_layers_of_same_digit(editor: Editor) -> None:
    for name in ("first", "second"):
        editor.add("Input", name)
        editor.fill("shape", "8, 8")
    editor.add("LSTM", "encoded_a")
    editor.fill("units", "32")
    editor.canvas.get_by_role("button", name="Call again").click()
    expect(editor.nodes).to_have_count(4)
    editor.rename("encoded_b")
    for node in ("encoded_a", "encoded_b"):
        expect(editor.canvas.get_by_role("group", name=f"{node}, LSTM, 2 calls", exact=True)).to_be_visible()
        expect(editor.node(node)).to_contain_text("2 calls")
    editor.add("Concatenate", "merge")
    editor.add("Dense", "compare")
    editor.fill("units", "32")
    editor.inspector.locator("[name=activation]").select_option("relu")
    editor.add("Dense", "decide")
    editor.fill("units", "1")
    editor.inspector.locator("[name=activation]").select_option("sigmoid")
    editor.add("Output", "same")


def wire_same_digit(editor: Editor) -> None:
    editor.wire(editor.output("first"), editor.input("encoded_a", "sequence"))
    editor.wire(editor.output("second"), editor.input("encoded_b", "sequence"))
    editor.wire(editor.output("encoded_a"), editor.input("merge"))
    editor.wire(editor.output("encoded_b"), editor.input("merge"))
    editor.wire(editor.output("merge"), editor.input("compare"))
    editor.wire(editor.output("compare"), editor.input("decide"))
    editor.wire(editor.output("decide"), editor.input("same"))


def expect_shapes_on_edges(editor: Editor) -> None:
    expect(editor.edge("first.output", "encoded_a.sequence")).to_have_text("(batch, 8, 8)")
    expect(editor.edge("second.output", "encoded_b.sequence")).to_have_text("(batch, 8, 8)")
    expect(editor.edge("encoded_a.output", "merge.inputs")).to_have_text("(batch, 32)")
    expect(editor.edge("merge.output", "compare.inputs")).to_have_text("(batch, 64)")
    expect(editor.edge("decide.output", "same.inputs")).to_have_text("(batch, 1)")


def fill_training(editor: Editor) -> None:
    panel = editor.training
    panel.get_by_label("Data set").select_option("digit-pairs")
    panel.get_by_label("Column for first", exact=True).select_option("first")
    panel.get_by_label("Column for second", exact=True).select_option("second")
    panel.get_by_label("Target column for same", exact=True).select_option("same")
    output = panel.get_by_role("group", name="Training of same")
    output.get_by_label("Loss", exact=True).select_option("binary_crossentropy")
    if output.get_by_text("accuracy", exact=True).count() == 0:
        output.get_by_label("Metrics", exact=True).fill("accuracy")
        editor.page.get_by_role("option", name="accuracy", exact=True).click()
    panel.get_by_label("Epochs", exact=True).fill("60")
    panel.get_by_label("Batch size", exact=True).fill("128")
    panel.get_by_label("Validation split", exact=True).fill("0.2")


def expect_journal_without_gaps(events: list[dict[str, Any]]) -> None:
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))


def test_a_person_wires_trains_reloads_and_stops(page: Page, server: Server) -> None:
    editor = new_empty_project(page, server)
    add_layers_of_same_digit(editor)
    wire_same_digit(editor)
    expect_shapes_on_edges(editor)
    fill_training(editor)
    expect(editor.problems).to_contain_text("No problems")

    sockets = Sockets(page)
    run = editor.train()
    expect(editor.losses.get_by_text(re.compile(r"^Epoch ([3-9]|\d\d) of 60"))).to_be_visible(timeout=60_000)
    ended = [event for event in server.events(run) if event["kind"] == "epoch_ended"]
    assert len(ended) >= 2
    assert all(isinstance(event["losses"]["same"], float) for event in ended)
    expect(editor.latest_loss("same")).to_have_text(re.compile(r"^0\.\d+$"))

    before = len(sockets.seqs)
    page.reload()
    expect(editor.run_panel).to_have_attribute("data-run", run)
    editor.expect_run("training")
    assert server.run(run)["state"] == "training"
    editor.expect_more_events()

    editor.button("Stop").click()
    editor.expect_run("stopped")
    events = server.events(run)
    expect_journal_without_gaps(events)
    came = [seq for socket in sockets.seqs[before:] for seq in socket]
    assert came == list(range(1, len(events) + 1)), "a point is missing or doubled after the reload"
    steps = [event for event in events if event["kind"] == "step_ended"]
    expect(editor.run_panel).to_have_attribute("data-last-seq", str(len(events)))
    expect(editor.run_panel).to_have_attribute("data-points", str(len(steps)))
    shown = float(editor.latest_loss("same").inner_text())
    assert abs(shown - steps[-1]["losses"]["same"]) <= 1e-3 * shown
