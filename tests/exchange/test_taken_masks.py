"""Keras' attention takes masks off what it reads; a document of ours keeps them, and Keras is made to."""

from pathlib import Path

import numpy as np

import layerloom
from builder import ModelBuilder, plain_document
from layers.reference import keras


def blocks() -> ModelBuilder:
    main = ModelBuilder().input("x", [8], "int32")
    main.call("words", "Embedding", "x", input_dim=10, output_dim=12, mask_zero=True)
    source = "words"
    for number in (1, 2):
        attention, total = f"attention_{number}", f"sum_{number}"
        main.layer(attention, "MultiHeadAttention", num_heads=3, key_dim=4)
        main.node(attention, attention, "query", source, value=source)
        main.call(total, "Add", [source, attention])
        source = total
    return main.call("mean", "GlobalAveragePooling1D", source).output("y", "mean")


def test_a_document_with_two_attentions_gives_its_numbers_in_keras_and_comes_back(tmp_path: Path) -> None:
    model = layerloom.load(plain_document(blocks()), seed=1)
    x = np.random.default_rng(0).integers(1, 10, (4, 8)).astype("int32")
    x[:, 5:] = 0

    model.save(tmp_path / "model.keras")
    theirs = keras.models.load_model(tmp_path / "model.keras")
    back = layerloom.load(tmp_path / "model.keras")

    expected = model.predict(x)["y"]
    received = keras.tree.flatten(theirs(keras.ops.convert_to_tensor(x)))[0]
    np.testing.assert_allclose(np.asarray(received), expected, atol=1e-5)
    np.testing.assert_allclose(back.predict(x)["y"], expected, atol=1e-6)
    assert back.document.models["main"].nodes == model.document.models["main"].nodes
