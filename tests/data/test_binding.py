"""Columns meet inputs and outputs: what is bound, what is refused, and what the refusal says."""

import numpy as np
import pytest

from layerloom.data.binding import bind, check, columns_of, encode_inputs
from layerloom.data.dataset import Column, Dataset
from layerloom.data.datasets import find, load
from layerloom.data.encoding import EncoderState
from layerloom.data.loading import bind_dataset
from layerloom.data.table import Table
from layerloom.document import DataBinding, Fit
from layerloom.problems import ProblemError
from layerloom.tensors import TensorSpec

ROWS = 10
COLUMNS = {
    "age": (Column(name="age", kind="number"), np.arange(ROWS, dtype=np.float64)),
    "income": (Column(name="income", kind="number"), np.arange(ROWS) * 100.0 + 50),
    "rooms": (
        Column(name="rooms", kind="integer", dtype="int64", classes=(1, 2, 3)),
        np.array([1, 2, 3, 1, 2, 3, 1, 2, 3, 1]),
    ),
    "city": (
        Column(name="city", kind="category", dtype="int64", classes=("Berlin", "Lima", "Oslo")),
        np.arange(ROWS) % 3,
    ),
    "bought": (
        Column(name="bought", kind="category", dtype="int64", classes=("no", "yes")),
        np.arange(ROWS) % 2,
    ),
    "image": (Column(name="image", kind="tensor", shape=(8, 8)), np.ones((ROWS, 8, 8), np.float32)),
    "words": (
        Column(name="words", kind="tensor", dtype="int64", shape=(5,)),
        np.ones((ROWS, 5), np.int64),
    ),
    "name": (Column(name="name", kind="text", dtype="string"), np.array(["x"] * ROWS, object)),
    "gaps": (Column(name="gaps", kind="number", missing=3), np.full(ROWS, np.nan)),
}
DATASET = Dataset(
    id="people",
    name="People",
    kind="uploaded",
    rows=ROWS,
    columns=tuple(column for column, _ in COLUMNS.values()),
)
TABLE = Table({name: values for name, (_, values) in COLUMNS.items()})


def spec(*shape, dtype="float32"):
    return TensorSpec((None, *shape), dtype)


def problems(columns, wanted, *, target=None, output=None, loss="mean_squared_error"):
    """Of an Input `x` bound to `columns`, and an Output `y` where a target is given."""
    binding = DataBinding(
        dataset="people", inputs={"x": columns}, targets={} if target is None else {"y": target}
    )
    outputs = {} if target is None else {"y": output}
    return check(binding, DATASET, {"x": wanted}, outputs, {"y": loss})


def target_problem(target, output, loss):
    found = problems("age", spec(1), target=target, output=output, loss=loss)
    assert len(found) == 1, found
    assert found[0].field == "training.data.targets.y"
    assert found[0].node == "y"
    assert found[0].hint
    return found[0]


def bound(inputs, targets, specs, outputs, losses, fit=None, table=TABLE):
    binding = DataBinding(dataset="people", inputs=inputs, targets=targets)
    return bind(binding, DATASET, table, specs, outputs, losses, fit or Fit())


def test_scalar_columns_become_one_feature_each():
    data = bound({"x": "age"}, {"y": "income"}, {"x": spec(1)}, {"y": spec(1)}, {"y": "mean_squared_error"})

    assert data.inputs["x"].shape == data.targets["y"].shape == (ROWS, 1)
    assert data.inputs["x"].dtype == data.targets["y"].dtype == np.float32
    assert data.validation is None


def test_a_list_of_columns_is_stacked_along_the_last_axis():
    data = bound({"x": ["income", "age", "city"]}, {}, {"x": spec(5)}, {}, {})

    assert data.inputs["x"][4].tolist() == [450, 4, 0, 1, 0]


def test_a_tensor_is_bound_as_it_is_and_an_unknown_axis_fits():
    data = bound({"x": "image", "t": "words"}, {}, {"x": spec(None, 8), "t": spec(5, dtype="int32")}, {}, {})

    assert data.inputs["x"].shape == (ROWS, 8, 8)
    assert data.inputs["t"].dtype == np.int32


@pytest.mark.parametrize(
    ("loss", "output", "shape", "dtype", "third"),
    [
        ("sparse_categorical_crossentropy", spec(3), (ROWS,), np.int64, 2),
        ("SparseCategoricalCrossentropy", spec(3), (ROWS,), np.int64, 2),
        ("categorical_crossentropy", spec(3), (ROWS, 3), np.float32, [0, 0, 1]),
        ("mean_squared_error", spec(3), (ROWS, 3), np.float32, [0, 0, 1]),
        ("", spec(3), (ROWS, 3), np.float32, [0, 0, 1]),
    ],
)
def test_classes_take_the_form_that_their_loss_wants(loss, output, shape, dtype, third):
    data = bound({}, {"y": "city"}, {}, {"y": output}, {"y": loss})

    assert data.targets["y"].shape == shape
    assert data.targets["y"].dtype == dtype
    assert data.targets["y"][2].tolist() == third


def test_two_classes_become_0_and_1_for_binary_crossentropy():
    data = bound({}, {"y": "bought"}, {}, {"y": spec(1)}, {"y": "binary_crossentropy"})

    assert data.targets["y"].shape == (ROWS, 1)
    assert data.targets["y"][:3, 0].tolist() == [0.0, 1.0, 0.0]


def test_whole_numbers_that_start_at_1_are_numbered_anew_by_index():
    chosen = {"columns": "rooms", "encoder": {"type": "index"}}

    data = bound({}, {"y": chosen}, {}, {"y": spec(3)}, {"y": "sparse_categorical_crossentropy"})

    assert data.targets["y"][:4].tolist() == [0, 1, 2, 0]
    assert data.encoders["y"].columns[0].classes == (1, 2, 3)


def test_whole_numbers_become_one_hot_for_categorical_crossentropy():
    data = bound({}, {"y": "rooms"}, {}, {"y": spec(3)}, {"y": "categorical_crossentropy"})

    assert data.targets["y"][:2].tolist() == [[1, 0, 0], [0, 1, 0]]


def test_a_category_feeds_an_embedding_as_its_number():
    data = bound({"x": "city"}, {}, {"x": spec(1, dtype="int32")}, {}, {})

    assert data.inputs["x"][:4].tolist() == [[0], [1], [2], [0]]


def test_the_last_rows_validate():
    data = bound(
        {"x": "age"}, {"y": "income"}, {"x": spec(1)}, {"y": spec(1)}, {}, Fit(validation_split=0.25)
    )

    assert data.inputs["x"][:, 0].tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert data.validation.inputs["x"][:, 0].tolist() == [7, 8, 9]
    assert data.validation.targets["y"].shape == (3, 1)


def test_encoders_are_fitted_on_the_training_rows_only():
    standardize = {"columns": "age", "encoder": {"type": "standardize"}}
    scale = {"columns": ["age", "income"], "encoder": {"type": "min-max"}}

    data = bound(
        {"x": standardize, "z": scale}, {}, {"x": spec(1), "z": spec(2)}, {}, {}, Fit(validation_split=0.5)
    )

    assert data.encoders["x"].columns[0].shift == (2.0,)
    assert data.inputs["x"].mean() == pytest.approx(0, abs=1e-6)
    assert data.validation.inputs["x"].mean() > 2
    assert data.inputs["z"].max() == 1.0
    assert data.validation.inputs["z"].max() == pytest.approx(2.25)


def test_a_class_that_only_validation_rows_hold_is_a_problem():
    values = np.array([1, 2, 1, 2, 1, 2, 1, 2, 3, 3])
    table = Table({**TABLE.columns, "rooms": values})
    chosen = {"columns": "rooms", "encoder": {"type": "index"}}

    losses = {"y": "sparse_categorical_crossentropy"}
    with pytest.raises(ProblemError) as caught:
        bound({}, {"y": chosen}, {}, {"y": spec(3)}, losses, Fit(validation_split=0.2), table)

    assert caught.value.problems[0].code == "label.unknown"
    assert "row 9" in caught.value.problems[0].message


def test_encoders_survive_as_json_and_encode_new_rows_alike():
    chosen = {"columns": ["age", "income"], "encoder": {"type": "standardize"}}
    data = bound({"x": chosen}, {}, {"x": spec(2)}, {}, {})

    state = EncoderState.model_validate_json(data.encoders["x"].model_dump_json())

    again = encode_inputs({"x": state}, TABLE, {"x": spec(2)})
    assert np.array_equal(again["x"], data.inputs["x"])
    assert np.allclose(state.decode(data.inputs["x"].astype(float))[:, 1], TABLE["income"], atol=1e-3)


def test_only_the_columns_that_are_needed_are_read():
    binding = DataBinding(
        dataset="iris", inputs={"x": "features", "unused": "petal_width"}, targets={"y": "species"}
    )

    assert columns_of(binding, {"x": spec(4)}, {"y": spec(3)}) == ["features", "species"]
    assert columns_of(binding, {}, {"y": spec(3)}) == ["species"]


def test_an_unknown_column_names_its_neighbour_and_all_others():
    [problem] = problems("agee", spec(1))

    assert problem.code == "column.unknown"
    assert problem.hint == "Did you mean `age`?"
    assert "`income`" in problem.message
    assert (problem.node, problem.field) == ("x", "training.data.inputs.x")


def test_every_problem_is_found_at_once():
    binding = DataBinding(dataset="people", inputs={"a": "nothing", "b": "name"}, targets={})

    found = check(binding, DATASET, {"a": spec(1), "b": spec(1)}, {"y": spec(1)}, {"y": "mean_squared_error"})

    assert [(problem.code, problem.node) for problem in found] == [
        ("column.unknown", "a"), ("column.kind", "b"), ("data.unbound", "y"),
    ]  # fmt: skip


def test_an_output_without_a_loss_needs_no_target():
    binding = DataBinding(dataset="people", inputs={"x": "age"})

    assert not check(binding, DATASET, {"x": spec(1)}, {"watched": spec(4)}, {})
    data = bind(binding, DATASET, TABLE, {"x": spec(1)}, {"watched": spec(4)}, {}, Fit())
    assert data.targets == {}


def test_a_wrong_shape_says_how_to_set_the_input():
    [problem] = problems("image", spec(8, 8, 1))

    assert problem.code == "column.shape"
    assert "`image` gives (8, 8) a row; Input `x` takes (8, 8, 1)" in problem.message
    assert "[8, 8]" in problem.hint


def test_a_list_with_too_few_columns_is_a_wrong_shape():
    [problem] = problems(["age", "income"], spec(3))

    assert problem.code == "column.shape"
    assert "`age`, `income` give (2,) a row; Input `x` takes (3,)" in problem.message


@pytest.mark.parametrize(
    ("columns", "wanted", "code"),
    [
        ("name", spec(1), "column.kind"),
        ("gaps", spec(1), "column.missing_values"),
        ("age", spec(1, dtype="int32"), "column.kind"),
        (["image", "age"], spec(9), "column.shape"),
        ("", spec(1), "data.unbound"),
        ([], spec(1), "data.unbound"),
        (7, spec(1), "data.invalid"),
        (["age", "age"], spec(2), "data.invalid"),
        ({"columns": "age", "extra": 1}, spec(1), "data.invalid"),
        ({"columns": "age", "encoder": {"type": "hash"}}, spec(1), "encoder.invalid"),
        ({"columns": "age", "encoder": {"type": "one-hot"}}, spec(3), "encoder.invalid"),
        ({"columns": "city", "encoder": {"type": "standardize"}}, spec(1), "encoder.invalid"),
        (
            {"columns": "age", "encoder": {"type": "standardize", "config": {"a": 1}}},
            spec(1),
            "encoder.invalid",
        ),
    ],
)
def test_what_does_not_fit_an_input_is_a_problem(columns, wanted, code):
    [problem] = problems(columns, wanted)

    assert problem.code == code
    assert problem.hint


@pytest.mark.parametrize(
    ("target", "output", "loss", "code"),
    [
        ("city", spec(2), "sparse_categorical_crossentropy", "label.outside"),
        ("rooms", spec(3), "sparse_categorical_crossentropy", "label.outside"),
        ("age", spec(3), "sparse_categorical_crossentropy", "label.fraction"),
        ("city", spec(1), "binary_crossentropy", "label.not_binary"),
        ("rooms", spec(1), "binary_crossentropy", "label.not_binary"),
        ("city", spec(4), "categorical_crossentropy", "column.shape"),
        ("age", spec(3), "categorical_crossentropy", "column.shape"),
        ("city", spec(1), "mean_squared_error", "column.kind"),
        ("image", spec(8), "mean_squared_error", "column.shape"),
    ],
)
def test_labels_that_do_not_fit_their_loss_are_a_problem(target, output, loss, code):
    assert target_problem(target, output, loss).code == code


def test_labels_outside_the_classes_say_how_many_units_are_needed():
    problem = target_problem("rooms", spec(3), "sparse_categorical_crossentropy")

    assert "labels from 1 to 3" in problem.message
    assert "4 units" in problem.hint
    assert '"index"' in problem.hint


@pytest.mark.parametrize(
    ("values", "loss", "output", "code"),
    [
        (np.arange(ROWS), "binary_crossentropy", spec(1), "label.not_binary"),
        (np.arange(ROWS) - 1, "sparse_categorical_crossentropy", spec(20), "label.outside"),
        (np.arange(ROWS), "sparse_categorical_crossentropy", spec(5), "label.outside"),
    ],
)
def test_labels_that_only_the_rows_tell_are_found_when_binding(values, loss, output, code):
    column = Column(name="count", kind="integer", dtype="int64")
    dataset = Dataset(id="people", name="People", kind="uploaded", rows=ROWS, columns=(column,))
    binding = DataBinding(dataset="people", targets={"y": "count"})
    assert not check(binding, dataset, {}, {"y": output}, {"y": loss})

    with pytest.raises(ProblemError) as caught:
        bind(binding, dataset, Table({"count": values}), {}, {"y": output}, {"y": loss}, Fit())

    assert caught.value.problems[0].code == code
    assert caught.value.problems[0].node == "y"


def test_targets_beyond_0_to_1_do_not_fit_crossentropy():
    column = Column(name="chances", kind="tensor", shape=(3,))
    dataset = Dataset(id="people", name="People", kind="uploaded", rows=4, columns=(column,))
    binding = DataBinding(dataset="people", targets={"y": "chances"})
    table = Table({"chances": np.full((4, 3), 1.5)})

    with pytest.raises(ProblemError) as caught:
        bind(binding, dataset, table, {}, {"y": spec(3)}, {"y": "categorical_crossentropy"}, Fit())

    assert caught.value.problems[0].code == "label.range"


@pytest.mark.parametrize(("rows", "share"), [(10, 0.95), (3, 0.1), (0, 0.0), (1, 0.5)])
def test_a_split_that_leaves_no_row_is_a_problem(rows, share):
    column = Column(name="age", kind="number")
    dataset = Dataset(id="people", name="People", kind="uploaded", rows=rows, columns=(column,))
    binding = DataBinding(dataset="people", inputs={"x": "age"})

    found = check(binding, dataset, {"x": spec(1)}, {}, {}, Fit(validation_split=share))

    expected = [] if (rows, share) == (3, 0.1) else ["split.empty"]
    assert [problem.code for problem in found] == expected


def test_no_data_set_and_an_unknown_one_are_problems():
    assert check(None, None, {}, {}, {})[0].code == "data.missing"
    assert check(DataBinding(), None, {}, {}, {})[0].code == "data.missing"
    [problem] = check(DataBinding(dataset="dgits"), None, {}, {}, {})
    assert problem.code == "dataset.unknown"
    assert "`digits`" in problem.message


def test_digit_pairs_split_where_the_held_out_images_begin(tmp_path):
    binding = DataBinding(
        dataset="digit-pairs", inputs={"first": "first", "second": "second"}, targets={"same": "same"}
    )
    specs = {"first": spec(8, 8), "second": spec(8, 8)}

    data = bind_dataset(
        binding,
        tmp_path,
        specs,
        {"same": spec(1)},
        {"same": "binary_crossentropy"},
        Fit(validation_split=0.2),
    )

    assert data.rows == 9_600
    assert data.validation.rows == 2_400
    assert np.array_equal(data.targets["same"][:, 0], load("digit-pairs")["same"][:9_600])


def test_every_built_in_target_fits_its_usual_loss():
    for name, target, units in (("iris", "species", 3), ("wine", "grower", 3), ("digits", "digit", 10)):
        binding = DataBinding(dataset=name, targets={"y": target})
        assert not check(
            binding, find(name), {}, {"y": spec(units)}, {"y": "sparse_categorical_crossentropy"}
        )


def weighted(column, output="y", table=TABLE):
    binding = DataBinding(
        dataset="people", inputs={"x": "age"}, targets={"y": "income"}, sample_weights={output: column}
    )
    outputs, losses = {"y": spec(1)}, {"y": "mean_squared_error"}
    assert columns_of(binding, {"x": spec(1)}, outputs)[2:] == ([column] if output == "y" else [])
    return bind(binding, DATASET, table, {"x": spec(1)}, outputs, losses, Fit(validation_split=0.3))


def test_a_column_weighs_the_rows_of_an_output_and_is_split_with_them():
    data = weighted("rooms")

    assert data.sample_weight["y"].tolist() == [1, 2, 3, 1, 2, 3, 1]
    assert data.sample_weight["y"].dtype == np.float32
    assert data.validation.sample_weight["y"].tolist() == [2, 3, 1]


@pytest.mark.parametrize(
    ("column", "output", "code"),
    [
        ("room", "y", "column.unknown"),
        ("city", "y", "weight.column"),
        ("image", "y", "weight.column"),
        ("gaps", "y", "weight.column"),
        ("rooms", "z", "weight.output"),
    ],
)
def test_what_can_not_weigh_rows_is_refused_on_its_field(column, output, code):
    with pytest.raises(ProblemError) as caught:
        weighted(column, output)

    problem = caught.value.problems[0]
    assert (problem.code, problem.field) == (code, f"training.data.sample_weights.{output}")
    assert problem.hint


def test_negative_weights_are_refused_with_their_row():
    table = Table({**TABLE.columns, "rooms": np.array([1, 1, -2, 1, 1, 1, -1, 1, 1, 1])})

    with pytest.raises(ProblemError) as caught:
        weighted("rooms", table=table)

    problem = caught.value.problems[0]
    assert problem.code == "weight.negative"
    assert "2 weights" in problem.message
    assert "row 3" in problem.message
