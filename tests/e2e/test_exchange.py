"""In and out in the browser: a Keras file becomes a model that trains, and leaves as source and as a file again."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from builder import ModelBuilder, plain_document
from e2e.conftest import Console, Document, OpenContext, Server
from e2e.documents import chain, placed
from e2e.editor import Editor
from e2e.test_accessibility import SCHEMES, expect_accessible
from layers.reference import keras

OpenDocument = Callable[[Document], Editor]


@pytest.fixture
def editor(page: Page, server: Server, open_document: OpenDocument) -> Editor:
    return open_document(chain())


@pytest.fixture(scope="session")
def residual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with a skip connection and an operation, as Keras saves it."""
    start = keras.Input((4,), name="features")
    hidden = keras.layers.Dense(4, activation="relu", name="hidden")(start)
    total = keras.layers.Add(name="total")([hidden, start])
    model = keras.Model(start, keras.layers.Dense(1, name="score")(total * 2))
    model.compile("adam", "mse")
    path = tmp_path_factory.mktemp("keras") / "residual.keras"
    model.save(path)
    return path


@pytest.fixture(scope="session")
def with_code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with two layers that hold Python code."""
    start = keras.Input((4,), name="features")
    doubled = keras.layers.Lambda(lambda x: x * 2, name="doubled")(start)
    shifted = keras.layers.Lambda(lambda x: x + 1, name="shifted")(doubled)
    path = tmp_path_factory.mktemp("keras") / "with_code.keras"
    keras.Model(start, keras.layers.Dense(1, name="score")(shifted)).save(path)
    return path


def import_file(editor: Editor, path: Path) -> None:
    before = editor.project_id
    with editor.page.expect_file_chooser() as chooser:
        editor.button("Import").click()
    chooser.value.set_files(path)
    editor.page.wait_for_url(lambda url: not url.endswith(before))


def test_a_keras_file_is_imported_trained_and_taken_away_as_source_and_file(
    editor: Editor, server: Server, residual: Path, tmp_path: Path
) -> None:
    page = editor.page

    import_file(editor, residual)

    expect(editor.notices).to_contain_text("Imported residual.keras")
    expect(page.get_by_label("Project name")).to_have_value("residual")
    expect(editor.node("hidden")).to_be_visible()
    expect(editor.canvas.locator("[data-node]", has_text="multiply")).to_be_visible()
    expect(editor.edge("features.output", "total.inputs")).to_have_count(1)
    expect(editor.training).to_contain_text("Begins with imported weights")

    editor.training.locator("[name=dataset]").select_option(label="Made to measure")
    expect(editor.problems).to_contain_text("No problems")
    editor.train()
    editor.expect_run("finished", timeout=60_000)

    editor.button("Code and files").click()
    dialog = page.get_by_role("dialog", name="Code and files")
    expect(dialog.locator("pre")).to_contain_text("class Main(nn.Module)")
    expect(dialog).to_contain_text("Run against the model: largest difference")
    dialog.get_by_role("button", name="Keras file").click()
    expect(dialog.get_by_text("keras.models.load_model(")).to_be_visible(timeout=90_000)
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Download").click()
    taken = tmp_path / download.value.suggested_filename
    download.value.save_as(taken)
    assert taken.name == "residual.keras"
    assert {"config.json", "model.weights.h5"} <= set(zipfile.ZipFile(taken).namelist())


def test_training_may_begin_anew_and_undo_brings_the_imported_weights_back(
    editor: Editor, server: Server, residual: Path
) -> None:
    import_file(editor, residual)
    starting = editor.training.locator("[data-weights]")
    expect(starting).to_be_visible()

    editor.training.get_by_role("button", name="Begin anew").click()

    expect(starting).to_have_count(0)
    editor.expect_saved()
    assert not server.project(editor.project_id)["training"].get("weights")
    editor.button("Undo").click()
    expect(starting).to_be_visible()


def test_a_file_dropped_on_the_page_is_imported(editor: Editor, residual: Path, tmp_path: Path) -> None:
    letter = tmp_path / "letter.pdf"
    letter.write_text("%PDF")
    editor.drop_file(letter)
    expect(editor.notices).to_contain_text("letter.pdf is neither a model")

    editor.drop_file(residual)

    expect(editor.node("hidden")).to_be_visible()
    expect(editor.notices).to_contain_text("Imported residual.keras")


def test_layers_that_hold_code_are_listed_kept_and_never_run(editor: Editor, with_code: Path) -> None:
    page = editor.page

    import_file(editor, with_code)

    report = page.get_by_role("dialog", name="Imported with_code.keras")
    expect(report.locator("[data-problem]")).to_have_count(2)
    expect(report).to_contain_text("which is never run from a file")
    expect_accessible(page, "what an import left out")
    report.get_by_role("button", name="shifted").click()
    expect(report).to_have_count(0)
    expect(editor.node("shifted")).to_have_attribute("data-selected", "true")
    expect(editor.inspector).to_contain_text("Unknown layer type")
    expect(editor.problems.get_by_role("listitem").first).to_contain_text("Lambda")


def test_what_keeps_a_model_from_being_written_is_said_and_leads_to_its_node(
    page: Page, server: Server, console: Console, open_document: OpenDocument
) -> None:
    console.allow("422")  # the server's answer to a model that can't be written
    model = ModelBuilder().input("x", [4]).call("strange", "Strange", "x").output("y", "strange")
    editor = open_document(placed(plain_document(model), x=(0, 0), strange=(260, 0), y=(520, 0)))

    editor.button("Code and files").click()

    dialog = page.get_by_role("dialog", name="Code and files")
    expect(dialog.get_by_role("alert")).to_contain_text("This model can't be written yet")
    dialog.get_by_role("button", name="Show strange").click()
    expect(dialog).to_have_count(0)
    expect(editor.node("strange")).to_have_attribute("data-selected", "true")


def test_a_bidirectional_from_the_palette_brings_an_lstm_that_is_edited_within_it(
    server: Server, open_document: OpenDocument
) -> None:
    model = ModelBuilder().input("steps", [6, 4])
    editor = open_document(placed(plain_document(model), steps=(0, 0)))
    both = editor.add("Bidirectional", "both")
    editor.wire(editor.output("steps"), editor.input(both, "sequence"))
    inner = editor.inspector.get_by_role("group", name="LSTM")

    inner.locator("[name=units]").fill("7")

    expect(editor.inspector).to_contain_text("(batch, 14)")
    expect(editor.node(both)).to_contain_text("Bidirectional · LSTM")
    editor.expect_saved()
    layers = server.project(editor.project_id)["models"]["main"]["layers"]
    assert layers[layers["both"]["config"]["layer"]]["config"]["units"] == 7


def test_lists_and_literals_are_edited_as_people_write_them(
    server: Server, open_document: OpenDocument
) -> None:
    model = (
        ModelBuilder()
        .input("x", [3])
        .call("scaled", "Normalization", "x", mean=[0, 1, 2], variance=[1, 1, 1])
    )
    model = model.call("twice", "Arithmetic", "scaled", "x1", function="multiply", x2=2)
    editor = open_document(placed(plain_document(model), x=(0, 0), scaled=(260, 0), twice=(520, 0)))
    editor.select("scaled")
    mean = editor.inspector.locator("[name=mean]")
    expect(mean).to_have_value("[0, 1, 2]")

    mean.fill("[0.5, 1")
    expect(editor.inspector).to_contain_text("Not readable yet")
    mean.fill("0.5, 1, -2")
    editor.select("twice")
    editor.fill("x2", "[1, 2, 3]")
    expect(editor.inspector).to_contain_text("(batch, 3)")

    editor.expect_saved()
    layers = server.project(editor.project_id)["models"]["main"]["layers"]
    assert layers["scaled"]["config"]["mean"] == [0.5, 1, -2]
    assert layers["twice"]["config"]["x2"] == [1, 2, 3]


def test_operations_are_found_by_the_formula_that_they_are(editor: Editor) -> None:
    search = editor.palette.get_by_role("searchbox")

    search.fill("x * 2")
    expect(editor.palette.get_by_role("button", name="Arithmetic", exact=True)).to_be_visible()
    search.fill("BiLSTM")
    expect(editor.palette.get_by_role("button", name="Bidirectional", exact=True)).to_be_visible()


@SCHEMES
def test_code_and_files_is_accessible_and_reached_by_keyboard(
    open_context: OpenContext, server: Server, scheme: str
) -> None:
    page = open_context(color_scheme=scheme).new_page()
    editor = Editor(page, server.url)
    editor.open(server.create_project(chain()))
    expect(editor.nodes.first).to_be_visible()
    editor.button("Code and files").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Code and files")
    expect(dialog.locator("pre")).to_contain_text("import torch")
    expect_accessible(page, "PyTorch source")
    dialog.get_by_role("button", name="Keras JSON").focus()
    page.keyboard.press("Enter")
    expect(dialog.locator("pre")).to_contain_text('"class_name"', timeout=90_000)
    expect_accessible(page, "Keras JSON")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(editor.button("Export")).to_be_enabled()


def test_a_long_model_opens_readable_from_its_beginning(editor: Editor, tmp_path: Path) -> None:
    x = start = keras.Input((4,), name="start")
    for number in range(12):
        x = keras.layers.Dense(4, name=f"step_{number}")(x)
    keras.Model(start, x).save(tmp_path / "long.keras")

    import_file(editor, tmp_path / "long.keras")

    expect(editor.node("start")).to_be_in_viewport()
    box = editor.node("start").bounding_box()
    assert box is not None
    assert box["width"] > 100


def test_what_was_not_run_against_the_model_says_why(page: Page, open_document: OpenDocument) -> None:
    page.route(
        "**/api/export/torch",
        lambda route: route.fulfill(
            body="import torch\n", headers={"Layerloom-Not-Checked": "the model has a size that is open"}
        ),
    )
    editor = open_document(chain())

    editor.button("Code and files").click()

    dialog = page.get_by_role("dialog", name="Code and files")
    expect(dialog).to_contain_text("Not run against the model: the model has a size that is open")


def test_a_json_is_imported_together_with_the_weights_beside_it(editor: Editor, tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="only")])
    (tmp_path / "pair.json").write_text(model.to_json())
    model.save_weights(tmp_path / "pair.weights.h5")
    before = editor.project_id

    with editor.page.expect_file_chooser() as chooser:
        editor.button("Import").click()
    chooser.value.set_files([tmp_path / "pair.json", tmp_path / "pair.weights.h5"])

    editor.page.wait_for_url(lambda url: not url.endswith(before))
    expect(editor.notices).to_contain_text("Imported pair.json")
    expect(editor.training.locator("[data-weights]")).to_be_visible()
