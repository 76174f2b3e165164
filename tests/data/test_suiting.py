"""What is proposed to make a model and a data set fit each other: all of it can be bound."""

import numpy as np
import pytest

from data.encoded import columns, dataset, spec
from layerloom.data.binding import bind, check
from layerloom.data.dataset import Column, Dataset
from layerloom.data.datasets import find
from layerloom.data.suiting import suit
from layerloom.data.table import Table
from layerloom.document import DataBinding, Fit, Split
from layerloom.tensors import TensorSpec


def of(*names, **more):
    every = dataset(**more)
    return every.model_copy(
        update={"columns": tuple(column for column in every.columns if column.name in names)}
    )


def proposed(data, inputs, outputs=("y",), current=None):
    """The proposal, after checking that it can be bound once it is applied."""
    found = suit(data, inputs, outputs, current)
    fitted = {name: TensorSpec((None, *item.shape), item.dtype) for name, item in found.inputs.items()}
    given = {
        name: TensorSpec((None, item.units))
        for name, item in found.outputs.items()
        if item.loss != "sequence"
    }
    losses = {name: item.loss for name, item in found.outputs.items()}
    assert not check(found.data, data, fitted, given, losses, Fit())
    if data.id == "every-kind":
        bind(found.data, data, Table(columns()), fitted, given, losses, Fit())
    return found


def test_numbers_are_standardized_in_one_input_and_categories_beside_them_become_one_hot():
    found = proposed(of("age", "income", "city", "kind", city={"missing": 1}), {"x": spec(99)})

    assert found.data.targets == {"y": "kind"}
    assert found.data.inputs == {
        "x": {
            "columns": ["age", "income", "city"],
            "encoder": {"type": "standardize", "config": {"missing": "median"}},
        }
    }
    assert found.inputs["x"].shape == [5]
    output = found.outputs["y"]
    assert (output.loss, output.metrics, output.units, output.activation) == (
        "binary_crossentropy", ["accuracy"], 1, "sigmoid",
    )  # fmt: skip


def test_an_image_makes_an_input_of_rank_3_and_an_input_for_images_keeps_its_size():
    found = suit(of("picture", "kind"), {"x": spec(4)}, ["y"])
    kept = suit(of("picture", "kind"), {"x": spec(32, 24, 1)}, ["y"])

    assert found.inputs["x"].shape == [64, 64, 3]
    assert found.data.inputs["x"] == {
        "columns": "picture",
        "encoder": {"type": "image", "config": {"height": 64, "width": 64, "channels": 3}},
    }
    assert kept.inputs["x"].shape == [32, 24, 1]
    proposed(of("picture", "kind"), {"x": spec(32, 24, 1)})


def test_a_text_is_tokenized_for_an_input_of_whole_numbers():
    found = proposed(of("text", "kind"), {"x": spec(100)})

    assert found.inputs["x"].model_dump() == {"shape": [64], "dtype": "int32"}
    assert found.data.inputs["x"]["encoder"] == {"type": "tokenize", "config": {"length": 64}}


def test_several_inputs_get_what_suits_their_rank():
    found = proposed(
        of("age", "rooms", "vector", "picture", "sound", "text", "kind"),
        {"a": spec(5), "image": spec(8, 8, 3), "wave": spec(50, 1), "b": spec(9)},
    )

    assert found.data.inputs["image"]["columns"] == "picture"
    assert found.data.inputs["wave"]["columns"] == "sound"
    assert found.data.inputs["wave"]["columns"] == "sound"
    assert {str(found.data.inputs[name]) for name in "ab"} == {
        "vector", "{'columns': ['age', 'rooms'], 'encoder': {'type': 'standardize'}}",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("column", "loss", "units", "activation", "value"),
    [
        (Column(name="y", kind="integer", classes=(0, 1)), "binary_crossentropy", 1, "sigmoid", "y"),
        (
            Column(name="y", kind="integer", classes=(1, 2, 3)),
            "sparse_categorical_crossentropy", 3, "softmax", {"columns": "y", "encoder": {"type": "index"}},
        ),
        (
            Column(name="y", kind="category", classes=("a", "b", "c")),
            "sparse_categorical_crossentropy", 3, "softmax", "y",
        ),
        (
            Column(name="y", kind="integer", classes=(0, 10, 55)),
            "mean_squared_error", 1, "linear", {"columns": "y", "encoder": {"type": "standardize"}},
        ),
        (Column(name="y", kind="tensor", shape=(4,)), "mean_squared_error", 4, "linear", "y"),
    ],
)  # fmt: skip
def test_loss_units_and_activation_suit_the_target(column, loss, units, activation, value):
    data = Dataset(
        id="d", name="D", kind="uploaded", rows=9, columns=(Column(name="x", kind="number"), column)
    )

    found = proposed(data, {"x": spec(1)})

    assert found.data.targets == {"y": value}
    output = found.outputs["y"]
    assert (output.loss, output.units, output.activation) == (loss, units, activation)


def test_a_target_that_is_bound_stays_and_a_column_of_parts_splits():
    current = DataBinding(dataset="other", targets={"y": "age"})

    found = proposed(of("age", "rooms", "kind", "part"), {"x": spec(1)}, current=current)

    assert found.data.targets["y"]["columns"] == "age"
    assert found.data.split == Split(by="column", column="part")
    assert "part" not in str(found.data.inputs)


def test_a_column_that_numbers_the_rows_is_left_out():
    columns = [
        Column(name="Id", kind="integer"),
        Column(name="a", kind="number"),
        Column(name="b", kind="number"),
    ]
    data = Dataset(id="d", name="D", kind="uploaded", rows=9, columns=tuple(columns))

    found = proposed(data, {"x": spec(4)})

    assert found.data.inputs["x"]["columns"] == "a"
    assert "`Id` numbers the rows" in " ".join(found.notes)


def test_what_is_not_used_is_said():
    found = suit(of("age", "vector", "kind"), {"x": spec(2)}, ["y"])

    assert any("Not used: `age`" in note for note in found.notes)
    assert suit(find("generated"), {"x": spec(2)}, ["y"]).data.inputs == {"x": "x"}


@pytest.mark.parametrize("name", ["iris", "wine", "digits", "breast-cancer", "diabetes", "digit-pairs"])
def test_every_built_in_set_is_fitted(name):
    outputs = ("same",) if name == "digit-pairs" else ("y",)
    inputs = {"first": spec(3), "second": spec(3)} if name == "digit-pairs" else {"x": spec(3)}

    found = proposed(find(name), inputs, outputs)

    assert len(found.inputs) == len(inputs)
    assert np.prod(found.inputs[next(iter(inputs))].shape) > 1
