"""Files of every format: what they become, and what is refused with file, row and column."""

import io
import json
import wave
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest
from PIL import Image

from layerloom.data.datasets import load
from layerloom.data.formats.source import UploadLimits
from layerloom.data.upload import import_file
from layerloom.problems import ProblemError

TABLE = pa.table(
    {
        "whole": pa.array([1, None, 3], pa.int32()),
        "number": pa.array([0.5, 1.5, None], pa.float32()),
        "yes": [True, False, True],
        "city": ["Berlin", "上海", "Berlin"],
        "kind": pa.array(["a", "b", "a"]).dictionary_encode(),
        "when": pa.array([0, 1_000_000, None], pa.timestamp("us")),
        "pixels": pa.array([[[1, 2], [3, 4]]] * 3, pa.list_(pa.list_(pa.float32(), 2), 2)),
    }
)
KINDS = {
    "whole": "integer", "number": "number", "yes": "integer", "city": "category", "kind": "category",
    "when": "time", "pixels": "tensor",
}  # fmt: skip


def imported(tmp_path, content, name="file.bin", limits=None):
    source = tmp_path / "incoming"
    source.write_bytes(content)
    dataset = import_file(source, name, tmp_path / "datasets", limits)
    return dataset, load(dataset.id, tmp_path / "datasets")


def refusal(tmp_path, content, name="file.bin", limits=None):
    with pytest.raises(ProblemError) as caught:
        imported(tmp_path, content, name, limits)
    assert list((tmp_path / "datasets").iterdir()) == [], "a refused file leaves nothing behind"
    [problem] = caught.value.problems
    assert problem.hint
    assert name in problem.message
    return problem


def parquet(table):
    written = io.BytesIO()
    pa.parquet.write_table(table, written)
    return written.getvalue()


def feather(table):
    written = io.BytesIO()
    pa.feather.write_feather(table, written)
    return written.getvalue()


def stream(table):
    written = io.BytesIO()
    with pa.ipc.new_stream(written, table.schema) as writer:
        writer.write_table(table)
    return written.getvalue()


def npz(**arrays):
    written = io.BytesIO()
    np.savez_compressed(written, **arrays)
    return written.getvalue()


def npy(array, **options):
    written = io.BytesIO()
    np.save(written, array, **options)
    return written.getvalue()


def png(height=4, width=6, mode="RGB", colour=0):
    written = io.BytesIO()
    Image.new(mode, (width, height), colour).save(written, "PNG")
    return written.getvalue()


def jpeg(height=4, width=6):
    written = io.BytesIO()
    Image.new("RGB", (width, height), (255, 0, 0)).save(written, "JPEG")
    return written.getvalue()


def wav(samples=100, channels=1, width=2, rate=8000):
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(bytes(samples * channels * width))
    return written.getvalue()


def zipped(members, compression=zipfile.ZIP_DEFLATED):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return written.getvalue()


@pytest.mark.parametrize(
    ("write", "form"),
    [(parquet, "parquet"), (feather, "arrow"), (stream, "arrow")],
    ids=["parquet", "feather", "stream"],
)
def test_typed_tables_keep_their_types(tmp_path, write, form):
    dataset, table = imported(tmp_path, write(TABLE))

    assert dataset.format == form
    assert {column.name: column.kind for column in dataset.columns} == KINDS
    assert [column.missing for column in dataset.columns] == [1, 1, 0, 0, 0, 1, 0]
    assert table["whole"][0] == 1.0
    assert np.isnan(table["whole"][1])
    assert table["number"][:2].tolist() == [0.5, 1.5]
    assert dataset.column("yes").classes == (0, 1)
    assert dataset.column("city").classes == ("Berlin", "上海")
    assert table["kind"].tolist() == [0, 1, 0]
    assert table["when"].tolist() == [0, 1_000_000, np.iinfo(np.int64).min]
    assert table["pixels"].shape == (3, 2, 2)
    assert table["pixels"].dtype == np.float32


def test_the_format_is_known_by_the_content_and_not_by_the_name(tmp_path):
    assert imported(tmp_path, parquet(TABLE), name="table.csv")[0].format == "parquet"
    assert imported(tmp_path, b"a,b\n1,2\n", name="table.parquet")[0].format == "csv"


def test_images_in_parquet_as_hugging_face_writes_them_are_images(tmp_path):
    rows = [{"bytes": png(), "path": "a.png"}, None, {"bytes": png(), "path": "b.png"}]

    dataset, table = imported(tmp_path, parquet(pa.table({"image": rows, "label": [0, 1, 0]})))

    assert dataset.column("image").kind == "image"
    assert (dataset.column("image").shape, dataset.column("image").missing) == ((4, 6, 3), 1)
    assert table["image"][1] is None
    assert table["image"][2] == png()


def test_numpy_arrays_are_columns(tmp_path):
    images = np.arange(5 * 2 * 3, dtype=np.uint8).reshape(5, 2, 3)
    labels = np.array([0, 1, 0, 1, 2])
    names = np.array(["a", "b", "a", "b", "c"])
    days = np.array(["2024-01-01"] * 5, dtype="datetime64[D]")

    dataset, table = imported(tmp_path, npz(images=images, labels=labels, names=names, days=days))

    assert dataset.format == "npz"
    assert [column.kind for column in dataset.columns] == ["tensor", "integer", "category", "time"]
    assert table["images"].dtype == np.uint8
    np.testing.assert_array_equal(table["images"], images)
    assert table["labels"].tolist() == labels.tolist()
    assert table["days"].astype("datetime64[us]").tolist() == days.astype("datetime64[us]").tolist()


def test_one_numpy_array_is_a_column_named_as_its_file(tmp_path):
    dataset, table = imported(tmp_path, npy(np.ones((4, 3))), name="features.npy")

    assert [column.name for column in dataset.columns] == ["features"]
    assert table["features"].shape == (4, 3)


def test_json_lines_are_rows(tmp_path):
    rows = [
        {"age": 31, "city": "Berlin", "day": "2024-01-31", "point": [0.5, 1], "text": "12"},
        {"age": None, "city": "上海", "day": None, "point": [2, 3], "text": "13"},
        {"age": 2.5, "city": "Berlin", "day": "2024-02-01", "point": [4, 5], "text": "x", "late": True},
    ]
    lines = "\n".join(json.dumps(row) for row in rows) + "\n\n"

    first, table = imported(tmp_path, lines.encode(), name="rows.jsonl")
    second, same = imported(tmp_path, json.dumps(rows, indent=1).encode(), name="rows.json")

    assert (first.format, first.name, first.rows) == ("json", "rows", 3)
    kinds = {column.name: column.kind for column in first.columns}
    assert kinds == {
        "age": "number", "city": "category", "day": "time", "point": "tensor", "text": "category",
        "late": "integer",
    }  # fmt: skip
    assert first.column("late").missing == 2
    assert table["point"].tolist() == [[0.5, 1], [2, 3], [4, 5]]
    assert second.columns == first.columns
    for name in kinds:
        np.testing.assert_array_equal(same[name], table[name])


def test_a_long_json_array_is_read_in_pieces(tmp_path):
    rows = [{"n": row, "name": f"person {row} {'é' * 200}"} for row in range(10_000)]

    dataset, table = imported(tmp_path, json.dumps(rows, ensure_ascii=False).encode())

    assert dataset.rows == 10_000
    assert table["n"].tolist() == list(range(10_000))
    assert table["name"][9_999] == rows[9_999]["name"]


def test_json_that_mixes_numbers_and_text_is_text_and_says_so(tmp_path):
    dataset, table = imported(tmp_path, b'{"a": 1}\n{"a": "two"}\n{"a": null}\n')

    assert dataset.column("a").kind == "text"
    assert "`'two'` in row 2 among numbers" in dataset.column("a").note
    assert table["a"].tolist() == ["1", "two", None]


def test_folders_of_images_are_classes(tmp_path):
    members = {
        "pets/cat/1.png": png(), "pets/cat/2.jpg": jpeg(), "pets/dog/1.png": png(), "pets/README.md": b"hello",
        "__MACOSX/pets/._1.png": b"junk", "pets/.DS_Store": b"junk",
    }  # fmt: skip

    dataset, table = imported(tmp_path, zipped(members), name="pets.zip")

    assert (dataset.format, dataset.rows) == ("images", 3)
    assert {column.name: column.kind for column in dataset.columns} == {
        "image": "image", "label": "category", "file": "category",
    }  # fmt: skip
    assert dataset.column("image").shape == (4, 6, 3)
    assert dataset.column("label").classes == ("cat", "dog")
    assert table["label"].tolist() == [0, 0, 1]
    assert table["image"].tolist() == [png(), jpeg(), png()]
    assert "1 other files" in dataset.description


def test_folders_that_say_train_and_test_are_a_column(tmp_path):
    members = {"train/a/1.png": png(), "train/b/2.png": png(), "val/a/3.png": png(), "test/b/4.png": png()}

    dataset, _ = imported(tmp_path, zipped(members))

    assert dataset.column("split").classes == ("test", "train", "validation")


def test_images_of_different_sizes_have_no_shape_and_say_so(tmp_path):
    dataset, _ = imported(tmp_path, zipped({"a/1.png": png(4, 6), "b/2.png": png(8, 2, "L")}))

    assert dataset.column("image").shape == ()
    assert "4 × 2 × 1 to 8 × 6 × 3" in dataset.column("image").note


@pytest.mark.parametrize("called", ["{0}", "images/{0}", "./images/{0}", "data/images/{0}", "stem"])
def test_a_table_in_the_archive_names_its_images(tmp_path, called):
    names = ["b.png", "a.png", "b.png"]
    cells = [name[:-4] if called == "stem" else called.format(name) for name in names]
    table = "file,age\n" + "".join(f"{cell},{row}\n" for row, cell in enumerate(cells))
    members = {"data/table.csv": table, "data/images/a.png": png(4, 4), "data/images/b.png": png(4, 6)}

    dataset, loaded = imported(tmp_path, zipped(members))

    assert [column.name for column in dataset.columns] == ["file", "age", "image"]
    assert loaded["age"].tolist() == [0, 1, 2]
    assert loaded["image"].tolist() == [png(4, 6), png(4, 4), png(4, 6)]


def test_folders_of_sounds_are_classes(tmp_path):
    members = {"yes/1.wav": wav(channels=2), "no/2.wav": wav(channels=2)}

    dataset, table = imported(tmp_path, zipped(members))

    assert dataset.format == "sounds"
    assert (dataset.column("audio").kind, dataset.column("audio").shape) == ("audio", (100, 2))
    assert "8,000 samples a second" in dataset.column("audio").note
    assert table["audio"][0] == wav(channels=2)


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (parquet(TABLE)[:-30], "file.broken", "begins like a Parquet file"),
        (b"PAR1abc", "file.broken", "Parquet"),
        (feather(TABLE)[:200], "file.broken", "Arrow"),
        (parquet(TABLE.slice(0, 0)), "file.no_rows", "no rows"),
        (parquet(pa.table({"a": [{"b": 1}]})), "file.column_type", "column `a`"),
        (parquet(pa.table({"a": [[1, 2], [3]]})), "file.ragged_tensor", "row 2, column `a`"),
        (parquet(pa.table({"a": [[1, 2], None]})), "file.missing_tensor", "row 2, column `a`"),
        (parquet(pa.table({"a": [png(), b"abc"]})), "media.undecodable", "row 2, column `a`"),
        (parquet(pa.table([pa.array([1]), pa.array([2])], names=["a", "a"])), "file.duplicate_column", "`a`"),
        (npy(np.array([{}], object), allow_pickle=True), "file.pickle", "pickle"),
        (npz(a=np.array([1, "x"], object)), "file.pickle", "array `a`"),
        (npz(a=np.ones(3), b=np.ones(4)), "file.ragged_arrays", "array `b` has 4 rows, and `a` has 3"),
        (npz(a=np.float64(1)), "file.column_type", "no axis"),
        (npz(a=np.asfortranarray(np.ones((3, 2)))), "file.column_type", "ascontiguousarray"),
        (npy(np.ones(1000))[:-100], "file.broken", "it ends after row"),
        (npy(np.ones((0, 3))), "file.no_rows", "no rows"),
        (b"\x93NUMPY\x09\x00", "file.broken", "NumPy"),
        (b"\x93NUMPY\x01\x00\x04\x00{'('", "file.broken", "NumPy"),
        (zipped({"a/1.png": png()})[:-30], "archive.broken", "can't be read"),
        (zipped({"sheet.xml": b"<a/>"}), "file.not_csv", "ZIP archive without images"),
        (b'{"a": 1}\n{"a": \n', "file.not_json", "line 2"),
        (b'{"a": 1}\n[2]\n', "file.not_json", "row 2"),
        (b'[{"a": 1}, {"a": ', "file.not_json", "after row 1"),
        (b'{"a": {"b": 1}}\n', "file.nested", "row 1, column `a`"),
        (b'{"a": [1, 2]}\n{"a": [1]}\n', "file.ragged_tensor", "row 2, column `a`"),
        (b'{"a": [1, 2]}\n{"a": 3}\n', "file.mixed_types", "row 2, column `a`"),
        (b'{"a": [1, "x"]}\n', "file.ragged_tensor", "row 1, column `a`"),
    ],
)  # fmt: skip
def test_a_table_that_is_wrong_is_refused(tmp_path, content, code, said):
    problem = refusal(tmp_path, content)

    assert problem.code == code
    assert said in problem.message or said in problem.hint


@pytest.mark.parametrize(
    ("members", "code", "said"),
    [
        ({"a/1.png": png(), "../b/2.png": png()}, "archive.path", "../b/2.png"),
        ({"a/1.png": png(), "/etc/2.png": png()}, "archive.path", "/etc/2.png"),
        ({"a/1.png": png(), "a\\..\\..\\2.png": png()}, "archive.path", "outside"),
        ({"a/1.png": png(), "C:/2.png": png()}, "archive.path", "C:/2.png"),
        ({"a/1.png": png(), "b/2.png": png()[:40]}, "media.undecodable", "`b/2.png`"),
        ({"a/1.png": png(), "b/2.png": b"no image"}, "media.undecodable", "`b/2.png`"),
        ({"a/1.wav": wav(), "b/2.wav": wav()[:-50]}, "media.undecodable", "`b/2.wav`"),
        ({"a/1.png": png(), "2.png": png()}, "archive.no_class", "`2.png`"),
        ({"t.csv": "f\n1.png\n3.png\n", "1.png": png()}, "archive.missing_file", "row 3, column `f`"),
        ({"t.csv": "f,g\nx,5\ny,6\n", "1.png": png()}, "archive.no_file_column", "1.png"),
        ({"t.csv": "f,g\n1.png\n", "1.png": png()}, "file.ragged_row", "row 2"),
        ({"t.csv": "f\n", "u.csv": "f\n", "1.png": png()}, "archive.tables", "2 tables"),
        ({"a/1.png": png(), "b/2.png": bytes(40 * 2**20)}, "archive.bomb", "times larger"),
    ],
)  # fmt: skip
def test_an_archive_that_is_wrong_is_refused(tmp_path, members, code, said):
    problem = refusal(tmp_path, zipped(members), name="pets.zip")

    assert problem.code == code
    assert said in problem.message


def test_links_in_an_archive_are_refused(tmp_path):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("a/1.png", png())
        link = zipfile.ZipInfo("b/2.png")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")

    problem = refusal(tmp_path, written.getvalue())

    assert problem.code == "archive.link"
    assert "b/2.png" in problem.message


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (UploadLimits(members=1), "archive.too_many"),
        (UploadLimits(unpacked_bytes=100), "archive.bomb"),
        (UploadLimits(member_bytes=50), "archive.member_too_large"),
        (UploadLimits(pixels=10), "media.undecodable"),
        (UploadLimits(rows=1), "file.too_many_rows"),
    ],
)
def test_limits_of_archives_are_told(tmp_path, limits, code):
    members = {"a/1.png": png(), "b/2.png": png()}

    assert refusal(tmp_path, zipped(members), limits=limits).code == code


def test_a_small_parquet_file_that_is_huge_unpacked_is_refused(tmp_path):
    table = pa.table({"a": pa.array(["x" * 1_000] * 20_000)})

    problem = refusal(tmp_path, parquet(table), limits=UploadLimits(unpacked_bytes=2**22))

    assert problem.code == "file.bomb"
