"""Data: a CSV of one's own is uploaded, looked at, mapped and trained on; what is wrong is said in words."""

import random
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, expect

from e2e.conftest import Console, Document
from e2e.documents import brief, example, tabular
from e2e.editor import Editor

OpenDocument = Callable[[Document], Editor]


def customers(path: Path, seed: int = 3) -> Path:
    chance = random.Random(seed)
    lines = ["age,visits,spent,bought"]
    for _ in range(300):
        age, visits, spent = chance.randint(18, 80), chance.randint(0, 20), chance.uniform(0, 300)
        lines.append(f"{age},{visits},{spent:.2f},{'yes' if visits * 10 + spent > 220 else 'no'}")
    path.write_text("\n".join(lines) + "\n")
    return path


def open_data_dialog(editor: Editor) -> Locator:
    editor.training.get_by_role("button", name="Browse and upload data").click()
    dialog = editor.page.get_by_role("dialog", name="Data sets")
    expect(dialog.locator("[data-dataset=digit-pairs]")).to_be_visible()
    return dialog


def upload(editor: Editor, dialog: Locator, path: Path) -> None:
    with editor.page.expect_file_chooser() as choosing:
        dialog.get_by_role("button", name="Upload files").click()
    choosing.value.set_files(path)


def test_a_csv_is_uploaded_mapped_and_trained_on(open_document: OpenDocument, tmp_path: Path) -> None:
    editor = open_document(tabular())
    dialog = open_data_dialog(editor)
    upload(editor, dialog, customers(tmp_path / "customers.csv"))
    expect(dialog.get_by_role("table", name="Columns")).to_contain_text("bought")
    dialog.get_by_role("tab", name="Rows").click()
    expect(dialog.get_by_role("table", name="Rows").locator("tbody tr")).to_have_count(25)
    expect(dialog.locator("[data-chosen]")).to_contain_text("300 rows")
    dialog.get_by_role("button", name="Use for training").click()
    expect(dialog).to_be_hidden()

    panel = editor.training
    panel.get_by_label("Column for x", exact=True).select_option(label="Several columns…")
    columns = panel.get_by_role("group", name="Column for x")
    for name in ("age", "visits", "spent"):
        columns.get_by_label(name, exact=True).check()
    panel.get_by_label("Target column for bought").select_option("bought")
    panel.get_by_label("Loss", exact=True).select_option("binary_crossentropy")
    panel.get_by_label("Epochs", exact=True).fill("2")
    expect(editor.problems).to_contain_text("No problems")
    editor.train()
    expect(editor.latest_loss("bought")).to_have_text(re.compile(r"^\d"))
    editor.expect_run("finished")


def test_a_csv_with_a_wrong_row_is_refused_with_the_row(
    open_document: OpenDocument, console: Console, tmp_path: Path
) -> None:
    console.allow("status of 422")
    editor = open_document(tabular())
    dialog = open_data_dialog(editor)
    before = dialog.locator("[data-dataset]").count()
    path = tmp_path / "ragged.csv"
    path.write_text("a,b,c\n1,2,3\n4,5\n7,8,9\n")
    upload(editor, dialog, path)
    alert = dialog.get_by_role("alert")
    expect(alert).to_contain_text("ragged.csv")
    expect(alert).to_contain_text("3")
    assert dialog.locator("[data-dataset]").count() == before


def test_a_file_that_is_no_csv_is_refused_in_words(
    open_document: OpenDocument, console: Console, tmp_path: Path
) -> None:
    console.allow("status of 422")
    editor = open_document(tabular())
    dialog = open_data_dialog(editor)
    path = tmp_path / "picture.csv"
    path.write_bytes(bytes(range(256)) * 20)
    upload(editor, dialog, path)
    expect(dialog.get_by_role("alert")).to_contain_text("picture.csv")


def test_an_uploaded_set_is_deleted(open_document: OpenDocument, tmp_path: Path) -> None:
    editor = open_document(tabular())
    dialog = open_data_dialog(editor)
    upload(editor, dialog, customers(tmp_path / "short-lived.csv", seed=4))
    row = dialog.locator("[data-dataset]").filter(has_text="short-lived")
    expect(row).to_have_attribute("data-chosen", "true")
    dialog.get_by_role("button", name="Delete short-lived").click()
    dialog.get_by_role("button", name="Keep").click()
    expect(row).to_have_count(1)
    dialog.get_by_role("button", name="Delete short-lived").click()
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(row).to_have_count(0)


def test_images_are_drawn_in_the_preview(open_document: OpenDocument) -> None:
    editor = open_document(example("start"))
    dialog = open_data_dialog(editor)
    dialog.get_by_role("tab", name="Rows").click()
    expect(dialog.get_by_role("img", name="8 × 8").first).to_be_visible()


def test_a_column_that_does_not_fit_is_said_at_its_field_and_train_says_why(
    open_document: OpenDocument,
) -> None:
    editor = open_document(example("start"))
    column = editor.training.get_by_label("Column for first", exact=True)
    column.select_option("same")
    expect(column).to_have_attribute("aria-invalid", "true")
    expect(editor.problems.get_by_role("listitem").filter(has_text="first")).not_to_have_count(0)
    editor.button("Train").click()
    expect(editor.notices).to_contain_text("this model from training")
    expect(editor.run_panel).to_have_count(0)

    editor.problems.get_by_role("button").filter(has_text="first").first.click()
    expect(column).to_be_focused()
    column.select_option("first")
    expect(editor.problems).to_contain_text("No problems")


def test_training_fields_say_what_is_wrong_with_them(open_document: OpenDocument) -> None:
    document = example("two-outputs")
    document["training"]["outputs"]["digit"]["loss"] = "surprise"
    document["training"]["data"]["targets"].pop("parity")
    editor = open_document(document)
    panel = editor.training
    loss = panel.get_by_role("group", name="Training of digit").get_by_label("Loss", exact=True)
    target = panel.get_by_label("Target column for parity")
    expect(loss).to_have_attribute("aria-invalid", "true")
    expect(target).to_have_attribute("aria-invalid", "true")
    expect(editor.problem("loss.unknown")).to_contain_text("surprise")
    loss.select_option("sparse_categorical_crossentropy")
    target.select_option("parity")
    expect(editor.problems).to_contain_text("No problems")
    expect(loss).not_to_have_attribute("aria-invalid", "true")


def test_an_output_is_left_out_of_the_training(open_document: OpenDocument) -> None:
    editor = open_document(brief(example("two-outputs"), epochs=1000))
    editor.training.get_by_role("switch", name="Train parity").uncheck(force=True)
    expect(editor.problems).not_to_contain_text("error")
    editor.train()
    expect(editor.latest_loss("digit")).to_have_text(re.compile(r"^\d"))
    expect(editor.losses.locator("tr[data-output]")).to_have_count(1)
