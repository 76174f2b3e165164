"""Keras models of many kinds, on JAX, built by name. Import it before anything else imports Keras."""

import os
from collections.abc import Callable
from typing import Any

import pytest

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
keras = pytest.importorskip("keras")

Build = Callable[[], Any]

MODELS: dict[str, Build] = {}


def model(build: Build) -> Build:
    """One of the models."""
    MODELS[build.__name__] = build
    return build


def built(name: str) -> Any:
    """The model, with names counted anew."""
    keras.backend.clear_session(free_memory=False)
    keras.utils.set_random_seed(7)
    return MODELS[name]()


@model
def chain() -> Any:
    return keras.Sequential([keras.Input((8,)), keras.layers.Dense(4, "relu"), keras.layers.Dense(2)])


@model
def chain_without_input() -> Any:
    found = keras.Sequential([keras.layers.Dense(4), keras.layers.Dropout(0.5), keras.layers.Dense(2)])
    found.build((None, 6))
    return found


@model
def shared_twice() -> Any:
    first, second = keras.Input((6, 4), name="first"), keras.Input((6, 4), name="second")
    lstm = keras.layers.LSTM(5, name="shared_lstm")
    merged = keras.layers.Concatenate()([lstm(first), lstm(second)])
    return keras.Model([second, first], keras.layers.Dense(1, activation="sigmoid", name="same")(merged))


@model
def shared_at_depths() -> Any:
    x = keras.Input((4,))
    one, two = keras.layers.Dense(4, name="one"), keras.layers.Dense(4, name="two")
    return keras.Model(x, two(one(two(one(x)))))


@model
def autoencoder() -> Any:
    x, code = keras.Input((8,), name="picture"), keras.Input((3,), name="code")
    encoder = keras.Model(x, keras.layers.Dense(3)(x), name="encoder")
    decoder = keras.Model(code, keras.layers.Dense(8)(code), name="decoder")
    whole = keras.Input((8,), name="whole")
    return keras.Model(whole, decoder(encoder(whole)), name="autoencoder")


@model
def nested_called_twice() -> Any:
    x = keras.Input((6, 6, 1), name="image")
    y = keras.layers.Flatten()(keras.layers.Conv2D(3, 3, name="see")(x))
    vision = keras.Model(x, y, name="vision")
    left, right = keras.Input((6, 6, 1), name="left"), keras.Input((6, 6, 1), name="right")
    both = keras.layers.Subtract()([vision(left), vision(right)])
    return keras.Model([left, right], keras.layers.Dense(1, name="differ")(both))


@model
def nested_in_nested() -> Any:
    a = keras.Input((5,))
    inner = keras.Model(a, keras.layers.Dense(5, name="innermost")(a), name="inner")
    b = keras.Input((5,))
    middle = keras.Model(b, keras.layers.Add()([inner(b), inner(inner(b))]), name="middle")
    c = keras.Input((5,))
    return keras.Model(c, middle(keras.layers.Dense(5)(middle(c))), name="outer")


@model
def dicts() -> Any:
    ends = {"title": keras.Input((4,), name="title"), "body": keras.Input((6,), name="body")}
    x = keras.layers.Concatenate()([ends["title"], ends["body"]])
    outputs = {
        "tags": keras.layers.Dense(3, name="to_tags")(x),
        "class": keras.layers.Dense(2, name="to_class")(x),
    }
    return keras.Model(ends, outputs)


@model
def nested_dicts() -> Any:
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    both = keras.Model(
        {"a": a, "b": b}, {"sum": keras.layers.Add()([a, b]), "dense": keras.layers.Dense(3)(a)}, name="both"
    )
    x, y = keras.Input((4,), name="x"), keras.Input((4,), name="y")
    one, two = both({"a": x, "b": y}), both({"a": y, "b": y})
    return keras.Model([x, y], [one["sum"], two["dense"]])


@model
def odd_ends() -> Any:
    """An output twice, an input as an output, an input that nothing reads."""
    x, unused = keras.Input((3,), name="x"), keras.Input((2,), name="unused")
    y = keras.layers.Dense(2, name="y")(x)
    return keras.Model([unused, x], [y, y, x])


@model
def nested_outputs() -> Any:
    x = keras.Input((3,), name="x")
    dense = [keras.layers.Dense(2, name=f"d{number}")(x) for number in range(3)]
    return keras.Model(x, [dense[0], {"b": dense[1], "a": [dense[2]]}])


@model
def masked() -> Any:
    ids = keras.Input((7,), dtype="int32", name="ids")
    x = keras.layers.Embedding(20, 4, mask_zero=True)(ids)
    x = keras.layers.LSTM(5, return_sequences=True)(x)
    x = keras.layers.TimeDistributed(keras.layers.Dense(3))(x)
    return keras.Model(ids, keras.layers.GRU(2)(x))


@model
def masks_merged() -> Any:
    one, two = keras.Input((7,), dtype="int32", name="one"), keras.Input((7,), dtype="int32", name="two")
    embed = keras.layers.Embedding(20, 4, mask_zero=True)
    a, b = embed(one), embed(two)
    side = keras.layers.Concatenate()([a, b])
    total = keras.layers.Add()([a, b])
    return keras.Model([one, two], [keras.layers.LSTM(3)(side), keras.layers.LSTM(2)(total)])


@model
def masking_layer() -> Any:
    x = keras.Input((5, 3), name="x")
    return keras.Model(x, keras.layers.SimpleRNN(4)(keras.layers.Masking(-1.0)(x)))


@model
def time_distributed_model() -> Any:
    frame = keras.Input((4, 4, 1), name="frame")
    seen = keras.layers.Flatten()(keras.layers.Conv2D(2, 3)(frame))
    vision = keras.Model(frame, seen, name="vision")
    film = keras.Input((5, 4, 4, 1), name="film")
    return keras.Model(film, keras.layers.LSTM(3)(keras.layers.TimeDistributed(vision)(film)))


@model
def states_handed_on() -> Any:
    source, target = keras.Input((6, 3), name="source"), keras.Input((5, 3), name="target")
    _, h, c = keras.layers.LSTM(4, return_state=True, name="encoder")(source)
    y = keras.layers.LSTM(4, return_sequences=True, name="decoder")(target, initial_state=[h, c])
    return keras.Model([source, target], keras.layers.Dense(2, name="words")(y))


@model
def sequential_inside() -> Any:
    head = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.ReLU()], name="head")
    x, y = keras.Input((4,), name="x"), keras.Input((4,), name="y")
    return keras.Model([x, y], keras.layers.Average()([head(x), head(y)]))


@model
def settings() -> Any:
    x = keras.Input((None, 5), name="x")
    y = keras.layers.Conv1D(
        4, 3, padding="causal", kernel_initializer=keras.initializers.HeNormal(seed=3), kernel_regularizer="l2",
        bias_constraint=keras.constraints.MaxNorm(3.0), activation="gelu", name="conv-1",
    )(x)  # fmt: skip
    y = keras.layers.BatchNormalization(momentum=0.9, trainable=False)(y)
    y = keras.layers.LayerNormalization(epsilon=1e-5)(y)
    y = keras.layers.GlobalAveragePooling1D()(y)
    return keras.Model(x, keras.layers.Dense(2, use_bias=False, trainable=False)(y), name="settings")


@model
def frozen_inside() -> Any:
    a = keras.Input((4,), name="a")
    base = keras.Model(a, keras.layers.Dense(4)(a), name="base")
    base.trainable = False
    x = keras.Input((4,), name="x")
    return keras.Model(x, keras.layers.Dense(1)(base(x)))


@model
def merges() -> Any:
    x, y = keras.Input((3, 4), name="x"), keras.Input((3, 4), name="y")
    kinds = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")
    merged = [getattr(keras.layers, kind)()([x, y]) for kind in kinds]
    merged += [
        keras.layers.Dot(axes=(2, 2), normalize=True)([x, y]),
        keras.layers.Concatenate(axis=1)([x, y]),
    ]
    return keras.Model([x, y], [keras.layers.Flatten()(each) for each in merged])


@model
def bidirectional() -> Any:
    ids = keras.Input((7,), dtype="int32", name="ids")
    x = keras.layers.Embedding(20, 4, mask_zero=True)(ids)
    x = keras.layers.Bidirectional(keras.layers.GRU(3, return_sequences=True), merge_mode="sum")(x)
    y = keras.layers.Bidirectional(
        keras.layers.LSTM(2),
        backward_layer=keras.layers.LSTM(2, activation="relu", go_backwards=True, name="other"),
        name="both",
    )(x)
    return keras.Model(ids, y)


@model
def cells() -> Any:
    x = keras.Input((6, 3), name="x")
    y = keras.layers.RNN(
        [keras.layers.LSTMCell(4), keras.layers.GRUCell(3)], return_sequences=True, name="stacked"
    )(x)
    return keras.Model(x, keras.layers.RNN(keras.layers.SimpleRNNCell(2))(y))


@model
def operations() -> Any:
    x, y = keras.Input((4, 3), name="x"), keras.Input((4, 3), name="y")
    z = keras.ops.tanh(x * 2 + 1 - y) / 3.0
    z = keras.ops.concatenate([z[:, 1:], keras.ops.mean(y, axis=1, keepdims=True)], axis=1)
    z = 1 - keras.ops.reshape(z, (-1, 12))
    return keras.Model(
        [x, y], [keras.layers.Dense(2)(z), keras.ops.matmul(x, keras.ops.transpose(y, (0, 2, 1)))]
    )


@model
def masks_given() -> Any:
    """A mask that would not reach the layer by itself, and one of the user's own."""
    ids, given = keras.Input((7,), dtype="int32", name="ids"), keras.Input((7,), dtype="bool", name="given")
    x = keras.layers.Embedding(20, 4, mask_zero=True)(ids)
    x = keras.layers.Conv1D(4, 3, padding="same")(x)
    one = keras.layers.LSTM(3)(x, mask=keras.ops.not_equal(ids, 0))
    two = keras.layers.GRU(2)(x, mask=given)
    return keras.Model([ids, given], [one, two])


@model
def attention() -> Any:
    x, y = keras.Input((5, 8), name="x"), keras.Input((6, 8), name="y")
    z = keras.layers.MultiHeadAttention(2, 4, name="self")(x, x, use_causal_mask=True)
    z = keras.layers.MultiHeadAttention(2, 4, name="cross")(z, y)
    w = keras.layers.Attention()([z, y])
    return keras.Model([x, y], keras.layers.Add()([z, w]))


@model
def attention_masked() -> Any:
    ids, other = keras.Input((5,), dtype="int32", name="ids"), keras.Input((6,), dtype="int32", name="other")
    embed = keras.layers.Embedding(20, 8, mask_zero=True)
    x, y = embed(ids), embed(other)
    z = keras.layers.MultiHeadAttention(2, 4)(x, y)
    z = keras.layers.AdditiveAttention()([z, y])
    return keras.Model([ids, other], keras.layers.LSTM(3)(keras.layers.LayerNormalization()(z)))


@model
def attention_given_a_mask() -> Any:
    x, mask = keras.Input((5, 8), name="x"), keras.Input((5, 5), dtype="bool", name="mask")
    y, scores = keras.layers.MultiHeadAttention(2, 4)(x, x, attention_mask=mask, return_attention_scores=True)
    return keras.Model([x, mask], {"result": y, "scores": scores})


@model
def wrapped_and_called() -> Any:
    dense = keras.layers.Dense(3, name="dense")
    x, y = keras.Input((4, 5), name="x"), keras.Input((5,), name="y")
    each = keras.layers.TimeDistributed(keras.layers.TimeDistributed(keras.layers.Dense(2)))
    z = keras.Input((2, 3, 4), name="z")
    return keras.Model([x, y, z], [keras.layers.TimeDistributed(dense)(x), dense(y), each(z)])


@model
def picture() -> Any:
    x = keras.Input((16, 16, 3), name="x")
    y = keras.layers.Rescaling(1 / 255.0)(x)
    y = keras.layers.ZeroPadding2D(((1, 2), (0, 1)))(y)
    y = keras.layers.SeparableConv2D(6, 3, strides=2, padding="same", activation="relu6")(y)
    y = keras.layers.DepthwiseConv2D(3, depth_multiplier=2)(y)
    y = keras.layers.Conv2DTranspose(4, 3, strides=2)(y)
    y = keras.layers.UpSampling2D(2, interpolation="bilinear")(y)
    y = keras.layers.MaxPooling2D(3, strides=2)(y)
    y = keras.layers.SpatialDropout2D(0.2)(keras.layers.LeakyReLU(0.1)(y))
    y = keras.layers.Reshape((-1, 4))(y)
    return keras.Model(x, keras.layers.Permute((2, 1))(y))
