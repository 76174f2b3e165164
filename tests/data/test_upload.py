"""CSV files, good and bad: what is understood, and what each refusal names."""

import csv
import io
import json
import resource
from random import Random

import numpy as np
import polars
import pytest

from layerloom.data import upload
from layerloom.data.dataset import Column, Dataset
from layerloom.data.datasets import find, load
from layerloom.data.preview import preview
from layerloom.data.stored import read_values
from layerloom.data.upload import UploadLimits, import_file
from layerloom.data.words import MISSING
from layerloom.problems import ProblemError

GOOD = "age,city,bought\n31,Berlin,1\n45,上海,0\n28,Berlin,1\n"


def imported(tmp_path, content, name="people.csv", limits=None):
    source = tmp_path / "incoming"
    source.write_bytes(content if isinstance(content, bytes) else content.encode())
    return import_file(source, name, tmp_path / "datasets", limits)


def refusal(tmp_path, content, name="people.csv", limits=None):
    with pytest.raises(ProblemError) as caught:
        imported(tmp_path, content, name, limits)
    left = list((tmp_path / "datasets").iterdir())
    assert left == [], "a refused file leaves nothing behind"
    [problem] = caught.value.problems
    assert problem.hint
    assert name in problem.message
    return problem


def test_a_csv_becomes_typed_columns(tmp_path):
    dataset = imported(tmp_path, GOOD)

    kinds = {column.name: (column.kind, column.dtype, column.classes) for column in dataset.columns}
    assert kinds == {
        "age": ("integer", "int64", (28, 31, 45)),
        "city": ("category", "int64", ("Berlin", "上海")),
        "bought": ("integer", "int64", (0, 1)),
    }
    assert (dataset.name, dataset.kind, dataset.rows) == ("people", "uploaded", 3)
    table = load(dataset.id, tmp_path / "datasets")
    assert table["age"].tolist() == [31, 45, 28]
    assert table["city"].tolist() == [0, 1, 0]


def test_the_original_is_kept_untouched_beside_its_table(tmp_path):
    dataset = imported(tmp_path, GOOD)

    folder = tmp_path / "datasets" / dataset.id
    assert sorted(path.name for path in folder.iterdir()) == ["columns", "dataset.json", "original.csv"]
    assert (folder / "original.csv").read_text() == GOOD
    assert json.loads((folder / "dataset.json").read_text())["id"] == dataset.id
    assert find(dataset.id, tmp_path / "datasets") == dataset
    assert dataset.size_bytes > 0
    assert dataset.created.endswith("Z")


@pytest.mark.parametrize(
    "content",
    [
        "a\tb\n1.5\tx\n2\ty\n",
        "a;b\r\n1,5;x\r\n2,0;y\r\n",
        "a|b\n1.5|x\n2|y\n",
        '"a","b"\n"1.5","x"\n"2","y"\n',
        "\n\na,b\n\n1.5,x\n2,y\n\n",
        " a , b \n 1.5 , x \n 2 , y ",
    ],
    ids=["tabs", "semicolons and decimal commas", "bars", "quotes", "empty lines", "spaces"],
)
def test_dialects_give_the_same_table(tmp_path, content):
    dataset = imported(tmp_path, content)

    table = load(dataset.id, tmp_path / "datasets")
    assert [(column.name, column.kind) for column in dataset.columns] == [("a", "number"), ("b", "category")]
    assert table["a"].tolist() == [1.5, 2.0]
    assert table["b"].tolist() == [0, 1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_encodings_are_understood(tmp_path, encoding):
    dataset = imported(tmp_path, "größe,n\nmäßig,1\nöd,2\n".encode(encoding))

    assert [column.name for column in dataset.columns] == ["größe", "n"]
    assert dataset.columns[0].classes == ("mäßig", "öd")
    assert ("Latin-1" in dataset.description) == (encoding == "latin-1")


def test_cells_with_newlines_separators_and_doubled_quotes_survive(tmp_path):
    dataset = imported(tmp_path, 'a,b\n"one, two\nthree ""four""",1\nplain,2\n')

    assert dataset.rows == 2
    assert 'one, two\nthree "four"' in dataset.columns[0].classes


def test_missing_values_are_counted(tmp_path):
    dataset = imported(tmp_path, "a,b,c\n1,x,\n,NA,\n3,y,\n")

    assert [column.missing for column in dataset.columns] == [1, 1, 3]
    table = load(dataset.id, tmp_path / "datasets")
    assert np.isnan(table["a"][1])
    assert table["b"].tolist() == [0, -1, 1]


def test_a_column_of_numbers_with_one_word_says_where_it_is(tmp_path):
    rows = [str(value) for value in range(30)]
    rows[16] = "twelve"

    dataset = imported(tmp_path, "n,m\n" + "".join(f"{value},1\n" for value in rows))

    assert dataset.column("n").kind == "text"
    assert "`twelve` in row 18" in dataset.column("n").note


def test_many_different_words_are_text_and_repeated_ones_are_classes(tmp_path):
    content = "name,team\n" + "".join(f"person {row},{'red' if row % 2 else 'blue'}\n" for row in range(100))

    dataset = imported(tmp_path, content)

    assert [column.kind for column in dataset.columns] == ["text", "category"]


def test_a_file_without_names_gets_numbered_columns(tmp_path):
    dataset = imported(tmp_path, "5.1,3.5,0\n4.9,3.0,1\n")

    assert [column.name for column in dataset.columns] == ["column_1", "column_2", "column_3"]
    assert dataset.rows == 2
    assert "numbered" in dataset.description


def test_formulae_and_long_numbers_stay_what_they_were(tmp_path):
    dataset = imported(tmp_path, "a,b\n=1+1,99999999999999999999\n@cmd,2\n")

    assert dataset.columns[0].classes == ("=1+1", "@cmd")
    assert dataset.columns[1].kind == "number"


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n0000", b"\xff\xd8\xff\xe0abc", b"%PDF-1.7\n", b"\x1f\x8babc",
        b"<!DOCTYPE html>\n<html></html>", b"  <html>\n</html>", b"[[1, 2]]\n", b"\x89HDF\r\n",
        b"a,b\n1,\x00\n", b"a,b\n1,\x01\x02\n", b"\xff\xfea\x00,",
    ],
    ids=[
        "png", "jpeg", "pdf", "gzip", "html", "html after spaces",
        "json array", "hdf5", "nul", "control", "half utf-16",
    ],
)  # fmt: skip
def test_what_is_no_csv_is_refused_by_name(tmp_path, content):
    assert refusal(tmp_path, content).code == "file.not_csv"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "file.empty"),
        ("\n\n\n", "file.empty"),
        ("a,b\n", "file.no_rows"),
        ("a,b\n1,2\n3\n", "file.ragged_row"),
        ("a,b\n1,2\n3,4,5\n", "file.ragged_row"),
        ("a,b,a\n1,2,3\n", "file.duplicate_column"),
        ('a,b\n1,"2\n3,4\n', "file.unclosed_quote"),
        ('a,b\n1,"2" or 3\n', "file.not_csv"),
        ("a,b\n1," + "x" * 1_100_000 + "\n", "file.line_too_long"),
        (",".join(f"c{place}" for place in range(5_000)) + "\n1\n", "file.too_many_columns"),
        (f"{'n' * 300},b\n1,2\n", "file.not_csv"),
    ],
    ids=[
        "empty", "only newlines", "only names", "too few cells", "too many cells", "equal names",
        "open quote", "text after quote", "endless line", "5000 columns", "endless name",
    ],
)  # fmt: skip
def test_a_malformed_csv_is_refused(tmp_path, content, code):
    assert refusal(tmp_path, content).code == code


def test_an_endless_line_is_named(tmp_path):
    problem = refusal(tmp_path, "a,b\n" + "1,2\n" * 600_000 + "x" * 2_200_000)

    assert problem.code == "file.line_too_long"
    assert "line 600,002" in problem.message or "line 600002" in problem.message


def test_a_ragged_row_is_named_with_its_column(tmp_path):
    problem = refusal(tmp_path, "a,b,c\n1,2,3\n4,5,6\n7,8\n")

    assert "row 4 has 2 cells; 3 were expected" in problem.message
    assert problem.field == "c"


def test_a_quote_that_is_never_closed_does_not_swallow_the_file(tmp_path):
    content = 'a,b\n1,"' + "2\n3,4\n" * 400_000

    problem = refusal(tmp_path, content)

    assert problem.code == "file.unclosed_quote"
    assert "line" in problem.message


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (UploadLimits(rows=2), "file.too_many_rows"),
        (UploadLimits(file_bytes=10), "file.too_large"),
        (UploadLimits(columns=2), "file.too_many_columns"),
    ],
)
def test_limits_are_told(tmp_path, limits, code):
    assert refusal(tmp_path, GOOD, limits=limits).code == code


def test_a_name_with_a_path_names_no_other_place(tmp_path):
    dataset = imported(tmp_path, GOOD, name="../../etc/passwd.csv")

    assert dataset.name == "passwd"
    assert [path.name for path in (tmp_path / "datasets").iterdir()] == [dataset.id]


def test_an_uploaded_set_is_removed_and_a_built_in_one_is_not(tmp_path):
    folder = tmp_path / "datasets"
    dataset = imported(tmp_path, GOOD)

    assert upload.remove(dataset.id, folder)
    assert not upload.remove(dataset.id, folder)
    assert not upload.remove("iris", folder)
    assert list(folder.iterdir()) == []


def test_what_a_killed_import_left_is_swept_away(tmp_path):
    dataset = imported(tmp_path, GOOD)
    (tmp_path / "datasets" / ".upload-1.part").mkdir()

    upload.sweep(tmp_path / "datasets")

    assert [path.name for path in (tmp_path / "datasets").iterdir()] == [dataset.id]


@pytest.mark.parametrize("dataset_id", ["../datasets", "/etc", "", "upload-1/../..", "a" * 100])
def test_an_id_never_leads_out_of_the_folder(tmp_path, dataset_id):
    imported(tmp_path, GOOD)

    assert find(dataset_id, tmp_path / "datasets") is None


def test_a_preview_shows_classes_by_name_and_missing_values_as_null(tmp_path):
    dataset = imported(tmp_path, "a,b\n1.23456789,x\n,\n3,y\n")

    shown = preview(dataset, tmp_path / "datasets", limit=2)

    assert shown.rows == [[1.23457, "x"], [None, None]]


def test_a_preview_of_images_is_nested_lists(tmp_path):
    shown = preview(find("digits"), tmp_path, limit=3)

    assert len(shown.rows) == 3
    assert np.asarray(shown.rows[0][0]).shape == (8, 8, 1)
    assert shown.rows[0][3] in ("even", "odd")
    json.loads(shown.model_dump_json())


def test_a_preview_is_limited(tmp_path):
    assert len(preview(find("iris"), tmp_path, limit=10_000).rows) == 150
    assert len(preview(find("digits"), tmp_path, limit=10_000).rows) == 200
    assert preview(find("generated"), tmp_path, limit=5).rows == []


def test_a_column_that_is_wider_than_its_first_rows_said_is_read_again(tmp_path):
    rows = 30_000
    filler = "x" * 200
    lines = [f"{row},{row},{row}.5,2024-01-{row % 28 + 1:02},{filler}" for row in range(rows)]
    lines += [f"0.5,word,,later,{filler}", f"NA,7,1e3,2024-02-01,{filler}"]

    dataset = imported(tmp_path, "a,b,c,d,e\n" + "\n".join(lines) + "\n")

    table = load(dataset.id, tmp_path / "datasets")
    assert [column.kind for column in dataset.columns] == ["number", "text", "number", "category", "category"]
    assert table["a"][:2].tolist() == [0.0, 1.0]
    assert table["a"][-2] == 0.5
    assert np.isnan(table["a"][-1])
    assert (table["b"][7], table["b"][-2]) == ("7", "word")
    assert (
        f"1 of its {rows + 2} values is no number; the first is `word` in row 30,002"
        in dataset.column("b").note
    )
    days = dataset.column("d").classes
    assert (days[table["d"][0]], days[table["d"][-2]]) == ("2024-01-01", "later")
    assert [column.missing for column in dataset.columns] == [1, 0, 1, 0, 0]


def test_few_words_that_become_many_are_text_without_loss(tmp_path):
    rows = [f"{'common' if row < 60_000 else row} {'y' * 60}" for row in range(70_000)]
    rows[5] = "NA"

    dataset = imported(tmp_path, "a,b\n" + "".join(f"{row},1\n" for row in rows))

    assert dataset.column("a").kind == "text"
    assert dataset.column("a").missing == 1
    read = load(dataset.id, tmp_path / "datasets", ["a"])["a"].tolist()
    assert read == [None if row == "NA" else row for row in rows]


def test_times_are_microseconds_and_may_be_missing(tmp_path):
    dataset = imported(tmp_path, "day,moment\n2024-01-31,2024-01-31T12:00:00Z\n,2024-01-31T12:00:01.5Z\n")

    table = load(dataset.id, tmp_path / "datasets")
    assert [column.kind for column in dataset.columns] == ["time", "time"]
    day = np.datetime64("2024-01-31", "us").astype(np.int64)
    assert table["day"].tolist() == [day, np.iinfo(np.int64).min]
    assert table["moment"].tolist() == [day + 43_200_000_000, day + 43_201_500_000]


def test_a_range_of_rows_is_read_alone(tmp_path):
    content = "n,name\n" + "".join(f"{row},person {row}\n" for row in range(1000))
    dataset = imported(tmp_path, content)

    part = load(dataset.id, tmp_path / "datasets", ["name", "n"], rows=3, offset=500)

    assert part["n"].tolist() == [500, 501, 502]
    assert part["name"].tolist() == ["person 500", "person 501", "person 502"]
    assert load(dataset.id, tmp_path / "datasets", rows=5, offset=999).rows == 1
    assert load(dataset.id, tmp_path / "datasets", rows=5, offset=2000).rows == 0


def test_numbers_are_mapped_and_never_written_back(tmp_path):
    dataset = imported(tmp_path, GOOD)
    folder = tmp_path / "datasets"

    table = load(dataset.id, folder)
    assert not table["age"].flags.owndata
    table["age"][0] = 99

    assert load(dataset.id, folder)["age"].tolist() == [31, 45, 28]


def test_a_disk_that_fills_up_leaves_nothing(tmp_path):
    source = tmp_path / "incoming"
    source.write_bytes(b"a,b\n" + b"1.5,2.5\n" * 20_000)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    resource.setrlimit(
        resource.RLIMIT_FSIZE, (50_000, hard)
    )  # no file may grow beyond: what a full disk does
    try:
        with pytest.raises(ProblemError) as caught:
            import_file(source, "people.csv", tmp_path / "datasets")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    [problem] = caught.value.problems
    assert problem.code == "store.full"
    assert "people.csv" in problem.message
    assert list((tmp_path / "datasets").iterdir()) == []


def test_the_same_file_is_imported_once(tmp_path):
    first = imported(tmp_path, GOOD)
    again = imported(tmp_path, GOOD, name="others.csv")

    assert again == first
    assert [path.name for path in (tmp_path / "datasets").iterdir()] == [first.id]


def test_a_table_may_have_more_columns_than_files_are_open_by_default(tmp_path):
    columns = 1_200
    content = (
        ",".join(f"c{place}" for place in range(columns)) + "\n" + (",".join(["1.5"] * columns) + "\n") * 2
    )

    dataset = imported(tmp_path, content)

    assert len(dataset.columns) == columns
    assert load(dataset.id, tmp_path / "datasets", ["c1199"])["c1199"].tolist() == [1.5, 1.5]


def test_a_set_of_an_earlier_version_is_still_read(tmp_path):
    folder = tmp_path / "upload-old"
    folder.mkdir()
    polars.DataFrame(
        {"n": [1, None, 3], "kind": polars.Series([1, None, 0], dtype=polars.Int32), "note": ["x", None, "z"]}
    ).write_ipc(folder / "table.arrow")
    columns = (
        Column(name="n", kind="integer", dtype="int64", missing=1),
        Column(name="kind", kind="category", dtype="int64", classes=("a", "b"), missing=1),
        Column(name="note", kind="text", dtype="string", missing=1),
    )
    described = Dataset(id="upload-old", name="Old", kind="uploaded", rows=3, columns=columns)
    (folder / "dataset.json").write_text(described.model_dump_json(exclude={"sha256", "format"}))

    table = load("upload-old", tmp_path, rows=2, offset=1)

    assert np.isnan(table["n"][0])
    assert table["n"][1] == 3
    assert table["kind"].tolist() == [-1, 0]
    assert table["note"].tolist() == [None, "z"]


@pytest.mark.parametrize("seed", range(20))
def test_cells_are_those_that_pythons_reader_finds(tmp_path, seed):
    random = Random(seed)
    plain = ["7", "-3", "1.5", "a", "b c", "é", " x ", "NA", "", "2024-01-01"]
    quoted = ["q", "a,b", "two\nlines", "two\r\nlines", 'say ""hi""', "", " NA ", "7"]
    lines = ["first,second,third"]
    for _ in range(random.randint(2, 12)):
        cells = [
            random.choice(plain) if random.random() < 0.6 else f'"{random.choice(quoted)}"' for _ in range(3)
        ]
        lines += [",".join(cells), *[""] * (random.random() < 0.2)]
    text = random.choice(["\n", "\r\n", "\r"]).join(lines) + random.choice(["", "\n"])

    dataset = imported(tmp_path, text)

    _, *rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    folder = tmp_path / "datasets" / dataset.id / "columns"
    assert dataset.rows == len(rows)
    for place, column in enumerate(dataset.columns):
        expected = [
            cell.strip() if cell.strip().lower() not in MISSING else None for cell in [r[place] for r in rows]
        ]
        found = read_values(column, folder, place, 0, dataset.rows)
        if column.kind in ("integer", "number"):
            expected = [float("nan") if cell is None else float(cell) for cell in expected]
            np.testing.assert_array_equal(np.array(found, float), expected)
        elif column.kind in ("category", "text"):
            assert found == expected
