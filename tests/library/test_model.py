"""Models in Python: names, arrays, training as Keras trains, saving."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import layerloom
from builder import ModelBuilder, plain_document
from layerloom import ProblemError
from layerloom.document import to_text
from layerloom.runs.artifacts import save_weights, write_document

TRAINING = {
    "optimizer": {"type": "SGD", "config": {"learning_rate": 0.1}},
    "outputs": {"score": {"loss": "mse"}, "label": {"loss": "binary_crossentropy", "loss_weight": 0.5}},
    "fit": {"epochs": 2, "batch_size": 8, "seed": 1, "shuffle": False},
}


def two_ends(training: dict[str, Any] | None = TRAINING) -> dict[str, Any]:
    main = (
        ModelBuilder()
        .input("wide", [3])
        .input("deep", [2])
        .call("merge", "Concatenate", ["wide", "deep"])
        .call("points", "Dense", "merge", units=1)
        .call("chance", "Dense", "merge", units=1, activation="sigmoid")
        .output("score", "points")
        .output("label", "chance")
    )
    data = plain_document(main, training)
    data["models"]["main"] |= {"inputs": ["wide", "deep"], "outputs": ["score", "label"]}
    return data


def rows(count: int = 20) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    random = np.random.default_rng(0)
    x = {"wide": random.normal(size=(count, 3)), "deep": random.normal(size=(count, 2))}
    y = {"score": random.normal(size=(count, 1)), "label": random.integers(0, 2, (count, 1))}
    return x, y


def test_ends_stand_in_the_order_of_the_model() -> None:
    model = layerloom.load(two_ends())

    assert model.inputs == ("wide", "deep")
    assert model.outputs == ("score", "label")
    assert isinstance(model.module, torch.nn.Module)


def test_arrays_by_name_and_in_order_give_the_same() -> None:
    model = layerloom.load(two_ends())
    x, _ = rows()

    by_name = model.predict(x)
    in_order = model.predict([x["wide"], x["deep"]])

    assert set(by_name) == {"score", "label"}
    for name in by_name:
        assert by_name[name].shape == (20, 1)
        np.testing.assert_array_equal(by_name[name], in_order[name])


def test_a_history_has_the_keys_of_keras_and_one_entry_an_epoch() -> None:
    model = layerloom.load(two_ends())
    x, y = rows()

    history = model.fit(x, y, epochs=3, validation_split=0.25)

    assert history.epoch == [0, 1, 2]
    assert set(history.history) == {
        "loss", "score_loss", "label_loss", "val_loss", "val_score_loss", "val_label_loss",
    }  # fmt: skip
    assert all(len(values) == 3 for values in history.history.values())
    total = history.history["score_loss"][0] + 0.5 * history.history["label_loss"][0]
    assert history.history["loss"][0] == pytest.approx(total)


def test_two_fits_are_one_fit_of_as_many_epochs() -> None:
    x, y = rows()
    momentum = {**TRAINING, "optimizer": {"type": "Adam", "config": {"learning_rate": 0.05}}}
    whole, halves = layerloom.load(two_ends(momentum)), layerloom.load(two_ends(momentum))

    at_once = whole.fit(x, y, epochs=4, shuffle=True).history["loss"]
    first = halves.fit(x, y, epochs=2, shuffle=True).history["loss"]
    second = halves.fit(x, y, epochs=2, shuffle=True).history["loss"]

    assert first + second == at_once


def test_a_model_is_compiled_as_in_keras() -> None:
    model = layerloom.load(two_ends(None))
    x, y = rows()

    model.compile(
        {"class_name": "SGD", "config": {"learning_rate": 0.5}}, "mse", [1.0, 0.25], metrics=["mae", None]
    )
    history = model.fit([x["wide"], x["deep"]], [y["score"], y["label"]], epochs=1, batch_size=20).history

    assert set(history) == {"loss", "score_loss", "label_loss", "score_mae"}
    assert history["loss"][0] == pytest.approx(history["score_loss"][0] + 0.25 * history["label_loss"][0])


def test_evaluate_gives_losses_of_the_outputs_that_have_one() -> None:
    only_score = {**TRAINING, "outputs": {"score": {"loss": "mse", "metrics": ["mae"]}}}
    model = layerloom.load(two_ends(only_score))
    x, y = rows()

    seen = model.evaluate(x, y["score"])

    expected = model.predict(x)["score"] - y["score"]
    assert seen == {
        "loss": pytest.approx(np.square(expected).mean()),
        "mae": pytest.approx(np.abs(expected).mean()),
    }


@pytest.mark.parametrize(
    ("x", "code", "said"),
    [
        ({"wide": np.zeros((4, 3))}, "data.input_missing", "`deep`"),
        ({"wide": np.zeros((4, 3)), "deep": np.zeros((4, 2)), "more": 1}, "data.names", "`more`"),
        ([np.zeros((4, 3))], "data.names", "Got 1 arrays"),
        (np.zeros((4, 3)), "data.names", "Got one ndarray"),
        ({"wide": np.zeros((4, 2)), "deep": np.zeros((4, 2))}, "data.shape", "(4, 2); expected (batch, 3)"),
        ({"wide": [["a", "b", "c"]], "deep": np.zeros((1, 2))}, "data.type", "`wide`"),
    ],
)
def test_arrays_that_do_not_fit_are_refused_in_words(x: Any, code: str, said: str) -> None:
    with pytest.raises(ProblemError) as caught:
        layerloom.load(two_ends()).predict(x)

    assert caught.value.problems[0].code == code
    assert said in caught.value.problems[0].message


def test_a_model_without_a_loss_says_how_to_get_one() -> None:
    x, y = rows()

    with pytest.raises(ProblemError, match="nothing to learn") as caught:
        layerloom.load(two_ends(None)).fit(x, y)

    assert "compile" in caught.value.problems[0].hint


def test_a_document_that_cannot_be_built_gives_every_problem() -> None:
    broken = two_ends()
    broken["models"]["main"]["layers"]["points"]["config"] = {}

    with pytest.raises(ProblemError) as caught:
        layerloom.load(broken)

    assert [(each.code, each.node) for each in caught.value.problems] == [("config.missing", "points")]


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    model = layerloom.load(two_ends(), seed=5)
    x, _ = rows()

    model.save(tmp_path / "model.json")
    model.save(tmp_path / "model.safetensors")
    again = layerloom.load(tmp_path / "model.json", weights=tmp_path / "model.safetensors")

    np.testing.assert_array_equal(again.predict(x)["score"], model.predict(x)["score"])


def test_onnx_gives_the_same_outputs_under_the_same_names(tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    main = (
        ModelBuilder()
        .input("score", [7, 3])
        .input("add", [4])
        .call("words", "LSTM", "score", port="sequence", units=4, return_sequences=True)
        .call("last", "LSTM", "words", port="sequence", units=4)
        .call("sum", "Add", ["last", "add"])
        .output("maximum", "sum")
        .output("same", "add")
    )
    model = layerloom.load(plain_document(main))
    model.save(tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    random = np.random.default_rng(0)
    x = {
        name: random.normal(size=(5, *shape)).astype("float32")
        for name, shape in (("score", (7, 3)), ("add", (4,)))
    }

    received = dict(zip(("maximum", "same"), session.run(["maximum", "same"], x), strict=True))

    for name, expected in model.predict(x).items():
        np.testing.assert_allclose(received[name], expected, atol=1e-6)


@pytest.mark.parametrize("kind", ["GlobalAveragePooling1D", "LSTM"])
def test_onnx_leaves_an_axis_open_or_says_that_it_cannot(kind: str, tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    config = {"units": 3} if kind == "LSTM" else {}
    port = "sequence" if kind == "LSTM" else "inputs"
    main = (
        ModelBuilder().input("x", [None, 3]).call("read", kind, "x", port=port, **config).output("y", "read")
    )
    model = layerloom.load(plain_document(main))

    if kind == "LSTM":
        with pytest.raises(ProblemError, match="one size of the open axis of `x`"):
            model.save(tmp_path / "model.onnx")
        return
    model.save(tmp_path / "model.onnx")
    x = np.random.default_rng(0).normal(size=(2, 11, 3)).astype("float32")
    (received,) = onnxruntime.InferenceSession(tmp_path / "model.onnx").run(None, {"x": x})
    np.testing.assert_allclose(received, model.predict(x)["y"], atol=1e-6)


def test_the_package_imports_no_torch_until_it_is_asked_for() -> None:
    import subprocess
    import sys

    code = "import layerloom, sys; assert 'torch' not in sys.modules; layerloom.load; assert 'torch' in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_public_name_is_there() -> None:
    assert all(getattr(layerloom, name) is not None for name in layerloom.__all__)
    with pytest.raises(AttributeError, match="no attribute 'lode'"):
        layerloom.lode  # type: ignore[attr-defined]


def test_a_saved_source_gives_the_models_outputs_with_the_saved_weights(tmp_path: Path) -> None:
    model = layerloom.load(two_ends())
    x, _ = rows()
    model.save(tmp_path / "model.py")
    model.save(tmp_path / "weights.safetensors")

    names: dict[str, Any] = {"__name__": "model"}
    exec((tmp_path / "model.py").read_text(), names)  # noqa: S102  our own text
    made = names["Main"]().eval()
    names["load_weights"](made, str(tmp_path / "weights.safetensors"))
    found = made(*(torch.tensor(x[name], dtype=torch.float32) for name in model.inputs))

    for name, array in model.predict(x).items():
        np.testing.assert_allclose(found[name].detach().numpy(), array, atol=1e-6)


def test_a_model_takes_the_weights_of_layers_that_did_not_change(tmp_path: Path) -> None:
    earlier, x_y = layerloom.load(two_ends()), rows()
    earlier.fit(*x_y, epochs=1)
    save_weights(tmp_path, "weights", earlier.module)
    write_document(tmp_path, to_text(earlier.document))
    changed = two_ends()
    changed["models"]["main"]["layers"]["chance"]["config"]["activation"] = "tanh"
    model = layerloom.load(changed)

    table = {item.path: item.status for item in model.warm_start(tmp_path)}

    assert table == {
        "points/kernel": "kept", "points/bias": "kept", "chance/kernel": "reset", "chance/bias": "reset",
    }  # fmt: skip
    weights, before = model.get_weights(), earlier.get_weights()
    np.testing.assert_array_equal(weights["points/kernel"], before["points/kernel"])
    with pytest.raises(ProblemError, match="no_run"):
        model.warm_start(tmp_path / "nothing")
