"""Convolutions of every kind give the numbers and the gradients of real Keras on JAX."""

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from layerloom.layers.catalogue import layer_types
from layerloom.layers.fields.matrices import refuse_without_matrix
from layerloom.problems import ProblemError
from layerloom.tensors import TensorSpec
from layers import calls
from layers.comparison import compare
from layers.reference import Reference, keras

FIRST = "channels_first"

CASES: list[tuple[str, Mapping[str, Any], tuple[int | None, ...]]] = [
    ("Conv1D", {"filters": 4, "kernel_size": 3, "data_format": FIRST, "activation": "softmax"}, (3, 9)),
    ("Conv1D", {"filters": 4, "kernel_size": 3, "data_format": FIRST, "padding": "causal"}, (3, 9)),
    ("Conv2D", {"filters": 4, "kernel_size": 3, "data_format": FIRST, "activation": "softmax"}, (3, 7, 8)),
    ("Conv2D", {"filters": 4, "kernel_size": 2, "data_format": FIRST, "activation": "glu"}, (3, 7, 7)),
    ("Conv2D", {"filters": 4, "kernel_size": 2, "activation": "glu"}, (7, 7, 3)),
    ("Conv3D", {"filters": 4, "kernel_size": 3, "padding": "same"}, (3, 4, 5, 2)),
    ("Conv3D", {"filters": 4, "kernel_size": [3, 2, 1], "strides": [2, 1, 3], "padding": "same"}, (5, 4, 7, 2)),
    ("Conv3D", {"filters": 4, "kernel_size": 2, "strides": 2, "use_bias": False}, (5, 4, 7, 2)),
    ("Conv3D", {"filters": 6, "kernel_size": 2, "groups": 3, "dilation_rate": [1, 2, 2]}, (None, 4, 5, 3)),
    ("Conv3D", {"filters": 4, "kernel_size": 2, "dilation_rate": [2, 1, 3], "padding": "same"}, (5, None, 6, 2)),
    ("Conv3D", {"filters": 2, "kernel_size": 2, "data_format": FIRST, "padding": "same"}, (3, 4, 5, 6)),
    ("Conv2DTranspose", {"filters": 4, "kernel_size": 3, "strides": 2, "padding": "same"}, (4, 5, 3)),
    ("Conv2DTranspose", {"filters": 4, "kernel_size": [2, 5], "strides": [3, 2], "padding": "same"}, (4, 5, 3)),
    ("Conv2DTranspose", {"filters": 4, "kernel_size": [2, 5], "strides": [3, 2]}, (None, 5, 3)),
    ("Conv2DTranspose", {"filters": 4, "kernel_size": 4, "strides": 2, "padding": "same"}, (4, None, 3)),
    (
        "Conv2DTranspose",
        {"filters": 4, "kernel_size": 3, "strides": [2, 3], "padding": "same", "output_padding": [0, 2]},
        (4, 5, 3),
    ),
    (
        "Conv2DTranspose",
        {"filters": 4, "kernel_size": [4, 1], "strides": 3, "padding": "same", "output_padding": 1},
        (4, 5, 3),
    ),
    ("Conv2DTranspose", {"filters": 4, "kernel_size": 3, "dilation_rate": [2, 3], "padding": "same"}, (4, 5, 3)),
    ("Conv2DTranspose", {"filters": 4, "kernel_size": 2, "dilation_rate": 3, "activation": "tanh"}, (4, 5, 3)),
    ("Conv2DTranspose", {"filters": 4, "kernel_size": 3, "strides": 2, "data_format": FIRST}, (3, 4, 5)),
    ("Conv3DTranspose", {"filters": 3, "kernel_size": 3, "strides": 2, "padding": "same"}, (2, 3, 4, 2)),
    ("Conv3DTranspose", {"filters": 3, "kernel_size": [1, 2, 4], "strides": [3, 2, 1]}, (2, 3, 4, 2)),
    (
        "Conv3DTranspose",
        {"filters": 3, "kernel_size": 2, "strides": [1, 2, 3], "padding": "same", "output_padding": [0, 1, 2]},
        (2, None, 4, 2),
    ),
    ("Conv3DTranspose", {"filters": 3, "kernel_size": 2, "dilation_rate": 2, "data_format": FIRST}, (2, 3, 4, 3)),
    ("Conv1DTranspose", {"filters": 3, "kernel_size": 4, "strides": 3, "data_format": FIRST}, (2, 5)),
    ("DepthwiseConv1D", {"kernel_size": 4, "strides": 3, "padding": "same", "depth_multiplier": 3}, (11, 2)),
    ("DepthwiseConv1D", {"kernel_size": 2, "dilation_rate": 3, "data_format": FIRST}, (2, 9)),
    ("DepthwiseConv2D", {"kernel_size": 3, "strides": 2, "padding": "same"}, (8, 7, 3)),
    ("DepthwiseConv2D", {"kernel_size": [2, 3], "dilation_rate": 2, "padding": "same"}, (8, 7, 3)),
    ("DepthwiseConv2D", {"kernel_size": 2, "depth_multiplier": 3, "activation": "softmax"}, (5, None, 3)),
    ("DepthwiseConv2D", {"kernel_size": 2, "strides": [2, 2], "dilation_rate": [2, 2]}, (8, 7, 3)),
    ("DepthwiseConv2D", {"kernel_size": 2, "depth_multiplier": 2, "data_format": FIRST}, (3, 5, 6)),
    ("SeparableConv1D", {"filters": 4, "kernel_size": 3, "strides": 2, "padding": "same"}, (10, 3)),
    ("SeparableConv1D", {"filters": 4, "kernel_size": 3, "dilation_rate": 2, "data_format": FIRST}, (3, 10)),
    ("SeparableConv2D", {"filters": 4, "kernel_size": 3, "strides": 2, "padding": "same"}, (8, 7, 3)),
    ("SeparableConv2D", {"filters": 4, "kernel_size": 3, "dilation_rate": 2, "depth_multiplier": 3}, (8, 7, 3)),
    ("SeparableConv2D", {"filters": 4, "kernel_size": [3, 1], "strides": [1, 2], "use_bias": False}, (8, None, 3)),
    (
        "SeparableConv2D",
        {"filters": 4, "kernel_size": 2, "depth_multiplier": 2, "data_format": FIRST, "activation": "relu"},
        (3, 8, 7),
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("type_name", "config", "shape"), CASES, ids=[f"{case[0]}-{index}" for index, case in enumerate(CASES)]
)
def test_outputs_and_gradients_are_those_of_keras(
    type_name: str, config: Mapping[str, Any], shape: tuple[int | None, ...]
) -> None:
    compare(type_name, config, shape)


@pytest.mark.parametrize(("kernel", "stride", "dilation"), [
    (kernel, stride, dilation)
    for kernel, stride, dilation in itertools.product((1, 2, 3, 4, 5), (1, 2, 3), (1, 2))
    if 1 in (stride, dilation)
])  # fmt: skip
def test_a_transposed_convolution_is_cut_where_keras_cuts_it(kernel: int, stride: int, dilation: int) -> None:
    extras = [None, *range(stride)]

    for padding, extra, size in itertools.product(("valid", "same"), extras, (1, 4)):
        config = {
            "filters": 2, "kernel_size": kernel, "strides": stride, "dilation_rate": dilation,
            "padding": padding, "output_padding": extra,
        }  # fmt: skip
        if padding == "same" and extra == 0 and size == 1 and ((kernel - 1) * dilation + 1) % 2 == 0:
            with pytest.raises(ProblemError, match="leaves nothing"):
                calls.make("Conv1DTranspose", config, {"inputs": (TensorSpec((None, size, 3)),)})
            continue
        compare("Conv1DTranspose", config, (size, 3), has_gradients=False)


@pytest.mark.filterwarnings("ignore:Layer .* does not support masking")
@pytest.mark.parametrize("type_name", ["Conv1D", "SeparableConv1D", "DepthwiseConv1D", "Conv1DTranspose"])
def test_whole_numbers_are_taken_and_a_mask_ends(type_name: str) -> None:
    config = {"kernel_size": 2} if type_name == "DepthwiseConv1D" else {"kernel_size": 2, "filters": 3}
    inputs = {"inputs": (TensorSpec((None, 5, 2), "int32", masked=True),)}
    made = calls.make(type_name, config, inputs)
    tensors, masks = calls.tensors(inputs), calls.masks(inputs)
    as_floats = {"inputs": [tensors["inputs"][0].float()]}  # Keras takes whole numbers in Conv1D alone

    (received,), kept = made.call(tensors, masks)
    (expected,), kept_by_keras = Reference(made, type_name, config).call(as_floats, masks)

    np.testing.assert_allclose(received.detach().numpy(), expected, rtol=1e-5, atol=1e-5)
    assert not made.specs["output"].masked
    assert kept == (None,)
    assert kept_by_keras == [None]


@pytest.mark.parametrize(
    ("type_name", "config", "words"),
    [
        ("Conv2DTranspose", {"filters": 2, "kernel_size": 3, "output_padding": 1}, "less than `strides`"),
        ("Conv2DTranspose", {"filters": 2, "kernel_size": 3, "strides": 2, "dilation_rate": 2}, "both"),
        ("Conv3D", {"filters": 2, "kernel_size": 3, "strides": 2, "dilation_rate": 2}, "both"),
        ("Conv3D", {"filters": 3, "kernel_size": 3, "groups": 2}, "not divisible"),
        ("Conv3D", {"filters": 3, "kernel_size": [3, 3]}, "3 numbers"),
        ("DepthwiseConv2D", {"kernel_size": 3, "depth_multiplier": 0}, "depth_multiplier"),
        ("SeparableConv1D", {"filters": 3, "kernel_size": 3, "padding": "causal"}, "padding"),
    ],
)
def test_what_keras_refuses_is_refused(type_name: str, config: Mapping[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        layer_types()[type_name].model_validate(dict(config))
    with pytest.raises((ValueError, TypeError)):
        getattr(keras.layers, type_name)(**config)


def test_a_kernel_that_does_not_fit_is_a_problem() -> None:
    layer = layer_types()["SeparableConv2D"].model_validate({"filters": 2, "kernel_size": 4})

    with pytest.raises(ProblemError, match="smaller than the kernel"):
        layer.infer({"inputs": (TensorSpec((None, 3, 9, 2)),)})


def test_pictures_stay_channels_last_in_memory() -> None:
    for type_name in ("Conv2D", "Conv2DTranspose", "SeparableConv2D", "DepthwiseConv2D", "Conv3D"):
        config: dict[str, Any] = {"kernel_size": 3, "padding": "same"}
        if type_name != "DepthwiseConv2D":
            config["filters"] = 4
        inputs = {"inputs": (TensorSpec((None, *(6,) * _rank(type_name), 4)),)}
        made = calls.make(type_name, config, inputs)

        (output,), _ = made.call(calls.tensors(inputs))

        assert output.is_contiguous(), type_name


def _rank(type_name: str) -> int:
    return next(int(letter) for letter in type_name if letter.isdigit())


def test_an_initializer_for_matrices_is_refused_at_the_field_that_has_it() -> None:
    layer = layer_types()["SeparableConv2D"].model_validate(
        {"filters": 2, "kernel_size": 2, "pointwise_initializer": "identity"}
    )
    inputs = {"inputs": (TensorSpec((None, 4, 4, 2)),)}

    with pytest.raises(ProblemError) as raised:
        refuse_without_matrix(layer, layer.weights(inputs), layer.infer(inputs))

    assert raised.value.problems[0].field == "pointwise_initializer"
