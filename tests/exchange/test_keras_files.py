"""Whole files of real Keras, imported: the document and its weights predict what Keras predicts."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import layerloom
from exchange.saved import Array, shuffle_weights
from exchange.test_keras_weights import save_legacy
from layerloom.document import to_text
from layerloom.exchange.keras.loading import Imported, import_file
from layerloom.graph.build import build
from layerloom.graph.infer import infer
from layerloom.graph.plan import plan
from layerloom.graph.resolve import resolve
from layerloom.problems import ProblemError
from layers.reference import keras

pytestmark = pytest.mark.filterwarnings(
    "ignore:You are saving your model as an HDF5", "ignore:The structure of"
)


def siamese() -> Any:  # Any: keras.Model has no types
    image = keras.Input((12, 12, 1), name="image")
    x = keras.layers.Conv2D(3, 3, activation="relu")(image)
    x = keras.layers.BatchNormalization()(x)
    x = keras.layers.Flatten()(keras.layers.MaxPooling2D()(x))
    vision = keras.Model(image, keras.layers.Dense(6)(x), name="vision")
    first, second = keras.Input((12, 12, 1), name="first"), keras.Input((12, 12, 1), name="second")
    merged = keras.layers.Concatenate()([vision(first), vision(second)])
    scaled = keras.layers.Dense(8, activation="tanh")(merged * 2.0 + 1.0)
    return keras.Model([first, second], keras.layers.Dense(1, activation="sigmoid", name="same")(scaled))


def sequential() -> Any:
    return keras.Sequential(
        [
            keras.Input((6, 5)),
            keras.layers.LSTM(4, return_sequences=True),
            keras.layers.TimeDistributed(keras.layers.Dense(3)),
            keras.layers.GRU(3),
            keras.Sequential([keras.layers.Dense(4), keras.layers.LayerNormalization()]),
        ]
    )


def shared_in_nested() -> Any:
    shared = keras.layers.Dense(5, name="shared")
    start = keras.Input((5,), name="start")
    inner = keras.Model(start, shared(keras.layers.Dense(5, name="own")(start)), name="inner")
    end = keras.Input((5,), name="end")
    return keras.Model(end, keras.layers.add([inner(end), shared(end)]))


def deep() -> Any:
    layers = keras.layers
    levels = keras.Sequential([keras.Input((4,)), layers.Dense(4, "tanh"), layers.Dense(4)])
    for _ in range(3):
        start = keras.Input((4,))
        levels = keras.Model(start, layers.Dense(4, "tanh")(levels(layers.Dense(4, "tanh")(start))))
    return levels


def recurrent() -> Any:
    layers = keras.layers
    start = keras.Input((6, 4))
    both = layers.Bidirectional(layers.GRU(3, return_sequences=True), merge_mode="concat")(start)
    two = layers.Bidirectional(layers.LSTM(3), backward_layer=layers.LSTM(3, go_backwards=True))(both)
    cells = [layers.LSTMCell(3), layers.GRUCell(4), layers.SimpleRNNCell(2)]
    stacked = layers.RNN(cells)(both)
    plain = layers.SimpleRNN(3)(start)
    return keras.Model(start, layers.Concatenate()([two, stacked, plain]))


def attention() -> Any:
    layers = keras.layers
    start, other = keras.Input((6, 4)), keras.Input((5, 4))
    mixed = layers.MultiHeadAttention(2, 3, use_gate=True)(start, other)
    grouped = layers.GroupQueryAttention(4, 4, 2, use_gate=True)(mixed, other)
    simple = layers.Attention(use_scale=True)([grouped, other])
    added = layers.AdditiveAttention()([simple, other])
    projected = layers.EinsumDense("abc,cd->abd", (None, 4), bias_axes="d")(added)
    return keras.Model([start, other], layers.GlobalAveragePooling1D()(projected))


def convolutions() -> Any:
    layers = keras.layers
    start = keras.Input((10, 10, 3))
    x = layers.SeparableConv2D(4, 3, activation="tanh")(start)
    x = layers.DepthwiseConv2D(3)(x)
    x = layers.Conv2DTranspose(5, 3)(x)
    x = layers.GroupNormalization(5)(x)
    x = layers.PReLU(shared_axes=[1, 2])(x)
    x = layers.Conv2D(3, 2)(x)
    x = layers.BatchNormalization(scale=False)(x)
    return keras.Model(start, layers.GlobalMaxPooling2D()(x))


MODELS = {
    each.__name__: each
    for each in (siamese, sequential, shared_in_nested, deep, recurrent, attention, convolutions)
}


def saved(model: Any, folder: Path, form: str) -> tuple[Path, Path | None]:
    """The model's file, and that of its weights where they stand beside it."""
    path = folder / f"model.{form.partition('+')[0]}"
    weights: Path | None = None
    if form in ("keras", "h5"):
        model.save(path)
        return path, None
    path.write_text(model.to_json())
    weights = folder / ("model.weights.h5" if form == "json+weights.h5" else "old.h5")
    model.save_weights(weights) if form == "json+weights.h5" else save_legacy(model, weights)
    return path, weights


def assert_predicts(imported: Imported, model: Any) -> None:
    built = build(plan(infer(resolve(imported.document)))).eval()
    assert imported.weights is not None
    assert set(imported.weights) == set(built.get_weights())
    built.set_weights(imported.weights)
    generator = np.random.default_rng(0)
    arrays: list[Array] = [
        generator.normal(size=(3, *each.shape[1:])).astype("float32") for each in model.inputs
    ]
    result = model.predict(arrays if len(arrays) > 1 else arrays[0], verbose=0)
    with torch.no_grad():
        ours = built(*(torch.from_numpy(array) for array in arrays))
    np.testing.assert_allclose(ours[0].numpy(), result, atol=1e-5)


@pytest.mark.parametrize("form", ["keras", "h5", "json+weights.h5", "json+h5"])
@pytest.mark.parametrize("name", list(MODELS))
def test_a_keras_file_predicts_what_keras_predicts(tmp_path: Path, name: str, form: str) -> None:
    model = MODELS[name]()
    shuffle_weights(model)
    path, weights = saved(model, tmp_path, form)

    imported = import_file(path, weights)

    assert [each for each in imported.problems if each.is_error] == []
    assert_predicts(imported, model)


def test_operations_and_masks_of_an_old_file_are_read_though_keras_cannot(tmp_path: Path) -> None:
    layers = keras.layers
    x = keras.Input((6,), dtype="int32")
    y = layers.Embedding(10, 4, mask_zero=True)(x)
    mean = keras.ops.mean(layers.LSTM(3, return_sequences=True)(y) * 2 + 1, axis=1)
    model = keras.Model(x, layers.Add()([mean, layers.GRU(3)(y)]))
    model.save(tmp_path / "old.h5")
    ids = np.array([[1, 2, 3, 4, 0, 0], [5, 6, 7, 8, 9, 1]], "int32")

    mine = layerloom.load(tmp_path / "old.h5")

    assert not [problem for problem in mine.problems if problem.is_error]
    received = mine.predict(ids)[mine.outputs[0]]
    np.testing.assert_allclose(received, np.asarray(model(keras.ops.convert_to_tensor(ids))), atol=1e-5)


def test_weights_alone_are_no_model(tmp_path: Path) -> None:
    sequential().save_weights(tmp_path / "m.weights.h5")

    with pytest.raises(ProblemError) as error:
        import_file(tmp_path / "m.weights.h5")

    assert error.value.problems[0].code == "import.weights_alone"


def test_a_document_is_imported_with_safetensors(tmp_path: Path) -> None:
    model = sequential()
    model.save(tmp_path / "m.keras")
    first = import_file(tmp_path / "m.keras")
    (tmp_path / "d.json").write_text(to_text(first.document))
    from safetensors.numpy import save_file

    assert first.weights is not None
    save_file(dict(first.weights), tmp_path / "w.safetensors")

    again = import_file(tmp_path / "d.json", tmp_path / "w.safetensors")

    assert again.problems == ()
    assert again.document == first.document
    assert again.weights is not None
    assert all(np.array_equal(first.weights[path], array) for path, array in again.weights.items())


@pytest.mark.parametrize(
    "content", [b"", b"\x80\x04pickle", b"{", b"[1]", b'{"class_name": 3}', b"\xff" * 100]
)
def test_what_is_no_model_is_a_problem(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "m.keras").write_bytes(content)

    with pytest.raises(ProblemError) as error:
        import_file(tmp_path / "m.keras")

    assert error.value.problems[0].message
