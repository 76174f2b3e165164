"""Compile and fit in the panel: callbacks, schedules, device, limits; checked before the run, turned while it goes."""

from collections.abc import Callable

from playwright.sync_api import Locator, expect

from e2e.conftest import Document, OpenContext, Server
from e2e.documents import brief, example
from e2e.editor import Editor
from e2e.test_accessibility import expect_accessible

OpenDocument = Callable[[Document], Editor]


def endless(**fit: object) -> Document:
    return brief(example("start"), epochs=1000, **fit)


def unfold(editor: Editor, name: str) -> None:
    editor.training.get_by_role("button", name=name).click()


def field(editor: Editor, name: str) -> Locator:
    return editor.training.locator(f"[name='{name}']")


def test_a_callback_follows_a_number_that_the_run_reports(
    open_document: OpenDocument, server: Server
) -> None:
    editor = open_document(endless())
    unfold(editor, "Callbacks")
    field(editor, "callbacks").select_option("EarlyStopping")

    card = editor.training.get_by_role("group", name="EarlyStopping")
    offered = card.locator("[name=monitor] option").all_text_contents()
    assert {"val_loss", "val_same_loss", "larger_accuracy", "learning_rate"} <= set(offered)
    card.locator("[name=monitor]").select_option("val_same_loss")
    card.locator("[name=patience]").fill("3")
    field(editor, "callbacks").select_option("TerminateOnNaN")
    editor.training.get_by_role("button", name="Remove TerminateOnNaN").click()

    editor.expect_saved()
    assert server.project(editor.project_id)["training"]["fit"]["callbacks"] == [
        {"type": "EarlyStopping", "config": {"monitor": "val_same_loss", "patience": 3}}
    ]
    expect(editor.problems).to_contain_text("No problems")


def test_a_schedule_shows_its_curve_over_the_whole_run(open_document: OpenDocument, server: Server) -> None:
    editor = open_document(brief(example("start"), epochs=4, batch_size=96))
    field(editor, "schedule").select_option("CosineDecay")

    curve = editor.training.get_by_role("img", name="Learning rate over the run: from 0.003 to")
    expect(curve).to_be_visible()
    assert field(editor, "decay_steps").input_value() == str(4 * 100)
    field(editor, "alpha").fill("0.5")
    expect(editor.training.get_by_role("img", name="from 0.003 to 0.0015")).to_be_visible()
    editor.expect_saved()
    rate = server.project(editor.project_id)["training"]["optimizer"]["config"]["learning_rate"]
    assert rate == {
        "type": "CosineDecay",
        "config": {"initial_learning_rate": 0.003, "decay_steps": 400, "alpha": 0.5},
    }

    field(editor, "schedule").select_option("")
    expect(field(editor, "learning_rate")).to_have_value("0.003")


def test_a_run_obeys_device_limits_and_class_weights(open_document: OpenDocument, server: Server) -> None:
    editor = open_document(endless())
    unfold(editor, "Device and precision")
    field(editor, "device").select_option("cpu")
    unfold(editor, "Limits and measuring")
    field(editor, "time_limit_seconds").fill("0.5")
    editor.training.get_by_role("button", name="Class weights and weighted metrics").first.click()
    field(editor, "larger.class_weight.1").fill("3")

    editor.expect_saved()
    run = editor.train()
    editor.expect_run("finished")

    fit = server.client.get(f"/api/runs/{run}/document").json()["training"]["fit"]
    assert (fit["device"], fit["time_limit_seconds"]) == ("cpu", 0.5)
    assert fit["class_weight"] == {"larger": {"1": 3.0}}
    assert server.events(run)[-1]["ended_by"] == "time_limit_seconds"


def test_the_check_before_a_run_leads_to_what_is_not_trained(open_document: OpenDocument) -> None:
    document = example("start")
    del document["training"]["outputs"]["larger"]
    del document["training"]["data"]["targets"]["larger"]
    editor = open_document(document)
    expect(editor.problems).to_contain_text("No problems")
    editor.training.get_by_role("button", name="Check run").click()

    dialog = editor.page.get_by_role("dialog", name="Check run")
    expect(dialog).to_contain_text("Ready to train")
    table = dialog.get_by_role("table")
    for fact in (
        "Memory",
        "Floating-point operations a step",
        "Time of a step",
        "Loss of same before training",
    ):
        expect(table.get_by_role("row", name=fact)).to_be_visible()
    expect_accessible(editor.page, "the check before a run")
    dialog.get_by_role("region", name="Nodes that lead to no trained output").get_by_text(
        "decide_larger"
    ).click()

    expect(dialog).to_be_hidden()
    expect(editor.node("decide_larger")).to_have_attribute("data-selected", "true")


def test_learning_rate_and_loss_weights_are_changed_while_it_trains(
    open_document: OpenDocument, server: Server
) -> None:
    editor = open_document(endless())
    run = editor.train()
    editor.expect_run("training")
    live = editor.training.get_by_role("region", name="Change while it trains")
    apply = live.get_by_role("button", name="Apply")
    expect(apply).to_be_disabled()

    live.locator("[name='live.learning_rate']").fill("0.0005")
    live.locator("[name='live.larger.loss_weight']").fill("0.25")
    apply.click()

    expect(live).to_contain_text("In force: 0.0005")
    expect(live).to_contain_text("In force: 0.25")
    changed = next(event for event in server.events(run) if event["kind"] == "training_changed")
    assert (changed["learning_rate"], changed["loss_weights"]["larger"]) == (0.0005, 0.25)
    editor.button("Stop").click()
    expect(live).to_be_hidden()


def test_layers_are_seen_while_they_learn(open_context: OpenContext, server: Server) -> None:
    editor = Editor(open_context(color_scheme="dark").new_page(), server.url)
    editor.open(server.create_project(endless(watch_every=5)))
    editor.canvas.get_by_role("button", name="Colour the nodes").click()
    editor.page.get_by_role("menuitemradio", name="Gradient norm").click()
    run = editor.train()

    legend = editor.canvas.get_by_role("group", name="Nodes coloured by Gradient norm")
    expect(legend).to_be_visible()
    expect(editor.canvas.locator("[data-node][data-heat]")).to_have_count(5)
    editor.select("compare")
    seen = editor.inspector.get_by_role("table", name="While it trains")
    expect(seen).to_contain_text("Norm of the gradient")
    expect(editor.inspector.get_by_role("img", name="Gradients over time")).to_be_visible()
    expect_accessible(editor.page, "the canvas coloured while it trains")

    editor.select("larger")
    expect(editor.inspector.locator("[data-output-share]")).to_contain_text("% of the total loss")
    editor.button("Stop").click()
    editor.expect_run("stopped")
    measured = [event for event in server.events(run) if event["kind"] == "layers_measured"]
    norms = {layer: found["gradient_norm"] for layer, found in measured[-1]["layers"].items()}
    shades = {
        node: int(editor.node(node).get_attribute("data-heat") or -1)
        for node in ("encoded_a", "encoded_b", "compare", "decide_same", "decide_larger")
    }
    assert shades["encoded_a"] == shades["encoded_b"], "one layer, one shade"
    layers = {"encoded_a": "shared_lstm"} | {node: node for node in shades if not node.startswith("encoded")}
    largest = max(layers, key=lambda node: norms[layers[node]])
    least = min(layers, key=lambda node: norms[layers[node]])
    assert (shades[largest], shades[least]) == (6, 0)
    editor.canvas.get_by_role("button", name="Colour the nodes").click()
    editor.page.get_by_role("menuitemradio", name="Off").click()
    expect(legend).to_be_hidden()


def test_every_group_of_the_panel_is_accessible(open_document: OpenDocument) -> None:
    editor = open_document(endless(callbacks=[{"type": "LearningRateScheduler", "config": {}}]))
    field(editor, "schedule").select_option("PolynomialDecay")
    folded = editor.training.locator(".fold-button[aria-expanded=false]")
    while folded.count() > 0:
        folded.first.click()
    expect(editor.training.locator("[data-schedule-preview]")).to_have_count(2)
    expect_accessible(editor.page, "the training panel with everything unfolded")
