"""Encoders: what they make of the values, that they look at training rows alone, and what they refuse."""

import io
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

from data.encoded import ROWS, bound, chosen, columns, dataset, objects, png, spec, wav
from layerloom.data.binding import check
from layerloom.data.encoders.base import describe, encoders
from layerloom.data.encoders.tokenize import usual_length
from layerloom.data.encoding import EncoderState
from layerloom.data.reuse import encode_inputs, encode_rows
from layerloom.data.table import Table
from layerloom.document import DataBinding, Fit, Split
from layerloom.problems import ProblemError

SPLIT = Split(by="order", validation=0.2, test=0.2)
EVERY = {
    "standardize": (chosen("age", "standardize"), spec(1)),
    "standardize, filled": (chosen("income", "standardize", missing="median"), spec(1)),
    "standardize, a tensor": (chosen("vector", "standardize"), spec(2)),
    "standardize, a time": (chosen("day", "standardize"), spec(1)),
    "min-max": (chosen(["age", "rooms"], "min-max"), spec(2)),
    "one-hot": (chosen("rooms", "one-hot", unknown="ignore"), spec(3)),
    "one-hot, filled": (chosen("city", "one-hot", missing="most-frequent"), spec(3)),
    "index": (chosen("rooms", "index", unknown="ignore"), spec(1)),
    "index, filled": (chosen("city", "index", missing="most-frequent"), spec(1, dtype="int32")),
    "tokenize": (chosen("text", "tokenize"), spec(None, dtype="int32")),
    "tokenize, characters": (chosen("text", "tokenize", level="character"), spec(None, dtype="int32")),
    "image": (chosen("picture", "image"), spec(None, None, 3)),
    "audio": (chosen("sound", "audio"), spec(None, 1)),
    "window": (chosen(["age", "rooms"], "window", length=1, scale="standardize"), spec(1, 2)),
}


def test_every_encoder_is_in_the_table_of_this_test():
    offered = {name for name, kind in encoders().items() if kind.is_offered}

    assert {name.partition(",")[0] for name in EVERY} == offered
    for entry in describe():
        assert entry["summary"]
        assert entry["takes"]
        assert all(field.get("description") for field in entry["schema"]["properties"].values()), entry[
            "type"
        ]


@pytest.mark.parametrize("name", EVERY)
def test_an_encoder_is_fitted_on_the_training_rows_alone(name):
    value, wanted = EVERY[name]
    rows = columns()
    held_out = int(ROWS * 0.6)
    changed = {column: values.copy() for column, values in rows.items()}
    for column in ("age", "income", "rooms", "vector", "day"):
        changed[column][held_out:] = changed[column][held_out:] * 7 + 1_000
    changed["city"][held_out:] = 2
    changed["text"][held_out:] = "nothing of this was ever seen before " * 9
    changed["picture"][held_out:] = objects([png(9, 9, 255)] * (ROWS - held_out))
    changed["sound"][held_out:] = objects([wav(np.full(99, 0.1))] * (ROWS - held_out))

    before = bound({"x": value}, {"x": wanted}, split=SPLIT, rows=rows)
    after = bound({"x": value}, {"x": wanted}, split=SPLIT, rows=changed)

    assert after.encoders["x"] == before.encoders["x"]
    assert np.array_equal(after.inputs["x"], before.inputs["x"])
    assert not np.array_equal(np.asarray(after.test.inputs["x"]), np.asarray(before.test.inputs["x"]))


@pytest.mark.parametrize("name", ["image", "audio", "tokenize", "standardize", "one-hot"])
def test_held_out_rows_that_stand_first_are_not_looked_at_either(name):
    value, wanted = EVERY[name]
    newest_first = Split(by="time", column="day", validation=0.2, test=0.2)
    rows = columns()
    changed = {column: values.copy() for column, values in rows.items()}
    changed["age"][:5] = 1_000
    changed["rooms"][:5] = 9
    changed["text"][:5] = "never seen"
    changed["picture"][:5] = objects([png(9, 9, 255)] * 5)
    changed["sound"][:5] = objects([wav(np.full(99, 0.1))] * 5)

    before = bound({"x": value}, {"x": wanted}, split=newest_first, rows=rows)
    after = bound({"x": value}, {"x": wanted}, split=newest_first, rows=changed)

    assert after.encoders["x"] == before.encoders["x"]


@pytest.mark.parametrize("name", EVERY)
def test_an_encoder_survives_as_json_and_encodes_new_rows_alike(name):
    value, wanted = EVERY[name]
    data = bound({"x": value}, {"x": wanted}, split=Split(by="order", validation=0.0, test=0.0))

    saved = json.loads(json.dumps(data.encoders["x"].model_dump(mode="json")))
    again = encode_inputs({"x": EncoderState.model_validate(saved)}, Table(columns()), {"x": wanted})

    assert np.array_equal(again["x"][: len(data.inputs["x"])], data.inputs["x"])
    assert again["x"].dtype == data.inputs["x"].dtype


def test_encoders_that_older_versions_saved_are_read():
    saved = [
        {
            "column": "age",
            "form": "standardize",
            "classes": None,
            "holds_codes": False,
            "shift": [2.0],
            "scale": [4.0],
        },
        {
            "column": "city",
            "form": "one-hot",
            "classes": ["a", "b"],
            "holds_codes": True,
            "shift": [],
            "scale": [],
        },
        {
            "column": "rooms",
            "form": "values",
            "classes": None,
            "holds_codes": False,
            "shift": [],
            "scale": [],
        },
    ]

    state = EncoderState.model_validate({"columns": saved, "is_list": True})

    table = Table({"age": np.array([10.0]), "city": np.array([1]), "rooms": np.array([5])})
    assert state.encode(table).tolist() == [[2.0, 0.0, 1.0, 5.0]]


@pytest.mark.parametrize("missing", ["mean", "median", "most-frequent", -3])
def test_scaling_and_what_stands_for_missing_values_are_those_of_scikit_learn(missing):
    rows = columns()
    rows["income"][6:8] = rows["income"][0]
    training = rows["income"][: int(ROWS * 0.6), None]
    imputer = (
        SimpleImputer(strategy=missing.replace("-", "_"))
        if isinstance(missing, str)
        else SimpleImputer(strategy="constant", fill_value=missing)
    ).fit(training)
    filled = imputer.transform(rows["income"][:, None])

    for encoder, scaler in (("standardize", StandardScaler()), ("min-max", MinMaxScaler())):
        value = chosen("income", encoder, missing=missing)
        data = bound({"x": value}, {"x": spec(1)}, split=SPLIT, rows=rows)
        expected = scaler.fit(training).transform(filled)
        assert np.allclose(data.rows_of("all").inputs["x"], expected, atol=1e-6)


def test_one_hot_is_that_of_scikit_learn_and_unknown_values_become_zeros():
    rows = columns()
    rows["rooms"][-1] = 9
    data = bound({"x": chosen("rooms", "one-hot", unknown="ignore")}, {"x": spec(3)}, split=SPLIT, rows=rows)

    reference = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(rows["rooms"][:7, None])
    assert np.array_equal(data.rows_of("all").inputs["x"], reference.transform(rows["rooms"][:, None]))
    assert data.test.inputs["x"][-1].tolist() == [0, 0, 0]


def test_an_unknown_value_that_is_ignored_is_the_index_after_the_last():
    rows = columns()
    rows["rooms"][-1] = 9
    data = bound({"x": chosen("rooms", "index", unknown="ignore")}, {"x": spec(1)}, split=SPLIT, rows=rows)

    assert data.inputs["x"][:3, 0].tolist() == [0, 1, 2]
    assert data.test.inputs["x"][-1, 0] == 3
    with pytest.raises(ProblemError, match=r"label.unknown: Column `rooms` has a value \(9\).* in row 12"):
        bound({"x": chosen("rooms", "index")}, {"x": spec(1)}, split=SPLIT, rows=rows)


def test_words_get_ids_by_how_often_the_training_rows_hold_them():
    config = {"length": 4, "vocabulary_size": 6}
    data = bound({"x": chosen("text", "tokenize", **config)}, {"x": spec(4, dtype="int32")}, split=SPLIT)

    assert data.encoders["x"].columns[0].tokens == ("cat", "the", "dog", "a")
    assert data.inputs["x"][0].tolist() == [3, 2, 1, 0]
    assert data.inputs["x"][2].tolist() == [5, 2, 1, 5]
    assert data.test.inputs["x"][-1].tolist() == [1, 1, 0, 0]
    assert data.inputs["x"].dtype == np.int32
    assert data.encoders["x"].columns[0].text(data.inputs["x"][0]) == "the cat ?"


def test_padding_in_front_also_cuts_in_front():
    config = {"length": 3, "padding": "pre", "lowercase": False}
    data = bound({"x": chosen("text", "tokenize", **config)}, {"x": spec(3)}, split=SPLIT)
    tokens = data.encoders["x"].columns[0]

    assert data.inputs["x"][3].tolist()[0] == 0
    assert tokens.text(data.inputs["x"][2]) == "and a dog"
    assert "The" in tokens.tokens


def test_characters_are_tokens_too():
    data = bound({"x": chosen("text", "tokenize", level="character")}, {"x": spec(None)}, split=SPLIT)

    tokens = data.encoders["x"].columns[0]
    assert tokens.text(data.inputs["x"][0]) == "the cat sat"[: tokens.length]


def test_a_text_is_as_long_as_the_input_or_else_as_95_percent_of_the_training_rows():
    fixed = bound({"x": chosen("text", "tokenize")}, {"x": spec(9)}, split=SPLIT)
    lengths = Counter({2: 50, 3: 45, 40: 5})

    assert fixed.inputs["x"].shape[1] == 9
    assert usual_length(lengths) == 3
    assert usual_length(lengths + Counter({40: 1})) == 40


@pytest.mark.parametrize("resize", ["stretch", "fit", "crop"])
def test_images_are_brought_to_one_size(resize):
    wide = Image.new("RGB", (8, 4), (255, 255, 255))
    wide.paste((0, 0, 0), (0, 0, 2, 4))
    file = io.BytesIO()
    wide.save(file, "PNG")
    rows = columns()
    rows["picture"] = objects([file.getvalue()] * ROWS)

    data = bound(
        {"x": chosen("picture", "image", height=4, width=4, channels=1, resize=resize)},
        {"x": spec(4, 4, 1)},
        rows=rows,
    )

    image = data.inputs["x"][0, :, :, 0]
    assert image.shape == (4, 4)
    if resize == "stretch":
        assert image[:, 0].max() < 0.5
        assert (image[:, 2:] == 1).all()
    elif resize == "fit":
        assert (image[0] == 0).all()
        assert (image[3] == 0).all()
    else:
        assert (image == 1).all()  # the middle, where all is white


@pytest.mark.parametrize(("scale", "white", "black"), [("0..1", 1, 0), ("-1..1", 1, -1), ("0..255", 255, 0)])
def test_black_and_white_become_what_the_scale_says(scale, white, black):
    rows = columns()
    rows["picture"][:2] = objects([png(3, 3, 255), png(3, 3, 0)])

    data = bound({"x": chosen("picture", "image", scale=scale)}, {"x": spec(3, 3, 1)}, rows=rows)

    assert data.inputs["x"].shape == (ROWS, 3, 3, 1)
    assert np.allclose(data.inputs["x"][0], white)
    assert np.allclose(data.inputs["x"][1], black)


def test_many_images_are_decoded_in_their_order_and_the_first_broken_one_is_named():
    files = objects([png(3, 3, shade) for shade in range(200)])
    state = fitted(
        x=(chosen("picture", "image", height=3, width=3, channels=1, scale="0..255"), spec(3, 3, 1))
    )["x"]

    assert state.encode(Table({"picture": files}))[:, 0, 0, 0].tolist() == list(range(200))
    files[150:] = b"nothing"
    with pytest.raises(ProblemError, match=r"image\.broken: .* in row 1151"):
        state.encode(Table({"picture": files}), 1_000)


def test_sound_is_cut_filled_with_silence_and_brought_to_one_rate():
    tone = np.sin(np.arange(800) / 8_000 * 2 * np.pi * 100) * 0.5
    rows = columns()
    rows["sound"] = objects([wav(tone)] * ROWS)

    data = bound(
        {"x": chosen("sound", "audio", length=500, sample_rate=4_000)}, {"x": spec(500, 1)}, rows=rows
    )

    assert np.allclose(data.inputs["x"][0, :400, 0], tone[::2], atol=1e-3)
    assert (data.inputs["x"][0, 400:] == 0).all()


@pytest.mark.parametrize(
    ("column", "value", "encoder", "wanted", "code", "said"),
    [
        (
            "picture",
            b"no image",
            "image",
            spec(3, 3, 3),
            "image.broken",
            "`picture` has an image that can't be decoded",
        ),
        ("picture", None, "image", spec(3, 3, 3), "column.missing_values", "`picture` has no image in row 3"),
        ("picture", png(64, 64)[:50], "image", spec(3, 3, 3), "image.broken", "in row 3"),
        ("sound", b"RIFF", "audio", spec(9, 1), "audio.broken", "`sound` has a sound that can't be decoded"),
        ("age", np.nan, "standardize", spec(1), "column.missing_values", "the first is row 3"),
        ("income", np.nan, "index", spec(1), "encoder.invalid", "kind number"),
    ],
)
def test_a_value_that_cannot_be_encoded_names_its_row_and_column(column, value, encoder, wanted, code, said):
    rows = columns()
    rows[column][2] = value

    with pytest.raises(ProblemError) as caught:
        bound({"x": chosen(column, encoder)}, {"x": wanted}, rows=rows)

    problem = caught.value.problems[0]
    assert problem.code == code
    assert said in problem.message
    assert (problem.node, problem.field) == ("x", "training.data.inputs.x")
    assert problem.hint


def test_a_text_without_an_encoder_names_the_one_that_it_needs():
    binding = DataBinding(
        dataset="every-kind", inputs={"a": "text", "b": "picture", "c": "sound", "d": "day"}
    )

    found = check(binding, dataset(), {name: spec(1) for name in "abcd"}, {}, {})

    assert [problem.code for problem in found] == ["column.kind"] * 4
    for problem, needed in zip(found, ("tokenize", "image", "audio", "standardize"), strict=True):
        assert f"`{needed}`" in problem.hint


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"levle": "word"}, "has no config field `levle`"),
        ({"level": "letter"}, "`level` = 'letter'"),
        ({"vocabulary_size": 0}, "vocabulary_size"),
    ],
)
def test_a_wrong_config_says_what_is_wrong(config, said):
    binding = DataBinding(dataset="every-kind", inputs={"x": chosen("text", "tokenize", **config)})

    [problem] = check(binding, dataset(), {"x": spec(4)}, {}, {})

    assert problem.code == "encoder.invalid"
    assert said in problem.message
    assert problem.field.startswith("training.data.inputs.x.encoder.config.")


def test_a_column_serves_two_inputs_and_a_target():
    data = bound(
        {"x": chosen("age", "standardize"), "z": chosen(["age", "rooms"], "min-max")},
        {"x": spec(1), "z": spec(2)},
        {"y": "age"},
        {"y": spec(1)},
        {"y": "mean_squared_error"},
        fit=Fit(validation_split=0.25),
    )

    assert data.targets["y"][:, 0].tolist() == list(range(9))
    assert data.inputs["x"].mean() == pytest.approx(0, abs=1e-6)
    assert data.inputs["z"][:, 0].max() == 1


RAW = {
    "age": 3, "income": None, "rooms": 9, "city": "Lima", "text": "The cat flew", "vector": [4, 5],
    "day": "2023-11-20T00:00:00", "picture": [[0, 255], [255, 0]], "sound": [0.5, -0.5],
}  # fmt: skip


def fitted(**values):
    return bound(
        {name: value for name, (value, _) in values.items()},
        {name: wanted for name, (_, wanted) in values.items()},
        split=SPLIT,
    ).encoders


def test_raw_rows_are_encoded_as_the_training_rows_were():
    values = {
        name.replace(", ", "_").replace(" ", "_").replace("-", "_"): each for name, each in EVERY.items()
    }
    del values["window"]
    values["audio"] = (chosen("sound", "audio", length=3), spec(3, 1))
    values["image"] = (chosen("picture", "image", channels=1), spec(2, 2, 1))
    specs = {name: wanted for name, (_, wanted) in values.items()}

    arrays = encode_rows(fitted(**values), [RAW, RAW], specs)

    assert {len(array) for array in arrays.values()} == {2}
    assert arrays["standardize"][0, 0] == pytest.approx((3 - 3) / 2)
    assert arrays["standardize_filled"][0, 0] == pytest.approx((350 - 370) / 215.4065923, abs=1e-3)
    assert arrays["one_hot"][0].tolist() == [0, 0, 0]
    assert arrays["one_hot_filled"][0].tolist() == [0, 1, 0]
    assert arrays["index_filled"][0, 0] == 1
    assert arrays["image"][0, :, :, 0].tolist() == [[0, 1], [1, 0]]
    assert arrays["audio"][0, :, 0] == pytest.approx([0.5, -0.5, 0], abs=1e-6)
    assert arrays["tokenize"][0, 2] == 1


@pytest.mark.parametrize(
    ("value", "code", "said"),
    [
        (
            {"city": "Paris"},
            "label.unknown",
            "the value `Paris` in row 2; the model knows `Berlin`, `Lima`, `Oslo`",
        ),
        ({"city": None}, None, ""),
        ({"age": None}, "column.missing_values", "Column `age` has no value in row 2"),
        ({"age": "old"}, "predict.value", "Column `age` has the value `old` in row 2; expected a number"),
        ({"picture": "%%"}, "predict.value", "expected an image"),
        ({"age": [1, 2]}, "predict.value", "has shape (2,) in row 2"),
        ({"picture": [[1, 2], [3]]}, "predict.value", "`picture`"),
    ],
)
def test_a_raw_value_that_cannot_be_encoded_names_row_and_column(value, code, said):
    values = {
        "a": (chosen("age", "standardize"), spec(1)),
        "b": (chosen("city", "one-hot", missing="most-frequent"), spec(3)),
        "c": (chosen("picture", "image", height=2, width=2, channels=1), spec(2, 2, 1)),
    }
    specs = {name: wanted for name, (_, wanted) in values.items()}
    states = fitted(**values)
    if code is None:
        encode_rows(states, [RAW, {**RAW, **value}], specs)
        return

    with pytest.raises(ProblemError) as caught:
        encode_rows(states, [RAW, {**RAW, **value}], specs)

    [problem] = caught.value.problems
    assert problem.code == code
    assert said in problem.message
    assert problem.field == f"rows.1.{next(iter(value))}"


def test_a_raw_value_of_another_shape_is_a_problem_at_its_input():
    states = fitted(a=(chosen("age", "standardize"), spec(1)))

    with pytest.raises(
        ProblemError, match=r"predict\.value: Column `age` gives \(2,\) a row; Input `a` takes \(1,\)"
    ):
        encode_rows(states, [{"age": [1, 2]}], {"a": spec(1)})


def test_texts_are_targets_of_a_sequence_and_as_long_as_the_output():
    data = bound(
        {},
        {},
        {"y": chosen("text", "tokenize", vocabulary_size=9)},
        {"y": spec(4, 9)},
        {"y": "sparse_categorical_crossentropy"},
        split=SPLIT,
    )

    assert data.targets["y"].shape == (7, 4)
    assert data.targets["y"].dtype == np.int64
    with pytest.raises(ProblemError, match=r"label\.outside"):
        bound(
            {},
            {},
            {"y": chosen("text", "tokenize")},
            {"y": spec(4, 5)},
            {"y": "sparse_categorical_crossentropy"},
            split=SPLIT,
        )


@pytest.mark.parametrize(
    "value",
    [
        {"columns": "age", "encoder": {"type": ["standardize"]}},
        {"columns": "age", "encoder": {"type": {"a": 1}}},
        {"columns": "age", "encoder": {"type": "values"}},
        {"columns": "age", "encoder": {"type": "standardize", "config": [1]}},
        {"columns": "age", "encoder": {"type": "standardize", "config": {"missing": "most"}}},
        {"columns": "age", "encoder": {"type": "standardize", "config": {"missing": True}}},
        {"columns": "age", "encoder": {"type": "window"}},
        {"columns": "age", "encoder": {"type": "window", "config": {"length": 0}}},
        {"columns": "age", "encoder": "standardize"},
        {"columns": "age", "encoder": [1]},
    ],
)
def test_an_encoder_that_is_none_is_a_problem(value):
    binding = DataBinding(dataset="every-kind", inputs={"x": value})

    [problem] = check(binding, dataset(), {"x": spec(1)}, {}, {})

    assert problem.code == "encoder.invalid"
    assert problem.hint


def test_the_documentation_names_every_encoder_with_its_config():
    whole = (Path(__file__).parents[2] / "docs" / "data.md").read_text()
    text = whole.partition("\n## Encoders\n")[2].partition("\n## ")[0]

    for entry in describe():
        line = next(
            line for line in text.splitlines() if line.startswith("| `") and f"`{entry['type']}`" in line
        )
        for field in entry["schema"]["properties"]:
            assert f"`{field}`" in line, (entry["type"], field)


def test_a_raw_row_without_a_column_and_no_rows_are_problems():
    states = fitted(a=(chosen("age", "standardize"), spec(1)))

    for rows, code in (([{"height": 1}], "predict.column"), ([], "predict.rows")):
        with pytest.raises(ProblemError) as caught:
            encode_rows(states, rows, {"a": spec(1)})
        assert caught.value.problems[0].code == code


def test_another_data_set_may_number_its_classes_otherwise():
    states = fitted(b=(chosen("city", "one-hot", missing="most-frequent"), spec(3)))
    other = dataset(city={"classes": ("Lima", "Berlin", "Paris")})

    arrays = encode_inputs(states, Table({"city": np.array([0, 1])}), {"b": spec(3)}, other)

    assert arrays["b"].tolist() == [[0, 1, 0], [1, 0, 0]]
    with pytest.raises(ProblemError, match=r"label\.unknown"):
        encode_inputs(states, Table({"city": np.array([2])}), {"b": spec(3)}, other)
