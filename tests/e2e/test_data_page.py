"""The data page: files are uploaded with progress, cancelled, resumed after a cut, known again; sets are found."""

import io
import json
import random
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Route, expect

from e2e.conftest import Console, Document, Server
from e2e.documents import example, tabular
from e2e.editor import Editor
from e2e.test_accessibility import expect_accessible

OpenDocument = Callable[[Document], Editor]

MIB = 1024 * 1024


@pytest.fixture
def editor(open_document: OpenDocument) -> Editor:
    return open_document(tabular())


def data_page(editor: Editor) -> Locator:
    return editor.page.get_by_role("dialog", name="Data sets")


def open_data_page(editor: Editor) -> Locator:
    editor.training.get_by_role("button", name="Browse and upload data").click()
    expect(data_page(editor).locator("[data-dataset=digit-pairs]")).to_be_visible()
    return data_page(editor)


def choose(editor: Editor, *paths: Path) -> None:
    with editor.page.expect_file_chooser() as choosing:
        data_page(editor).get_by_role("button", name="Upload files").click()
    choosing.value.set_files(paths)


def visitors(path: Path, seed: int = 0) -> Path:
    chance = random.Random(seed)
    lines = ["age,city,spent"]
    for row in range(60):
        age = "" if row == 7 else chance.randint(18, 80)
        lines.append(f"{age},{chance.choice(['Oslo', 'Lima'])},{chance.uniform(0, 90):.2f}")
    path.write_text("\n".join(lines) + "\n")
    return path


def large(path: Path) -> Path:
    """9 MB of CSV, in three parts; others under another name."""
    words = path.stem * (400 // len(path.stem))
    path.write_text("number,text\n" + "".join(f"{row},{words}\n" for row in range(22_000)))
    assert 8 * MIB < path.stat().st_size < 12 * MIB
    return path


def test_a_dropped_table_becomes_a_data_set_and_the_same_file_is_known_again(
    editor: Editor, tmp_path: Path
) -> None:
    path = visitors(tmp_path / "visitors.csv")
    editor.drop_file(path)
    page = data_page(editor)
    expect(page.locator("[data-upload=done]")).to_contain_text("visitors is there.")
    expect(page.locator("[data-chosen]")).to_contain_text("visitors")
    expect(page.locator("[data-chosen]")).to_contain_text("60 rows")
    columns = page.get_by_role("table", name="Columns")
    expect(columns.locator("[data-column]")).to_have_count(3)
    expect(columns.locator("[data-column=city]")).to_contain_text("Lima, Oslo")
    age = columns.locator("[data-column=age]")
    expect(age).to_contain_text("1 (2%)")
    expect(
        age.get_by_role("img", name=re.compile("Histogram of age from .* to .*; most rows"))
    ).to_be_visible()
    expect(age).to_contain_text(re.compile(r"\d+ – \d+mean [\d.]+ ± [\d.]+"))
    expect(
        columns.get_by_role("img", name=re.compile("Most frequent values of city: (Oslo|Lima)"))
    ).to_be_visible()

    sets = page.locator("[data-dataset]").count()
    page.locator("[data-dataset=iris]").get_by_role("button").click()
    editor.page.keyboard.press("Escape")
    expect(page).to_be_hidden()
    same = tmp_path / "again.csv"
    same.write_bytes(path.read_bytes())
    editor.drop_file(same)
    expect(page.locator("[data-upload=known]")).to_contain_text("Already there, as visitors.")
    expect(page.locator("[data-chosen]")).to_contain_text("visitors")
    assert page.locator("[data-dataset]").count() == sets


def test_a_json_file_is_data_or_a_model_by_what_is_in_it(editor: Editor, tmp_path: Path) -> None:
    people = tmp_path / "people.json"
    people.write_text("".join(json.dumps({"age": age, "tall": age % 2}) + "\n" for age in range(20)))
    model = tmp_path / "model.json"
    model.write_text(json.dumps({**example("start"), "name": "From a file"}))
    editor.drop_file(people)
    expect(data_page(editor).locator("[data-upload=done]")).to_contain_text("people is there.")
    editor.drop_file(model)
    expect(editor.page.get_by_label("Project name")).to_have_value("From a file")


def test_an_upload_shows_how_far_it_is_and_goes_on_after_a_cut(
    editor: Editor, console: Console, tmp_path: Path
) -> None:
    console.allow("net::ERR")  # the part that is cut
    open_data_page(editor)
    offsets: list[int] = []
    held: list[Route] = []

    def take(route: Route) -> None:
        offsets.append(int(route.request.headers["upload-offset"]))
        if len(offsets) == 2:
            route.abort("connectionreset")
        elif len(offsets) == 4:
            held.append(route)
        else:
            route.continue_()

    editor.page.route(
        re.compile("/api/uploads/"), lambda route: take(route) if is_part(route) else route.continue_()
    )
    choose(editor, large(tmp_path / "large.csv"))
    upload = data_page(editor).locator("[data-upload]")
    expect(upload.get_by_role("progressbar", name="Upload of large.csv")).to_be_visible()
    expect(upload).to_contain_text(re.compile(r"8\.\d+ MB of \d\.\d+ MB"))
    editor.page.keyboard.press("Escape")
    expect(editor.page.get_by_role("region", name="Uploads")).to_contain_text("large.csv")
    editor.page.get_by_role("region", name="Uploads").get_by_role("button").click()
    expect(upload).to_be_visible()
    held[0].continue_()
    expect(data_page(editor).locator("[data-upload=done]")).to_be_visible()
    assert offsets == [0, 4 * MIB, 4 * MIB, 8 * MIB]


def test_after_a_reload_the_same_file_goes_on_where_it_was(editor: Editor, tmp_path: Path) -> None:
    open_data_page(editor)
    path = large(tmp_path / "again.csv")
    offsets: list[int] = []

    def take(route: Route) -> None:
        offsets.append(int(route.request.headers["upload-offset"]))
        if len(offsets) != 2:
            route.continue_()

    editor.page.route(
        re.compile("/api/uploads/"), lambda route: take(route) if is_part(route) else route.continue_()
    )
    choose(editor, path)
    expect(data_page(editor).locator("[data-upload=sending]")).to_contain_text(
        re.compile(r"4\.19 MB|8\.\d+ MB of")
    )
    editor.page.reload()
    open_data_page(editor)
    choose(editor, path)
    expect(data_page(editor).locator("[data-upload=done]")).to_be_visible()
    assert offsets == [0, 4 * MIB, 4 * MIB, 8 * MIB]


def is_part(route: Route) -> bool:
    return route.request.method == "PATCH"


def test_an_upload_that_is_cancelled_leaves_nothing(editor: Editor, server: Server, tmp_path: Path) -> None:
    page = open_data_page(editor)
    sets = page.locator("[data-dataset]").count()
    editor.page.route(
        re.compile("/api/uploads/"), lambda route: None if is_part(route) else route.continue_()
    )
    with editor.page.expect_response(lambda answer: answer.url.endswith("/api/uploads")) as begun:
        choose(editor, visitors(tmp_path / "unwanted.csv", seed=1))
    upload = begun.value.json()["id"]
    with editor.page.expect_response(lambda answer: answer.request.method == "DELETE"):
        page.get_by_role("button", name="Cancel the upload of unwanted.csv").click()
    expect(page.locator("[data-upload]")).to_have_count(0)
    assert server.client.get(f"/api/uploads/{upload}").status_code == 404
    assert page.locator("[data-dataset]").count() == sets


def test_each_file_has_its_own_problems(editor: Editor, console: Console, tmp_path: Path) -> None:
    console.allow("status of 422")
    page = open_data_page(editor)
    ragged = tmp_path / "ragged.csv"
    ragged.write_text("a,b,c\n1,2,3\n4,5\n7,8,9\n")
    choose(editor, visitors(tmp_path / "good.csv", seed=2), ragged)
    expect(page.locator("[data-upload=done]")).to_contain_text("good")
    failed = page.locator("[data-upload=failed]")
    expect(failed.get_by_role("alert")).to_contain_text("ragged.csv")
    expect(failed.get_by_role("alert")).to_contain_text("row 3 has 2 cells")
    expect_accessible(editor.page, "uploads that are done and failed")
    page.get_by_role("button", name="Dismiss ragged.csv").click()
    expect(failed).to_have_count(0)


def test_sets_are_found_by_name_and_by_column(editor: Editor) -> None:
    page = open_data_page(editor)
    page.get_by_role("searchbox", name="Search data sets and columns").fill("petal")
    expect(page.locator("[data-dataset]")).to_have_count(1)
    page.locator("[data-dataset=iris]").get_by_role("button").click()
    expect(page.get_by_role("region", name="Iris")).to_contain_text("150 rows · 6 columns")
    page.get_by_role("searchbox").fill("no such thing")
    expect(page).to_contain_text("No data set matches.")


def test_rows_are_shown_by_pages(editor: Editor, server: Server) -> None:
    page = open_data_page(editor)
    page.locator("[data-dataset=iris]").get_by_role("button").click()
    page.get_by_role("tab", name="Rows").click()
    rows = page.get_by_role("table", name="Rows").locator("tbody tr")
    expect(rows).to_have_count(25)
    page.get_by_role("button", name="Next rows").click()
    expect(page.get_by_role("status").filter(has_text="Rows 26–50 of 150")).to_be_visible()
    there = server.client.get("/api/datasets/iris/preview", params={"limit": 1, "offset": 25}).json()
    expect(rows.first).to_contain_text(f"26{there['rows'][0][0]}")
    page.get_by_role("button", name="Last rows").click()
    expect(page.get_by_role("status").filter(has_text="Rows 126–150 of 150")).to_be_visible()
    expect(page.get_by_role("button", name="Next rows")).to_be_disabled()
    page.get_by_role("combobox", name="Rows on a page").select_option(label="200 rows")
    expect(rows).to_have_count(150)


def test_images_sounds_and_sequences_are_shown(editor: Editor, tmp_path: Path) -> None:
    page = open_data_page(editor)
    steps = np.linspace(0, 6, 20, dtype=np.float32)
    np.savez(tmp_path / "waves.npz", wave=np.stack([np.sin(steps), np.cos(steps)]))
    with zipfile.ZipFile(tmp_path / "media.zip", "w") as archive:
        for label in ("dark", "light"):
            content = io.BytesIO()
            Image.new("RGB", (12, 9), "black" if label == "dark" else "white").save(content, "PNG")
            archive.writestr(f"{label}/1.png", content.getvalue())
    choose(editor, tmp_path / "waves.npz", tmp_path / "media.zip")
    expect(page.locator("[data-upload=done]")).to_have_count(2)
    page.get_by_role("tab", name="Rows").click()
    picture = page.get_by_role("img", name="image of row 1, 9 × 12 × 3")
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("naturalWidth", 12)
    page.locator("[data-dataset]").filter(has_text="waves").get_by_role("button").click()
    page.get_by_role("tab", name="Rows").click()
    expect(page.get_by_role("img", name=re.compile("20 steps from -"))).to_have_count(2)


def test_the_model_is_fitted_to_a_data_set_in_one_step(editor: Editor, server: Server) -> None:
    panel = editor.training
    panel.get_by_label("Data set", exact=True).select_option(label="Wine")
    panel.get_by_role("button", name="Fit the inputs to this data set").click()
    dialog = editor.page.get_by_role("dialog", name="Fit the model to the data set")
    shape = dialog.get_by_role("checkbox", name=re.compile(r"^Shape: instead of \(3\) ?becomes ?\(13\)"))
    expect(shape).to_be_checked()
    expect(dialog.locator("[data-offers=bought]")).to_contain_text("softmax")
    dialog.get_by_role("button", name=re.compile(r"Apply \d changes")).click()
    expect(editor.problems).to_contain_text("No problems")
    editor.expect_saved()
    document = server.project(editor.project_id)
    assert document["models"]["main"]["layers"]["head"]["config"]["units"] == 3
    assert document["training"]["outputs"]["bought"]["loss"] == "sparse_categorical_crossentropy"
    editor.button("Undo").click()
    editor.expect_saved()
    assert server.project(editor.project_id)["models"]["main"]["layers"]["head"]["config"]["units"] == 1


def test_encoders_missing_values_and_the_split_are_chosen_and_saved(editor: Editor, server: Server) -> None:
    panel = editor.training
    panel.get_by_label("Data set", exact=True).select_option(label="Wine")
    panel.get_by_label("Column for x", exact=True).select_option(label="Several columns…")
    columns = panel.get_by_role("group", name="Column for x")
    columns.get_by_label("Search columns").fill("a")
    for name in ("alcohol", "ash", "hue"):
        columns.get_by_label("Search columns").fill(name)
        columns.get_by_label(name, exact=True).check()
    panel.get_by_label("Encoder of x").select_option(label="Standardize")
    panel.get_by_role("button", name="Encoder settings of x").click()
    panel.get_by_label("Missing values").select_option(label="The median")
    panel.get_by_label("Split", exact=True).select_option(label="Stratified")
    panel.get_by_role("slider", name="Where test begins").press("PageDown")
    panel.get_by_role("slider", name="Where validation begins").press("ArrowRight")
    expect(panel.locator("[data-split]")).to_contain_text("Training 71 %")
    panel.get_by_label("Seed of the split").fill("5")
    editor.expect_saved()
    data = server.project(editor.project_id)["training"]["data"]
    assert data["inputs"]["x"] == {
        "columns": ["alcohol", "ash", "hue"],
        "encoder": {"type": "standardize", "config": {"missing": "median"}},
    }
    assert data["split"] == {"by": "stratified", "validation": 0.14, "test": 0.15, "seed": 5, "column": None}
    panel.get_by_label("Split", exact=True).select_option(label="Last rows validate (validation split)")
    editor.expect_saved()
    assert "split" not in server.project(editor.project_id)["training"]["data"]
