"""Models with attention, normalization, activation layers and prepared data: from Keras' files and back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from exchange.saved import shuffle_weights
from layerloom.exchange.keras.known import known_layers
from layerloom.exchange.keras.loading import import_file
from layerloom.exchange.keras.saving import write_keras_archive
from layerloom.exchange.keras.writing import write_model
from layerloom.graph.build import build
from layerloom.graph.infer import infer
from layerloom.graph.plan import plan
from layerloom.graph.resolve import resolve
from layers.reference import keras

pytestmark = pytest.mark.filterwarnings("ignore")

layers = keras.layers
Model = Any  # keras.Model has no types


def transformer() -> Model:
    ids = keras.Input((6,), dtype="int32")
    x = layers.Embedding(11, 8, mask_zero=True)(ids)
    seen, scores = layers.MultiHeadAttention(2, 4, value_dim=3)(
        x, x, use_causal_mask=True, return_attention_scores=True
    )
    y = layers.RMSNormalization()(layers.Add()([x, seen]))
    y = layers.GroupQueryAttention(4, 2, 1)(y, y)
    return keras.Model(ids, [layers.EinsumDense("...x,xy->...y", 5, bias_axes="y")(y), scores])


def language() -> Model:
    ids = keras.Input((6,), dtype="int32")
    table = layers.ReversibleEmbedding(11, 8, logit_soft_cap=3.0)
    x = layers.LSTM(8, return_sequences=True)(table(ids))
    return keras.Model(ids, table(x, reverse=True))


def seq2seq() -> Model:
    one, two = keras.Input((4, 5)), keras.Input((6, 5))
    x = layers.Attention(use_scale=True, score_mode="concat")([one, two])
    y = layers.AdditiveAttention()([x, two, layers.Dense(5)(two)], use_causal_mask=True)
    mask = keras.Input((4, 6), dtype="bool")
    z = layers.MultiHeadAttention(2, 3, use_gate=True, attention_axes=1)(y, two, attention_mask=mask)
    return keras.Model([one, two, mask], z)


def picture() -> Model:
    start = keras.Input((8, 8, 4))
    x = layers.Normalization(mean=[0.1, 0.2, 0.3, 0.4], variance=[1.0, 2.0, 3.0, 4.0])(start)
    x = layers.Conv2D(6, 3, activation=layers.LeakyReLU(negative_slope=0.05))(x)
    x = layers.GroupNormalization(groups=3)(x)
    x = layers.PReLU(shared_axes=[1, 2])(layers.UnitNormalization(axis=[1, 2])(x))
    x = layers.BatchNormalization(renorm=True, renorm_clipping={"rmax": 2.0, "rmin": 0.5, "dmax": 1.0})(x)
    x = layers.Dense(3, activation=layers.ReLU(max_value=2.0), kernel_initializer="lecun_normal")(
        layers.Flatten()(x)
    )
    return keras.Model(start, layers.Activation(layers.Softmax())(x))


def table() -> Model:
    age, kind = keras.Input((1,)), keras.Input((3,), dtype="int32")
    bins = layers.Discretization(bin_boundaries=[-1.0, 0.0, 1.0], output_mode="one_hot")(age)
    marks = layers.CategoryEncoding(5, output_mode="count")(kind, count_weights=layers.Dense(3)(age))
    seen = layers.Normalization()(age)
    return keras.Model([age, kind], layers.Dense(2)(layers.Concatenate()([bins, marks, seen])))


MODELS = (transformer, language, seq2seq, picture, table)


@pytest.mark.parametrize("made", MODELS, ids=lambda made: made.__name__)
def test_a_model_goes_there_and_back(made: Callable[[], Model], tmp_path: Path) -> None:
    theirs = made()
    shuffle_weights(theirs)
    theirs.save(tmp_path / "theirs.keras")

    imported = import_file(tmp_path / "theirs.keras")
    assert [each for each in imported.problems if each.is_error] == []
    assert imported.weights is not None
    ours = build(plan(infer(resolve(imported.document)))).eval()
    ours.set_weights(imported.weights)
    written = write_model(imported.document)
    with (tmp_path / "ours.keras").open("wb") as target:
        write_keras_archive(
            target, written.config, written.tree, known_layers(imported.document), ours.get_weights()
        )
    back = keras.saving.load_model(tmp_path / "ours.keras")

    arrays = _arrays(theirs)
    expected = _several(theirs.predict(arrays, verbose=0))
    with torch.no_grad():
        received = [each.numpy() for each in ours(*map(torch.from_numpy, arrays))]
    again = _several(back.predict(arrays, verbose=0))
    for want, have, have_again in zip(expected, received, again, strict=True):
        np.testing.assert_allclose(have, want, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(have_again, want, rtol=1e-5, atol=1e-5)
    for one, other in zip(theirs.layers, back.layers, strict=True):
        assert one.get_config() == other.get_config()


def _arrays(model: Model) -> list[np.ndarray]:
    generator = np.random.default_rng(0)
    found = []
    for each in model.inputs:
        shape = (3, *each.shape[1:])
        if each.dtype == "float32":
            found.append(generator.normal(size=shape).astype("float32"))
        else:
            found.append(generator.integers(0, 2 if each.dtype == "bool" else 5, shape).astype(each.dtype))
    return found


def _several(result: Any) -> list[np.ndarray]:
    return list(result) if isinstance(result, list | tuple) else [result]
