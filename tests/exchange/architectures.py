"""Models as people write them with Keras: for tests of numbers, gradients, and the way there and back.

Every function here makes one. Inputs of whole numbers are ids from 0 to 9; 0 is the padding where there is a mask.
"""

from collections.abc import Callable
from typing import Any

from layers.reference import keras

layers, ops = keras.layers, keras.ops
Input, Model = keras.Input, keras.Model
Made = Any  # a keras.Model; Keras has no types

ARCHITECTURES: dict[str, Callable[[], Made]] = {}


def architecture(make: Callable[[], Made]) -> Callable[[], Made]:
    ARCHITECTURES[make.__name__] = make
    return make


# Dense networks


@architecture
def perceptron() -> Made:
    return keras.Sequential([Input((12,)), layers.Dense(8, "relu"), layers.Dense(3, "softmax")])


@architecture
def sequential_with_batch_statistics() -> Made:
    return keras.Sequential(
        [
            Input((10,)),
            layers.Dense(16, use_bias=False),
            layers.BatchNormalization(),
            layers.Activation("selu"),
            layers.Dropout(0.3),
            layers.Dense(1, "sigmoid"),
        ]
    )


@architecture
def residual_perceptron() -> Made:
    x = start = Input((16,), name="features")
    for _ in range(3):
        y = layers.Dense(16, "gelu")(layers.LayerNormalization()(x))
        x = layers.Add()([x, layers.Dense(16)(y)])
    return Model(start, layers.Dense(2)(x))


@architecture
def wide_and_deep() -> Made:
    wide, deep = Input((6,), name="wide"), Input((9,), name="deep")
    hidden = layers.Dense(12, "relu")(layers.Dense(12, "tanh")(deep))
    return Model([wide, deep], layers.Dense(1)(layers.Concatenate()([wide, hidden])))


@architecture
def highway() -> Made:
    x = Input((8,))
    carry = layers.Dense(8, "sigmoid", bias_initializer=keras.initializers.Constant(-1.0))(x)
    changed = layers.Dense(8, "relu")(x)
    return Model(x, carry * changed + (1 - carry) * x)


@architecture
def maxout() -> Made:
    x = Input((7,))
    pieces = layers.Reshape((5, 3))(layers.Dense(15)(x))
    return Model(x, ops.max(pieces, axis=-1))


@architecture
def every_activation_layer() -> Made:
    x = Input((6,))
    parts = [
        layers.LeakyReLU(negative_slope=0.1)(x), layers.PReLU()(x), layers.ELU(alpha=0.7)(x),
        layers.ReLU(max_value=1.0, negative_slope=0.2, threshold=0.1)(x), layers.Softmax()(x),
        layers.Activation("softplus")(x), layers.Activation("mish")(x), layers.Activation("hard_sigmoid")(x),
    ]  # fmt: skip
    return Model(x, layers.Concatenate()(parts))


@architecture
def mixture_of_experts() -> Made:
    x = Input((8,))
    gate = layers.Dense(4, "softmax")(x)
    experts = layers.Reshape((4, 5))(layers.Dense(20, "relu")(x))
    return Model(x, ops.einsum("be,bef->bf", gate, experts))


@architecture
def einsum_dense_heads() -> Made:
    x = Input((6, 8))
    y = layers.EinsumDense("abc,cde->abde", output_shape=(None, 2, 4), bias_axes="de", activation="relu")(x)
    return Model(x, layers.EinsumDense("abde,def->abf", output_shape=(None, 5), bias_axes="f")(y))


@architecture
def factorization_machine() -> Made:
    user, item = Input((1,), dtype="int32", name="user"), Input((1,), dtype="int32", name="item")
    left = layers.Flatten()(layers.Embedding(10, 6)(user))
    right = layers.Flatten()(layers.Embedding(10, 6)(item))
    bias = layers.Flatten()(layers.Embedding(10, 1, name="item_bias")(item))
    return Model([user, item], layers.Add()([layers.Dot(axes=1)([left, right]), bias]))


@architecture
def cosine_of_two_towers() -> Made:
    tower = keras.Sequential([Input((9,)), layers.Dense(7, "relu"), layers.Dense(4)], name="tower")
    a, b = Input((9,), name="query"), Input((9,), name="document")
    return Model([a, b], layers.Dot(axes=-1, normalize=True)([tower(a), tower(b)]))


@architecture
def siamese_distance() -> Made:
    base = Model(x := Input((5,)), layers.Dense(6, "relu")(x), name="base")
    a, b = Input((5,), name="left"), Input((5,), name="right")
    distance = ops.sqrt(ops.maximum(ops.sum(ops.square(base(a) - base(b)), axis=1, keepdims=True), 1e-6))
    return Model([a, b], distance)


@architecture
def every_merge() -> Made:
    a, b = Input((4, 3), name="a"), Input((4, 3), name="b")
    merged = [
        layers.Add()([a, b]), layers.Multiply()([a, b]), layers.Average()([a, b]), layers.Maximum()([a, b]),
        layers.Minimum()([a, b]), layers.Subtract()([a, b]), layers.Concatenate(axis=1)([a, b]),
        layers.Dot(axes=2)([a, b]),
    ]  # fmt: skip
    return Model([a, b], merged)


@architecture
def normalizations() -> Made:
    x = Input((6, 8))
    y = layers.GroupNormalization(groups=4)(x)
    y = layers.UnitNormalization()(y) + layers.RMSNormalization()(x)
    return Model(x, layers.LayerNormalization(axis=[1, 2])(y))


@architecture
def regularized_and_constrained() -> Made:
    x = Input((5,))
    y = layers.Dense(
        4, kernel_regularizer="l2", bias_regularizer="l1", activity_regularizer=keras.regularizers.L1(0.01),
        kernel_constraint=keras.constraints.MaxNorm(1.5),
    )(x)  # fmt: skip
    return Model(x, layers.Dense(2, kernel_regularizer=keras.regularizers.OrthogonalRegularizer())(y))


@architecture
def tabular_preprocessing() -> Made:
    numbers, kind = Input((3,), name="numbers"), Input((1,), dtype="int32", name="kind")
    scaled = layers.Normalization(mean=[0.5, 1.0, -2.0], variance=[1.0, 4.0, 0.25])(numbers)
    encoded = layers.CategoryEncoding(num_tokens=10, output_mode="one_hot")(kind)
    bucket = layers.Embedding(4, 2)(layers.Discretization(bin_boundaries=[-1.0, 0.0, 1.0])(numbers))
    parts = [scaled, encoded, layers.Flatten()(bucket)]
    return Model([numbers, kind], layers.Dense(2)(layers.Concatenate()(parts)))


# Pictures


@architecture
def lenet() -> Made:
    return keras.Sequential(
        [
            Input((20, 20, 1)), layers.Conv2D(4, 5, activation="tanh"), layers.AveragePooling2D(2),
            layers.Conv2D(6, 5, activation="tanh"), layers.AveragePooling2D(2), layers.Flatten(),
            layers.Dense(12, "tanh"), layers.Dense(10, "softmax"),
        ]
    )  # fmt: skip


@architecture
def residual_pictures() -> Made:
    start = Input((12, 12, 3))
    x = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(8, 3, padding="same", use_bias=False)(start)))
    for filters, strides in ((8, 1), (12, 2)):
        y = layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)(x)
        y = layers.ReLU()(layers.BatchNormalization()(y))
        y = layers.BatchNormalization()(layers.Conv2D(filters, 3, padding="same", use_bias=False)(y))
        if strides > 1:
            x = layers.Conv2D(filters, 1, strides=strides)(x)
        x = layers.ReLU()(layers.Add()([x, y]))
    return Model(start, layers.Dense(4)(layers.GlobalAveragePooling2D()(x)))


@architecture
def dense_net() -> Made:
    x = start = Input((10, 10, 2))
    for _ in range(3):
        y = layers.Conv2D(4, 3, padding="same")(layers.Activation("relu")(layers.BatchNormalization()(x)))
        x = layers.Concatenate()([x, y])
    return Model(start, layers.GlobalMaxPooling2D()(layers.AveragePooling2D(2, strides=2)(x)))


@architecture
def inception_block() -> Made:
    x = Input((9, 11, 4))
    branches = [
        layers.Conv2D(3, 1, activation="relu")(x),
        layers.Conv2D(4, 3, padding="same", activation="relu")(layers.Conv2D(2, 1)(x)),
        layers.Conv2D(2, (1, 7), padding="same")(layers.Conv2D(2, (7, 1), padding="same")(x)),
        layers.Conv2D(3, 1)(layers.MaxPooling2D(3, strides=1, padding="same")(x)),
        layers.AveragePooling2D(3, strides=1, padding="same")(x),
    ]
    return Model(x, layers.Concatenate(axis=-1)(branches))


@architecture
def mobile_net_block() -> Made:
    start = Input((11, 11, 6))
    x = layers.ReLU(6.0)(layers.BatchNormalization()(layers.Conv2D(12, 1, use_bias=False)(start)))
    x = layers.ZeroPadding2D(((0, 1), (0, 1)))(x)
    x = layers.DepthwiseConv2D(3, strides=2, padding="valid", use_bias=False)(x)
    x = layers.ReLU(6.0)(layers.BatchNormalization(momentum=0.999)(x))
    return Model(start, layers.Conv2D(6, 1, use_bias=False)(x))


@architecture
def squeeze_and_excite() -> Made:
    x = Input((8, 8, 6))
    scale = layers.GlobalAveragePooling2D(keepdims=True)(x)
    scale = layers.Conv2D(6, 1, activation="sigmoid")(layers.Conv2D(3, 1, activation="swish")(scale))
    return Model(x, layers.Multiply()([x, scale]))


@architecture
def u_net() -> Made:
    start = Input((16, 16, 1))
    down = layers.Conv2D(4, 3, padding="same", activation="relu")(start)
    bottom = layers.Conv2D(8, 3, padding="same", activation="relu")(layers.MaxPooling2D()(down))
    up = layers.Conv2DTranspose(4, 2, strides=2, padding="same")(bottom)
    joined = layers.Conv2D(4, 3, padding="same", activation="relu")(layers.Concatenate()([down, up]))
    return Model(start, layers.Conv2D(1, 1, activation="sigmoid")(joined))


@architecture
def super_resolution() -> Made:
    x = start = Input((6, 7, 3))
    x = layers.Conv2D(5, 3, padding="same")(layers.UpSampling2D(2, interpolation="bilinear")(x))
    x = layers.Cropping2D(((1, 2), (2, 1)))(layers.UpSampling2D((1, 2))(x))
    return Model(start, layers.Conv2D(3, 3, dilation_rate=2)(x))


@architecture
def xception_block() -> Made:
    start = Input((12, 12, 4))
    x = layers.SeparableConv2D(6, 3, padding="same", depth_multiplier=2)(layers.ReLU()(start))
    x = layers.MaxPooling2D(3, strides=2, padding="same")(layers.BatchNormalization()(x))
    return Model(start, layers.Add()([x, layers.Conv2D(6, 1, strides=2, padding="same")(start)]))


@architecture
def grouped_and_dilated() -> Made:
    x = start = Input((14, 14, 4))
    x = layers.Conv2D(8, 3, groups=2, activation="relu", padding="same")(x)
    x = layers.Conv2D(8, 3, dilation_rate=(2, 3))(x)
    return Model(start, layers.SpatialDropout2D(0.2)(x))


@architecture
def conv_next_block() -> Made:
    x = start = Input((8, 8, 6))
    y = layers.DepthwiseConv2D(7, padding="same")(x)
    y = layers.Dense(6)(
        layers.Activation("gelu")(layers.Dense(24)(layers.LayerNormalization(epsilon=1e-6)(y)))
    )
    return Model(start, x + y)


@architecture
def channels_first_pictures() -> Made:
    x = start = Input((3, 9, 10))
    x = layers.Conv2D(4, 3, data_format="channels_first", activation="relu")(x)
    x = layers.BatchNormalization(axis=1)(x)
    x = layers.MaxPooling2D(2, data_format="channels_first")(x)
    return Model(start, layers.GlobalAveragePooling2D(data_format="channels_first")(x))


@architecture
def volumes() -> Made:
    x = start = Input((8, 8, 8, 2))
    x = layers.MaxPooling3D()(layers.Conv3D(4, 3, activation="relu")(x))
    x = layers.Conv3DTranspose(3, 2, strides=2)(layers.ZeroPadding3D(1)(x))
    return Model(start, layers.GlobalAveragePooling3D()(x))


@architecture
def picture_pipeline() -> Made:
    x = start = Input((10, 12, 3))
    x = layers.Rescaling(1 / 127.5, offset=-1.0)(x)
    x = layers.CenterCrop(6, 6)(layers.Resizing(8, 8)(x))
    return Model(start, layers.Conv2D(2, 3)(x))


@architecture
def adaptive_pooling() -> Made:
    x = Input((9, 7, 3))
    return Model(x, layers.Flatten()(layers.AdaptiveAveragePooling2D((3, 2))(x)))


@architecture
def vision_transformer() -> Made:
    x = start = Input((12, 12, 3))
    x = layers.Reshape((9, 10))(layers.Conv2D(10, 4, strides=4)(x))
    x = x + layers.Embedding(9, 10)(ops.arange(9))
    y = layers.MultiHeadAttention(2, 5)(layers.LayerNormalization()(x), x)
    x = layers.Add()([x, y])
    return Model(start, layers.Dense(4)(layers.GlobalAveragePooling1D()(x)))


@architecture
def spectral_critic() -> Made:
    x = Input((8, 8, 2))
    y = layers.SpectralNormalization(layers.Conv2D(4, 3, strides=2))(x)
    return Model(x, layers.SpectralNormalization(layers.Dense(1))(layers.Flatten()(layers.LeakyReLU()(y))))


# Sequences


@architecture
def last_step_of_an_lstm() -> Made:
    return keras.Sequential([Input((7, 4)), layers.LSTM(6), layers.Dense(2)])


@architecture
def stacked_recurrent() -> Made:
    x = start = Input((6, 4))
    x = layers.LSTM(5, return_sequences=True)(x)
    x = layers.GRU(4, return_sequences=True, reset_after=False)(x)
    x = layers.GRU(4, return_sequences=True, go_backwards=True)(x)
    return Model(start, layers.SimpleRNN(3, activation="relu")(x))


@architecture
def bidirectional_of_every_kind() -> Made:
    x = Input((6, 4))
    parts = [
        layers.Bidirectional(layers.LSTM(3), merge_mode="concat")(x),
        layers.Bidirectional(layers.GRU(6), merge_mode="sum")(x),
        layers.Bidirectional(layers.SimpleRNN(6), merge_mode="mul")(x),
        layers.Bidirectional(
            layers.LSTM(6), backward_layer=layers.GRU(6, go_backwards=True), merge_mode="ave"
        )(x),
        *layers.Bidirectional(layers.LSTM(6), merge_mode=None)(x),
    ]
    return Model(x, layers.Concatenate()(parts))


@architecture
def words_with_padding() -> Made:
    x = Input((8,), dtype="int32")
    y = layers.Embedding(10, 6, mask_zero=True)(x)
    y = layers.Bidirectional(layers.LSTM(4, return_sequences=True))(layers.Dropout(0.1)(y))
    return Model(x, layers.Dense(3, "softmax")(layers.LSTM(5)(y)))


@architecture
def masked_sequences_merged() -> Made:
    a, b = Input((7,), dtype="int32", name="question"), Input((7,), dtype="int32", name="answer")
    words = layers.Embedding(10, 5, mask_zero=True)
    merged = layers.Concatenate()([words(a), words(b)])
    added = layers.Add()([words(a), words(b)])
    return Model([a, b], [layers.LSTM(4)(merged), layers.GRU(4)(added)])


@architecture
def masked_numbers() -> Made:
    x = Input((6, 3))
    y = layers.TimeDistributed(layers.Dense(4, "relu"))(layers.Masking(mask_value=0.0)(x))
    return Model(x, [layers.GRU(5)(y), layers.GlobalAveragePooling1D()(y)])


@architecture
def sequence_to_sequence() -> Made:
    source, target = Input((6, 4), name="source"), Input((5, 3), name="target")
    _, h, c = layers.LSTM(7, return_state=True, name="encoder")(source)
    decoded = layers.LSTM(7, return_sequences=True, name="decoder")(target, initial_state=[h, c])
    return Model([source, target], layers.TimeDistributed(layers.Dense(3, "softmax"))(decoded))


@architecture
def attention_over_an_encoder() -> Made:
    source, target = Input((6,), dtype="int32", name="source"), Input((5,), dtype="int32", name="target")
    words = layers.Embedding(10, 6, mask_zero=True)
    encoded = layers.GRU(6, return_sequences=True)(words(source))
    decoded = layers.GRU(6, return_sequences=True)(words(target))
    context = layers.AdditiveAttention()([decoded, encoded])
    context = layers.Concatenate()([context, layers.Attention(use_scale=True)([decoded, encoded])])
    return Model([source, target], layers.Dense(4)(context))


@architecture
def dilated_causal_convolutions() -> Made:
    x = start = Input((16, 3))
    skips = []
    for rate in (1, 2, 4):
        gate = layers.Conv1D(4, 2, padding="causal", dilation_rate=rate, activation="sigmoid")(x)
        value = layers.Conv1D(4, 2, padding="causal", dilation_rate=rate, activation="tanh")(x)
        y = layers.Multiply()([gate, value])
        skips.append(layers.Conv1D(4, 1)(y))
        x = skips[-1] if rate == 1 else layers.Add()([x, skips[-1]])
    return Model(start, layers.Conv1D(1, 1)(layers.ReLU()(layers.Add()(skips))))


@architecture
def text_convolutions() -> Made:
    x = Input((12,), dtype="int32")
    y = layers.SpatialDropout1D(0.2)(layers.Embedding(10, 6)(x))
    parts = [layers.GlobalMaxPooling1D()(layers.Conv1D(4, size, activation="relu")(y)) for size in (2, 3, 4)]
    return Model(x, layers.Dense(2, "softmax")(layers.Concatenate()(parts)))


@architecture
def sequences_up_and_down() -> Made:
    x = start = Input((12, 4))
    x = layers.MaxPooling1D(2)(layers.SeparableConv1D(6, 3, padding="same")(x))
    x = layers.UpSampling1D(2)(layers.Cropping1D((1, 0))(layers.ZeroPadding1D(1)(x)))
    return Model(start, layers.Conv1DTranspose(3, 3, strides=2, padding="same")(x))


@architecture
def recurrent_pictures() -> Made:
    x = start = Input((4, 8, 8, 2))
    x = layers.ConvLSTM2D(3, 3, padding="same", return_sequences=True)(x)
    return Model(start, layers.ConvLSTM2D(2, 3, strides=2)(layers.BatchNormalization()(x)))


@architecture
def stacked_cells() -> Made:
    x = Input((5, 4))
    cells = [layers.LSTMCell(3), layers.GRUCell(4), layers.SimpleRNNCell(5)]
    return Model(x, layers.RNN(cells, return_sequences=True)(x))


@architecture
def transformer_encoder() -> Made:
    x = Input((8,), dtype="int32")
    y = layers.Embedding(10, 12, mask_zero=True)(x)
    attended = layers.MultiHeadAttention(num_heads=3, key_dim=4, dropout=0.1)(y, y)
    y = layers.LayerNormalization(epsilon=1e-6)(layers.Add()([y, attended]))
    fed = layers.Dense(12)(layers.Dense(24, "relu")(y))
    y = layers.LayerNormalization(epsilon=1e-6)(layers.Add()([y, fed]))
    return Model(x, layers.GlobalAveragePooling1D()(y))


@architecture
def two_blocks_of_a_masked_transformer() -> Made:
    """Keras' attention takes the mask off what it has read: the second block sees none."""
    x = Input((8,), dtype="int32")
    y = layers.Embedding(10, 12, mask_zero=True)(x)
    for _ in range(2):
        y = layers.LayerNormalization()(layers.Add()([y, layers.MultiHeadAttention(3, 4)(y, y)]))
    return Model(x, [y, layers.GlobalAveragePooling1D()(y)])


@architecture
def two_attentions_before_an_lstm() -> Made:
    x = Input((8,), dtype="int32")
    y = layers.Embedding(10, 12, mask_zero=True)(x)
    y = layers.Add()([y, layers.MultiHeadAttention(3, 4)(y, y)])
    y = layers.Add()([y, layers.MultiHeadAttention(3, 4)(y, y)])
    return Model(x, layers.LSTM(4)(y))


@architecture
def causal_decoder() -> Made:
    x, memory = Input((6, 8), name="tokens"), Input((5, 8), name="memory")
    y = x + layers.MultiHeadAttention(2, 4)(x, x, use_causal_mask=True)
    y = y + layers.MultiHeadAttention(2, 4, value_dim=4)(y, memory)
    return Model([x, memory], layers.GroupQueryAttention(4, 4, 2)(y, y))


# Models as layers


@architecture
def shared_lstm_of_two_tweets() -> Made:
    a, b = Input((7, 5), name="tweet_a"), Input((7, 5), name="tweet_b")
    shared = layers.LSTM(4, name="shared_lstm")
    merged = layers.Concatenate()([shared(a), shared(b)])
    return Model([a, b], layers.Dense(1, "sigmoid", name="same")(merged))


@architecture
def headlines_with_an_auxiliary_output() -> Made:
    main, extra = Input((10,), dtype="int32", name="main_input"), Input((5,), name="aux_input")
    encoded = layers.LSTM(6)(layers.Embedding(10, 8)(main))
    x = layers.Concatenate()([encoded, extra])
    for _ in range(2):
        x = layers.Dense(8, "relu")(x)
    aux = layers.Dense(1, "sigmoid", name="aux_output")(encoded)
    return Model([main, extra], [layers.Dense(1, "sigmoid", name="main_output")(x), aux])


@architecture
def autoencoder_of_two_models() -> Made:
    encoder = Model(x := Input((12,)), layers.Dense(4, "relu")(x), name="encoder")
    decoder = Model(z := Input((4,)), layers.Dense(12, "sigmoid")(z), name="decoder")
    start = Input((12,), name="sample")
    return Model(start, decoder(encoder(start)), name="autoencoder")


@architecture
def ensemble_of_one_definition() -> Made:
    def member(number: int) -> Made:
        x = Input((6,))
        return Model(x, layers.Dense(3, "softmax")(layers.Dense(5, "relu")(x)), name=f"member_{number}")

    x = Input((6,))
    return Model(x, layers.Average()([member(number)(x) for number in range(3)]))


@architecture
def models_in_models_in_models() -> Made:
    inner = Model(x := Input((4,)), layers.Dense(4, "tanh")(x), name="inner")
    middle = Model(x := Input((4,)), inner(layers.Dense(4)(inner(x))), name="middle")
    x = Input((4,))
    return Model(x, layers.Add()([middle(x), middle(inner(x))]))


@architecture
def model_with_several_ends_as_a_layer() -> Made:
    a, b = Input((3,), name="a"), Input((4,), name="b")
    joined = layers.Concatenate()([a, b])
    block = Model([a, b], [layers.Dense(2)(joined), layers.Dense(3)(joined)], name="block")
    p, q = Input((3,), name="p"), Input((4,), name="q")
    first, second = block([p, q])
    again, _ = block([layers.Dense(3)(second), q])
    return Model([p, q], [first, second, again])


@architecture
def video_question_answering() -> Made:
    image = Input((8, 8, 3))
    vision = Model(
        image, layers.Flatten()(layers.Conv2D(4, 3, strides=2, activation="relu")(image)), name="vision"
    )
    video, question = Input((4, 8, 8, 3), name="video"), Input((6,), dtype="int32", name="question")
    watched = layers.LSTM(5)(layers.TimeDistributed(vision)(video))
    asked = layers.LSTM(5)(layers.Embedding(10, 6)(question))
    return Model([video, question], layers.Dense(4, "softmax")(layers.Concatenate()([watched, asked])))


@architecture
def time_distributed_twice() -> Made:
    x = Input((3, 4, 5, 2))
    y = layers.TimeDistributed(layers.TimeDistributed(layers.LSTM(3)))(x)
    return Model(x, layers.TimeDistributed(layers.Bidirectional(layers.GRU(2)))(y))


@architecture
def sequential_inside_functional() -> Made:
    block = keras.Sequential([Input((6, 6, 2)), layers.Conv2D(3, 3), layers.Flatten()], name="block")
    a, b = Input((6, 6, 2), name="a"), Input((6, 6, 2), name="b")
    return Model([a, b], layers.Subtract()([block(a), block(b)]))


@architecture
def ends_in_dicts() -> Made:
    title, body = Input((5,), name="title"), Input((7,), name="body")
    x = layers.Concatenate()([layers.Dense(4)(title), layers.Dense(4)(body)])
    return Model(
        {"title": title, "body": body},
        {"priority": layers.Dense(1, "sigmoid", name="p")(x), "department": layers.Dense(3, name="d")(x)},
    )


@architecture
def one_layer_at_several_depths() -> Made:
    a, b = layers.Dense(5, "tanh", name="a"), layers.Dense(5, name="b")
    x = Input((5,))
    return Model(x, a(b(a(b(x)))))


@architecture
def one_tensor_given_twice() -> Made:
    x = Input((4,), name="x")
    y = layers.Dense(3, name="y")(x)
    return Model(x, [y, layers.Dense(2, name="z")(y), y])


@architecture
def frozen_backbone() -> Made:
    backbone = Model(x := Input((6,)), layers.BatchNormalization()(layers.Dense(5)(x)), name="backbone")
    backbone.trainable = False
    x = Input((6,))
    return Model(x, layers.Dense(2)(backbone(x)))


# Operations


@architecture
def arithmetic_with_literals() -> Made:
    x = Input((6,))
    y = (2.0 * x + 1 - x / 3) ** 2
    return Model(x, 1 - ops.exp(-y) + ops.abs(x) // 1)


@architecture
def slices_and_stacks() -> Made:
    x = Input((6, 4))
    first, last = x[:, 0], x[:, -1, :]
    pairs = ops.stack([x[:, ::2, 1:3], x[:, 1::2, 1:3]], axis=1)
    return Model(x, [first + last, ops.reshape(pairs, (-1, 12))])


@architecture
def split_and_gate() -> Made:
    x = Input((5, 8))
    value, gate = ops.split(layers.Dense(12)(x), 2, axis=-1)
    return Model(x, value * ops.sigmoid(gate))


@architecture
def scores_by_hand() -> Made:
    q, k = Input((4, 6), name="q"), Input((5, 6), name="k")
    scores = ops.matmul(q, ops.transpose(k, (0, 2, 1))) / 6**0.5
    return Model([q, k], ops.matmul(ops.softmax(scores, axis=-1), k))


@architecture
def chosen_by_a_condition() -> Made:
    x = Input((7,))
    y = ops.where(x > 0, x, ops.expm1(x))
    return Model(x, ops.cumsum(ops.clip(y, -0.5, 2.0), axis=1))


@architecture
def statistics_of_a_sequence() -> Made:
    x = Input((6, 4))
    mean, spread = ops.mean(x, axis=1), ops.std(x, axis=1)
    top = ops.max(x, axis=1) - ops.min(x, axis=1)
    return Model(x, layers.Dense(3)(ops.concatenate([mean, spread, top], axis=-1)))


@architecture
def pixel_norm_and_padding() -> Made:
    x = Input((5, 5, 3))
    y = x * ops.rsqrt(ops.mean(ops.square(x), axis=-1, keepdims=True) + 1e-8)
    return Model(x, layers.Conv2D(2, 3)(ops.pad(y, [[0, 0], [1, 1], [1, 1], [0, 0]], mode="reflect")))
