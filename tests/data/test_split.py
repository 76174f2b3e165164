"""Which rows train, validate and test; windows within the parts; what leaves a part empty."""

import numpy as np
import pytest

from data.encoded import ROWS, bound, chosen, columns, dataset, spec
from layerloom.data.binding import check
from layerloom.document import DataBinding, Fit, Split
from layerloom.problems import ProblemError

X = {"x": "age"}, {"x": spec(1)}


def numbers(split, **more):
    data = bound(*X, split=split, **more)
    parts = [data, data.validation, data.test]
    for part in parts:
        if part is not None:  # ages are row numbers here
            assert part.inputs["x"][:, 0].tolist() == part.numbers.tolist()
    return [None if part is None else part.numbers.tolist() for part in parts]


def test_by_order_the_last_rows_test_and_those_before_them_validate():
    assert numbers(Split(by="order", validation=0.2, test=0.25)) == [list(range(6)), [6, 7, 8], [9, 10, 11]]
    assert numbers(Split(by="order", validation=0, test=0.25)) == [list(range(9)), None, [9, 10, 11]]


def test_without_a_split_keras_validation_split_holds():
    assert numbers(None, fit=Fit(validation_split=0.25)) == [list(range(9)), [9, 10, 11], None]
    assert numbers(Split(by="order", test=0), fit=Fit(validation_split=0.75)) == [
        list(range(9)), [9, 10, 11], None,
    ]  # fmt: skip


def test_at_random_each_row_is_in_one_part_and_the_seed_decides():
    split = Split(by="random", validation=0.25, test=0.25, seed=1)

    parts = numbers(split)

    assert sorted(np.concatenate(parts)) == list(range(ROWS))
    assert [len(part) for part in parts] == [6, 3, 3]
    assert numbers(split) == parts
    assert numbers(split.model_copy(update={"seed": 2})) != parts
    assert parts[0] != list(range(6))


@pytest.mark.parametrize("column", ["kind", None])
def test_stratified_each_class_has_its_share_in_each_part(column):
    rows = columns()
    rows["kind"] = np.array([0] * 8 + [1] * 4)
    split = Split(by="stratified", validation=0.25, test=0.25, column=column)

    data = bound(*X, {"y": "kind"}, {"y": spec(1)}, {"y": "binary_crossentropy"}, split=split, rows=rows)

    assert [part.targets["y"].sum() for part in (data, data.validation, data.test)] == [2, 1, 1]
    assert [part.rows for part in (data, data.validation, data.test)] == [6, 3, 3]


def test_by_a_column_its_values_decide():
    assert numbers(Split(by="column", column="part")) == [list(range(8)), [8, 9], [10, 11]]


def test_by_time_the_newest_rows_test():
    assert numbers(Split(by="time", column="day", validation=0.25, test=0.25)) == [
        [11, 10, 9, 8, 7, 6], [5, 4, 3], [2, 1, 0],
    ]  # fmt: skip


def test_rows_of_a_part_and_of_all_parts():
    data = bound(*X, split=Split(by="order", validation=0.25, test=0.25))

    assert data.rows_of("train").inputs["x"][:, 0].tolist() == list(range(6))
    assert data.rows_of("test").inputs["x"][:, 0].tolist() == [9, 10, 11]
    assert data.rows_of("all").numbers.tolist() == list(range(ROWS))
    assert data.rows_of("test").encoders is data.encoders
    with pytest.raises(ProblemError, match=r"split\.empty: .*`test`; it has `train`, `validation`"):
        bound(*X, fit=Fit(validation_split=0.5)).rows_of("test")


@pytest.mark.parametrize(
    ("split", "code", "said"),
    [
        (Split(by="order", validation=0.6, test=0.4), "split.empty", "none is left to train with"),
        (Split(by="order", validation=0.01, test=0.1), "split.empty", "no row to validate with"),
        (Split(by="random", validation=0.9, test=0.09), "split.empty", "no row to train with"),
        (Split(by="time"), "split.column", "needs a column"),
        (Split(by="time", column="text"), "split.column", "of kind text"),
        (Split(by="time", column="dy"), "column.unknown", "no column `dy`"),
        (Split(by="stratified", column="age"), "split.column", "of kind number"),
        (Split(by="stratified", column="city"), "split.column", "has no value in 1 row"),
        (Split(by="column", column="kind"), "split.column", "has the value `a`"),
    ],
)
def test_a_split_that_cannot_be_made_is_a_problem_before_training(split, code, said):
    binding = DataBinding(dataset="every-kind", inputs={"x": "age"}, split=split)

    [problem] = check(binding, dataset(), {"x": spec(1)}, {}, {}, Fit())

    assert problem.code == code
    assert said in problem.message
    assert problem.hint
    assert problem.field.startswith("training.data.split")


def test_what_only_the_rows_of_a_split_tell_is_a_problem_too():
    rows = columns()
    rows["text"][:] = "train"
    rows["text"][3] = "holdout"

    with pytest.raises(ProblemError, match=r"has the value `holdout` in row 4"):
        bound(*X, split=Split(by="column", column="text"), rows=rows)
    rows["part"][:] = 2
    with pytest.raises(ProblemError, match=r"split\.empty: .* by `part` leaves no row to train with"):
        bound(*X, split=Split(by="column", column="part"), rows=rows)


def test_windows_end_where_the_target_is_a_horizon_away_and_stay_within_their_part():
    data = bound(
        {"x": chosen(["age", "rooms"], "window", length=3, horizon=2), "now": "age"},
        {"x": spec(3, 2), "now": spec(1)},
        {"y": "age"},
        {"y": spec(1)},
        {"y": "mean_squared_error"},
        fit=Fit(validation_split=0.5),
    )

    assert data.inputs["x"][:, :, 0].tolist() == [[0, 1, 2], [1, 2, 3]]
    assert data.inputs["now"][:, 0].tolist() == [2, 3]
    assert data.targets["y"][:, 0].tolist() == [4, 5]
    assert data.numbers.tolist() == [4, 5]
    assert data.validation.inputs["x"][:, :, 0].tolist() == [[6, 7, 8], [7, 8, 9]]
    assert data.validation.targets["y"][:, 0].tolist() == [10, 11]


def test_windows_of_two_lengths_end_in_one_row_and_stride_leaves_rows_out():
    data = bound(
        {"x": chosen("age", "window", length=4, stride=3), "z": chosen("age", "window", length=2, stride=3)},
        {"x": spec(4, 1), "z": spec(2, 1)},
        {"y": "age"},
        {"y": spec(1)},
        {"y": "mean_squared_error"},
    )

    assert data.inputs["x"][:, :, 0].tolist() == [[0, 1, 2, 3], [3, 4, 5, 6], [6, 7, 8, 9]]
    assert data.inputs["z"][:, :, 0].tolist() == [[2, 3], [5, 6], [8, 9]]
    assert data.targets["y"][:, 0].tolist() == [4, 7, 10]


def test_windows_follow_the_time_of_the_split():
    split = Split(by="time", column="day", validation=0, test=0)
    data = bound({"x": chosen("age", "window", length=2)}, {"x": spec(2, 1)}, {}, {}, split=split)

    assert data.inputs["x"][:2, :, 0].tolist() == [[11, 10], [10, 9]]


def test_windows_that_do_not_go_together_are_problems():
    window = chosen("age", "window", length=3)
    other = chosen("age", "window", length=3, horizon=4)
    binding = DataBinding(
        dataset="every-kind",
        inputs={"x": window, "z": other},
        targets={"y": window},
        split=Split(by="random"),
    )

    found = check(
        binding,
        dataset(),
        {"x": spec(3, 1), "z": spec(3, 1)},
        {"y": spec(3, 1)},
        {"y": "mean_squared_error"},
        Fit(),
    )

    assert [(problem.code, problem.node) for problem in found] == [
        ("encoder.invalid", "y"), ("encoder.invalid", None), ("encoder.invalid", "z"),
    ]  # fmt: skip
    with pytest.raises(
        ProblemError, match=r"split\.empty: The validation part has 3 rows; a window of 3 .* need 4"
    ):
        bound({"x": window}, {"x": spec(3, 1)}, fit=Fit(validation_split=0.25))
