"""Cropping, padding, enlarging, resizing and rescaling give the numbers and gradients of real Keras on JAX."""

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch

from layerloom.layers.base import Inputs
from layerloom.layers.catalogue import layer_types
from layerloom.problems import ProblemError
from layerloom.tensors import DType, TensorSpec
from layers import calls
from layers.comparison import compare
from layers.reference import Reference

FIRST = "channels_first"
INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")


@pytest.mark.parametrize(
    ("type_name", "config", "shape"),
    [
        ("Cropping1D", {}, (5, 2)),
        ("Cropping1D", {"cropping": [0, 3]}, (None, 2)),
        ("Cropping2D", {}, (5, 6, 2)),
        ("Cropping2D", {"cropping": [1, 2]}, (5, 6, 2)),
        ("Cropping2D", {"cropping": [[1, 0], [0, 2]], "data_format": FIRST}, (2, 5, 6)),
        ("Cropping3D", {}, (5, 6, 4, 2)),
        ("Cropping3D", {"cropping": [[1, 0], [0, 2], [2, 1]]}, (5, None, 4, 2)),
        ("Cropping3D", {"cropping": [0, 2, 1], "data_format": FIRST}, (2, 5, 6, 4)),
        ("ZeroPadding1D", {}, (5, 2)),
        ("ZeroPadding1D", {"padding": [0, 3], "data_format": FIRST}, (2, 5)),
        ("ZeroPadding2D", {}, (5, 6, 2)),
        ("ZeroPadding2D", {"padding": [1, 2]}, (5, None, 2)),
        ("ZeroPadding2D", {"padding": [[1, 0], [0, 2]], "data_format": FIRST}, (2, 5, 6)),
        ("ZeroPadding3D", {}, (2, 3, 4, 2)),
        ("ZeroPadding3D", {"padding": [[1, 0], [0, 2], [2, 1]]}, (2, 3, 4, 2)),
        ("ZeroPadding3D", {"padding": [0, 2, 1], "data_format": FIRST}, (2, 2, 3, 4)),
        ("UpSampling1D", {}, (5, 2)),
        ("UpSampling1D", {"size": 41}, (7, 2)),
        ("UpSampling2D", {}, (5, 6, 2)),
        ("UpSampling2D", {"size": [3, 1], "data_format": FIRST}, (2, 5, 6)),
        ("UpSampling3D", {}, (2, 3, 4, 2)),
        ("UpSampling3D", {"size": [3, 1, 2], "data_format": FIRST}, (2, 2, 3, None)),
        *(
            ("UpSampling2D", {"size": [2, 3], "interpolation": name, **further}, shape)
            for name in INTERPOLATIONS
            for further, shape in (({}, (4, 7, 2)), ({"data_format": FIRST}, (2, 3, 5)))
        ),
        ("UpSampling2D", {"size": 3, "interpolation": "bicubic"}, (1, 2, 2)),
    ],
)
def test_sizes_change_as_in_keras(
    type_name: str, config: Mapping[str, Any], shape: tuple[int | None, ...]
) -> None:
    compare(type_name, config, shape)


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
@pytest.mark.parametrize(
    ("size", "config", "shape"),
    [
        ((5, 8), {}, (7, 6, 2)),
        ((14, 3), {"antialias": True}, (7, 9, 2)),
        ((3, 2), {"antialias": True, "data_format": FIRST}, (2, 11, 9)),
        ((4, 4), {"crop_to_aspect_ratio": True}, (7, 10, 2)),
        ((9, 4), {"crop_to_aspect_ratio": True, "data_format": FIRST}, (2, 5, 6)),
        ((6, 4), {"pad_to_aspect_ratio": True, "fill_value": 0.5}, (5, 8, 2)),
        ((3, 8), {"pad_to_aspect_ratio": True, "fill_value": -1.5, "data_format": FIRST}, (2, 5, 6)),
        ((7, 6), {"antialias": True}, (7, 6, 2)),
        ((2, 3), {"antialias": True}, (None, None, 1)),
    ],
)
def test_pictures_are_resized_as_in_keras(
    interpolation: str, size: tuple[int, int], config: Mapping[str, Any], shape: tuple[int | None, ...]
) -> None:
    height, width = size
    compare("Resizing", {"height": height, "width": width, "interpolation": interpolation, **config}, shape)


def test_the_nearest_pixel_is_that_of_keras_where_two_are_as_near_too() -> None:
    small = itertools.product((1, 3, 6, 7, 10, 12, 25), (1, 2, 3, 5, 9, 14, 15, 21))
    for size, wanted in (*small, (128, 166), (293, 244)):
        config = {"height": wanted, "width": 1, "interpolation": "nearest"}
        compare("Resizing", config, (size, 1, 1), has_gradients=False)


@pytest.mark.parametrize(
    ("dtype", "interpolation"), [*(("uint8", name) for name in INTERPOLATIONS), ("int32", "lanczos3")]
)
@pytest.mark.parametrize(
    "config",
    [
        {},
        {"antialias": True},
        {"crop_to_aspect_ratio": True},
        {"pad_to_aspect_ratio": True, "fill_value": 7.4},
    ],
)
def test_whole_numbers_stay_whole(dtype: DType, interpolation: str, config: Mapping[str, Any]) -> None:
    config = {"height": 5, "width": 7, "interpolation": interpolation, **config}
    inputs = {"inputs": (TensorSpec((None, 8, 6, 2), dtype),)}
    made = calls.make("Resizing", config, inputs)
    generator = torch.Generator().manual_seed(3)
    # Black and white, where bicubic and lanczos swing beyond both ends.
    x = (torch.rand(3, 8, 6, 2, generator=generator) > 0.5).to(getattr(torch, dtype)) * 255

    (received,), _ = made.call({"inputs": [x]})
    (expected,), _ = Reference(made, "Resizing", config).call({"inputs": [x]}, {"inputs": [None]})

    assert received.dtype == x.dtype
    assert expected.dtype == np.dtype(dtype)
    difference = np.abs(received.numpy().astype(int) - expected.astype(int))
    assert difference.max() <= 1  # a half may be rounded either way
    assert (difference > 0).mean() < 0.01


@pytest.mark.parametrize(
    ("size", "config", "shape"),
    [
        ((4, 5), {}, (9, 8, 2)),
        ((4, 5), {"data_format": FIRST}, (2, 5, 5)),
        ((9, 5), {}, (6, 8, 2)),
        ((3, 11), {"data_format": FIRST}, (2, 6, 8)),
        ((9, 11), {}, (6, None, 2)),
    ],
)
def test_the_middle_is_that_of_keras(
    size: tuple[int, int], config: Mapping[str, Any], shape: tuple[int | None, ...]
) -> None:
    compare("CenterCrop", {"height": size[0], "width": size[1], **config}, shape)


@pytest.mark.parametrize(
    "config",
    [
        {"scale": 1 / 255},
        {"scale": 2, "offset": -1},
        {"scale": [0.5, 1, 2], "offset": 0.25},
        {"scale": 0.1, "offset": [3.0, 4.0, 5.0]},
    ],
)
@pytest.mark.parametrize("dtype", ["uint8", "int32", "float32"])
def test_numbers_are_rescaled_as_in_keras(config: Mapping[str, Any], dtype: DType) -> None:
    inputs: Inputs = {"inputs": (TensorSpec((None, 4, 3), dtype, masked=True),)}
    made = calls.make("Rescaling", config, inputs)
    tensors, masks = calls.tensors(inputs), calls.masks(inputs)

    (received,), (mask,) = made.call(tensors, masks)
    (expected,), (expected_mask,) = Reference(made, "Rescaling", config).call(tensors, masks)

    np.testing.assert_allclose(received.numpy(), expected, rtol=1e-6, atol=1e-6)
    assert str(received.dtype) == f"torch.{made.specs['output'].dtype}" == f"torch.{expected.dtype}"
    assert mask is not None
    np.testing.assert_array_equal(mask.numpy(), expected_mask)


def test_an_array_that_keras_saved_is_read() -> None:
    saved = {"class_name": "__numpy__", "config": {"value": [1.0, 2.0], "dtype": "float32"}}

    layer = layer_types()["Rescaling"].model_validate({"scale": saved})

    assert layer == layer_types()["Rescaling"].model_validate({"scale": [1.0, 2.0]})


@pytest.mark.parametrize("dtype", ["uint8", "int64"])
def test_whole_numbers_are_enlarged_by_repeating_and_become_decimal_where_they_are_weighed(
    dtype: DType,
) -> None:
    inputs: Inputs = {"inputs": (TensorSpec((None, 2, 3, 2), dtype),)}
    x = calls.tensors(inputs)

    for interpolation, expected in (("nearest", dtype), ("bicubic", "float32")):
        made = calls.make("UpSampling2D", {"size": [2, 3], "interpolation": interpolation}, inputs)
        (output,), _ = made.call(x)
        assert made.specs["output"].dtype == expected
        assert str(output.dtype) == f"torch.{expected}"
        assert output.shape == (3, 4, 9, 2)


@pytest.mark.filterwarnings("ignore:Layer .* does not support masking")
@pytest.mark.parametrize("type_name", ["Cropping1D", "ZeroPadding1D", "UpSampling1D", "MaxPooling1D"])
def test_a_mask_ends_where_steps_change(type_name: str) -> None:
    inputs: Inputs = {"inputs": (TensorSpec((None, 6, 2), masked=True),)}
    made = calls.make(type_name, {}, inputs)

    _, masks = made.call(calls.tensors(inputs), calls.masks(inputs))
    _, masks_of_keras = Reference(made, type_name, {}).call(calls.tensors(inputs), calls.masks(inputs))

    assert not made.specs["output"].masked
    assert masks == (None,)
    assert masks_of_keras == [None]


@pytest.mark.parametrize(
    ("type_name", "config", "words"),
    [
        ("Cropping2D", {"cropping": -1}, "cropping"),
        ("Cropping2D", {"cropping": [1, 2, 3]}, "2 entries"),
        ("ZeroPadding3D", {"padding": [[1, 2], [3]]}, "3 entries"),
        ("UpSampling2D", {"interpolation": "area"}, "interpolation"),
        ("Resizing", {"height": 2, "width": 2, "fill_mode": "reflect"}, "fill_mode"),
        ("Rescaling", {"scale": []}, "scale"),
        (
            "Resizing",
            {"height": 2, "width": 2, "crop_to_aspect_ratio": True, "pad_to_aspect_ratio": True},
            "both",
        ),
    ],
)
def test_a_wrong_config_is_refused(type_name: str, config: Mapping[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        layer_types()[type_name].model_validate(dict(config))


@pytest.mark.parametrize(
    ("type_name", "config", "spec", "words"),
    [
        ("Cropping1D", {"cropping": 2}, TensorSpec((None, 4, 2)), "leaves nothing"),
        ("Cropping2D", {"cropping": 1}, TensorSpec((None, 4, 2)), "expected"),
        ("Rescaling", {"scale": [1.0, 2.0]}, TensorSpec((None, 4, 3)), "as many as its last axis"),
        ("Resizing", {"height": 2, "width": 2}, TensorSpec((None, 4, 4, 1), "bool"), "bool"),
    ],
)
def test_an_input_that_does_not_fit_is_a_problem(
    type_name: str, config: Mapping[str, Any], spec: TensorSpec, words: str
) -> None:
    layer = layer_types()[type_name].model_validate(dict(config))

    with pytest.raises(ProblemError, match=words):
        layer.infer({"inputs": (spec,)})
