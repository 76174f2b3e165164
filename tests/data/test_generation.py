"""Rows made to measure: right in shape, dtype and range for each loss, and learnable."""

import numpy as np

from layerloom.data.loading import bind_dataset
from layerloom.document import DataBinding, Fit
from layerloom.tensors import TensorSpec


def spec(*shape, dtype="float32"):
    return TensorSpec((None, *shape), dtype)


def test_generated_rows_fit_any_specs_and_follow_the_loss():
    outputs = {"a": spec(1), "b": spec(10), "c": spec(4), "d": spec(None, 3), "e": spec(10)}
    losses = {
        "a": "binary_crossentropy", "b": "sparse_categorical_crossentropy", "c": "categorical_crossentropy",
        "d": "mean_squared_error", "e": "",
    }  # fmt: skip
    inputs = {"image": spec(28, 28, 1), "words": spec(None, dtype="int32"), "series": spec(None, 3)}

    data = bind_dataset(
        DataBinding(dataset="generated"), None, inputs, outputs, losses, Fit(validation_split=0.25, seed=1)
    )

    assert data.rows == 768
    assert data.validation.rows == 256
    assert data.inputs["image"].shape == (768, 28, 28, 1)
    assert set(np.unique(data.inputs["words"])) == {0, 1}
    assert data.inputs["series"].shape[1] == data.targets["d"].shape[1]
    assert set(np.unique(data.targets["a"])) == {0.0, 1.0}
    assert data.targets["b"].dtype == np.int64
    assert data.targets["c"].sum(axis=1).tolist() == [1.0] * 768
    assert np.abs(data.targets["e"]).max() <= 1


def test_generated_targets_are_a_function_of_the_inputs():
    from sklearn.linear_model import LinearRegression

    data = bind_dataset(
        DataBinding(dataset="generated"),
        None,
        {"x": spec(12)},
        {"y": spec(1)},
        {},
        Fit(validation_split=0.25),
    )

    model = LinearRegression().fit(data.inputs["x"], data.targets["y"])
    assert model.score(data.validation.inputs["x"], data.validation.targets["y"]) > 0.9


def test_generated_rows_of_large_inputs_stay_few():
    data = bind_dataset(
        DataBinding(dataset="generated"), None, {"x": spec(224, 224, 3)}, {"y": spec(1)}, {}, Fit()
    )

    assert 32 <= data.rows < 128
