"""Training as it is seen: first point, curves, progress, pause and stop, loss weights turned while it goes."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from e2e.conftest import Document, OpenContext, Server
from e2e.documents import brief, example
from e2e.editor import Editor

OpenDocument = Callable[[Document], Editor]

A_LOSS = re.compile(r"^\d+\.\d+")


def endless(name: str = "start") -> Document:
    """An example that trains until it is stopped."""
    return brief(example(name), epochs=1000)


def test_the_first_point_comes_soon_after_train_is_pressed(open_document: OpenDocument) -> None:
    editor = open_document(endless())
    expect(editor.problems).to_contain_text("No problems")
    # A server that has just started is still preparing the process that workers are forked from.
    editor.train()
    expect(editor.latest_loss("same")).to_have_text(A_LOSS)
    editor.button("Stop").click()
    editor.expect_run("stopped")
    first = editor.run_id()
    took = editor.page.evaluate(
        """async (first) => {
            const train = [...document.querySelectorAll("button")]
                .find((button) => button.textContent === "Train");
            const start = performance.now();
            train.click();
            const panel = () => document.querySelector("[data-run]");
            while (panel()?.dataset.run === first) await new Promise(requestAnimationFrame);
            const losses = () => [...document.querySelectorAll("tr[data-output] [data-loss]")];
            while (losses().length < 2 || losses().some((cell) => !/^[0-9]/.test(cell.textContent))) {
                await new Promise(requestAnimationFrame);
                if (performance.now() - start > 30000) return null;
            }
            return performance.now() - start;
        }""",
        first,
    )
    assert took is not None, "no loss within 30 seconds"
    print(f"first point {took / 1000:.2f} s after Train (aim: 2 s)")
    assert took < 10_000


def test_losses_progress_and_curves_of_every_output_are_shown(
    open_document: OpenDocument, server: Server
) -> None:
    editor = open_document(brief(example("start"), epochs=2, batch_size=256))
    run = editor.train()
    table = editor.losses.get_by_role("table", name="Latest losses")
    for output in ("same", "larger"):
        expect(table.locator(f'tr[data-output="{output}"]')).to_be_visible()
        expect(editor.latest_loss(output)).to_have_text(A_LOSS)
    expect(editor.losses.get_by_role("progressbar", name="Progress of the run")).to_be_visible()
    expect(editor.losses.get_by_text(re.compile(r"^Epoch \d of 2 · step \d+ of \d+"))).to_be_visible()
    chart = editor.losses.get_by_role("img", name="Chart of losses")
    expect(chart.locator("canvas")).to_be_visible()
    editor.expect_run("finished", timeout=90_000)
    expect(editor.button("Stop")).to_be_disabled()
    expect(editor.button("Train")).to_be_enabled()

    events = server.events(run)
    expect(editor.run_panel).to_have_attribute("data-last-seq", str(len(events)))
    last = next(event for event in reversed(events) if event["kind"] == "epoch_ended")
    row = table.locator('tr[data-output="same"]')
    expect(row).to_contain_text(f"{last['validation']['losses']['same']:.4g}"[:5])
    expect(row).to_contain_text(f"{last['validation']['metrics']['same']['accuracy']:.4g}"[:5])
    expect(chart).to_have_attribute("aria-label", re.compile(r"same 0\.\d+, larger 0\.\d+|larger .*, same"))
    painted = chart.locator("canvas").evaluate(
        """(canvas) => {
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            const colors = new Set();
            for (let at = 0; at < data.length; at += 4) {
                if (data[at + 3] > 250) colors.add([data[at] >> 4, data[at + 1] >> 4, data[at + 2] >> 4].join());
            }
            return colors.size;
        }"""
    )
    assert painted >= 3, "the chart holds no curves"


def test_a_run_pauses_goes_on_and_stops(open_document: OpenDocument, server: Server) -> None:
    editor = open_document(endless())
    run = editor.train()
    editor.expect_run("training")
    expect(editor.button("Train")).to_be_disabled()
    editor.button("Pause").click()
    editor.expect_run("paused")
    events = server.events(run)
    [paused] = [event["seq"] for event in events if event["kind"] == "run_paused"]
    assert not [event for event in events if event["kind"] == "step_ended" and event["seq"] > paused]
    held = editor.last_seq()
    editor.button("Resume").click()
    editor.expect_run("training")
    editor.expect_more_events()
    assert editor.last_seq() > held
    editor.button("Stop").click()
    editor.expect_run("stopped")
    assert server.run(run)["state"] == "stopped"


def test_a_loss_weight_is_turned_while_the_run_goes(open_document: OpenDocument, server: Server) -> None:
    editor = open_document(endless())
    run = editor.train()
    weight = editor.losses.get_by_label("Loss weight of larger")
    weight.fill("0.25")
    weight.press("Enter")
    editor.expect_more_events()
    expect(weight).to_have_value("0.25")
    editor.button("Stop").click()
    editor.expect_run("stopped")
    events = server.events(run)
    changed = next(event for event in events if event["kind"] == "training_changed")
    assert changed["loss_weights"]["larger"] == 0.25
    after = next(event for event in reversed(events) if event["kind"] == "step_ended")
    assert after["seq"] > changed["seq"]
    expected = after["losses"]["same"] + 0.25 * after["losses"]["larger"] + after.get("regularization", 0)
    assert abs(after["loss"] - expected) < 1e-4


def test_a_curve_is_hidden_and_shown_by_its_name(open_document: OpenDocument) -> None:
    editor = open_document(endless())
    editor.train()
    toggle = editor.losses.get_by_role("button", name="Show same")
    expect(toggle).to_have_attribute("aria-pressed", "true")
    toggle.click()
    expect(toggle).to_have_attribute("aria-pressed", "false")
    expect(editor.latest_loss("same")).to_have_text(A_LOSS)


def test_a_second_browser_follows_the_same_run_live(
    open_document: OpenDocument, open_context: OpenContext, server: Server
) -> None:
    editor = open_document(endless())
    run = editor.train()
    other = Editor(open_context().new_page(), server.url)
    other.open(editor.project_id)
    expect(other.run_panel).to_have_attribute("data-run", run)
    other.expect_more_events()
    other.button("Stop").click()
    other.expect_run("stopped")
    editor.expect_run("stopped")
    count = len(server.events(run))
    for one in (editor, other):
        expect(one.run_panel).to_have_attribute("data-last-seq", str(count))


def test_the_latest_loss_stands_on_its_output_node(open_document: OpenDocument) -> None:
    editor = open_document(endless())
    editor.train()
    expect(editor.node("same").locator("[title^='Latest loss']")).to_have_text(A_LOSS)


def test_training_goes_on_while_another_project_is_looked_at(
    open_document: OpenDocument, server: Server
) -> None:
    editor = open_document(endless())
    run = editor.train()
    first = editor.project_id
    editor.open(server.create_project(example("two-outputs")))
    expect(editor.losses).to_contain_text("No run yet")
    assert server.run(run)["state"] in ("queued", "starting", "training")
    editor.open(first)
    expect(editor.run_panel).to_have_attribute("data-run", run)
    editor.expect_run("training")
