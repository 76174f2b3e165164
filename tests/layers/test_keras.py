"""Every layer type gives the numbers of real Keras 3 with the same weights, at inference and in training."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
import torch

from layerloom.layers.base import Inputs
from layerloom.layers.catalogue import layer_types
from layerloom.layers.fields.activation import ACTIVATIONS
from layerloom.tensors import TensorSpec
from layers import calls
from layers.reference import Reference, keras, keras_layer_class

pytestmark = pytest.mark.filterwarnings("ignore:You passed `rms_scaling")

NOT_IN_KERAS = {"Cosine", "SetMask"}
RANDOM = {
    "Dropout",
    "AlphaDropout",
    "SpatialDropout3D",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "GaussianNoise",
    "GaussianDropout",
}


def spec(*shape: int | None, dtype: Any = "float32", masked: bool = False) -> TensorSpec:
    return TensorSpec((None, *shape), dtype, masked=masked)


def on(*specs: TensorSpec, **ports: TensorSpec | Sequence[TensorSpec]) -> Inputs:
    named = {port: (each,) if isinstance(each, TensorSpec) else tuple(each) for port, each in ports.items()}
    return {"inputs": specs, **named} if specs else named


IMAGE, ODD_IMAGE = spec(8, 8, 3), spec(7, 10, 4)
SEQUENCE, MASKED = spec(6, 4), spec(6, 4, masked=True)
STATES = (spec(5), spec(5))

CASES: list[tuple[str, Mapping[str, Any], Inputs]] = [
    *(
        (name, example.config, example.inputs)
        for name, each in layer_types().items()
        if not each.structural
        and each.is_callable
        and not each.binds
        and name not in NOT_IN_KERAS
        and each.category != "operations"
        and not name.startswith("ConvLSTM")  # see test_keras_recurrent
        for example in each.examples
    ),
    ("Dense", {"units": 4, "activation": "log_softmax"}, on(spec(3, 5))),
    ("Dense", {"units": 4}, on(spec(5, dtype="int32"))),
    ("Conv2D", {"filters": 4, "kernel_size": 3, "padding": "same", "strides": 2}, on(IMAGE)),
    ("Conv2D", {"filters": 4, "kernel_size": 3, "padding": "same", "strides": 2}, on(ODD_IMAGE)),
    ("Conv2D", {"filters": 4, "kernel_size": [4, 2], "padding": "same"}, on(ODD_IMAGE)),
    ("Conv2D", {"filters": 4, "kernel_size": [4, 3], "strides": [3, 1]}, on(ODD_IMAGE)),
    ("Conv2D", {"filters": 8, "kernel_size": 3, "groups": 4, "activation": "softmax"}, on(ODD_IMAGE)),
    ("Conv2D", {"filters": 2, "kernel_size": 3, "dilation_rate": [2, 3], "padding": "same"}, on(ODD_IMAGE)),
    ("Conv1D", {"filters": 5, "kernel_size": 4, "padding": "same", "strides": 3}, on(spec(11, 3))),
    ("Conv1D", {"filters": 5, "kernel_size": 4, "padding": "causal", "strides": 2}, on(spec(11, 3))),
    ("MaxPooling2D", {"pool_size": 3, "strides": 2, "padding": "same"}, on(IMAGE)),
    ("MaxPooling2D", {"pool_size": [2, 5], "strides": 1, "padding": "same"}, on(ODD_IMAGE)),
    ("AveragePooling2D", {"pool_size": 3, "strides": 2, "padding": "same"}, on(IMAGE)),
    ("AveragePooling2D", {"pool_size": 3, "padding": "same"}, on(spec(2, 2, 1))),
    ("AveragePooling2D", {"pool_size": [2, 3], "strides": 3}, on(ODD_IMAGE)),
    ("AveragePooling1D", {"pool_size": 4, "strides": 3, "padding": "same"}, on(spec(9, 2))),
    ("BatchNormalization", {"axis": 1}, on(spec(4, 3, 5))),
    ("BatchNormalization", {"axis": 2, "center": False}, on(spec(4, 3, 5))),
    ("BatchNormalization", {"momentum": 0.5, "epsilon": 0.1}, on(IMAGE)),
    ("BatchNormalization", {"scale": False}, on(MASKED)),
    ("BatchNormalization", {"trainable": False}, on(spec(5))),
    ("LayerNormalization", {"axis": [3, 1], "epsilon": 1e-5}, on(spec(3, 4, 5))),
    ("LayerNormalization", {"rms_scaling": True}, on(SEQUENCE)),
    ("LSTM", {"units": 5}, on(sequence=MASKED)),
    ("LSTM", {"units": 5, "return_sequences": True, "return_state": True}, on(sequence=MASKED)),
    ("LSTM", {"units": 5, "return_state": True, "go_backwards": True}, on(sequence=MASKED)),
    ("LSTM", {"units": 5, "return_sequences": True, "go_backwards": True}, on(sequence=SEQUENCE)),
    ("LSTM", {"units": 5, "return_sequences": True}, on(sequence=SEQUENCE, initial_state=STATES)),
    (
        "LSTM",
        {"units": 5, "return_sequences": True, "return_state": True},
        on(sequence=MASKED, initial_state=STATES),
    ),
    ("LSTM", {"units": 5, "activation": "relu", "return_state": True}, on(sequence=MASKED)),
    (
        "LSTM",
        {"units": 5, "recurrent_activation": "hard_sigmoid", "return_sequences": True},
        on(sequence=SEQUENCE),
    ),
    ("LSTM", {"units": 5, "use_bias": False, "return_state": True}, on(sequence=MASKED)),
    (
        "LSTM",
        {"units": 5, "unit_forget_bias": False, "bias_initializer": "random_normal"},
        on(sequence=SEQUENCE),
    ),
    *(
        (name, {"units": 5, **config}, on(sequence=SEQUENCE if "go_backwards" in config else MASKED))
        for name in ("GRU", "SimpleRNN")
        for config in (
            {},
            {"return_state": True, "return_sequences": True},
            {"go_backwards": True, "return_sequences": True},
            {"use_bias": False},
            {"activation": "softsign", "return_state": True},
        )
    ),
    ("GRU", {"units": 5, "reset_after": False}, on(sequence=MASKED)),
    ("GRU", {"units": 5, "reset_after": False, "use_bias": False}, on(sequence=SEQUENCE)),
    ("GRU", {"units": 5, "return_sequences": True}, on(sequence=SEQUENCE, initial_state=STATES[:1])),
    ("ReLU", {"max_value": 0.5, "threshold": 0.2}, on(spec(50))),
    ("Add", {}, on(spec(3, 4), spec(1, 4), spec(4))),
    ("Subtract", {}, on(spec(4), spec(2, 3, 4))),
    ("Average", {}, on(spec(2, dtype="int32"), spec(2, dtype="int32"))),
    ("Multiply", {}, on(MASKED, SEQUENCE)),
    ("Multiply", {}, on(MASKED, MASKED, SEQUENCE)),
    ("Maximum", {}, on(SEQUENCE, MASKED)),
    ("Maximum", {}, on(MASKED, MASKED, MASKED)),
    ("Minimum", {}, on(MASKED, SEQUENCE, MASKED)),
    ("Average", {}, on(MASKED, SEQUENCE)),
    ("Concatenate", {}, on(MASKED, SEQUENCE)),
    ("Concatenate", {}, on(MASKED, MASKED)),
    ("Concatenate", {"axis": 1}, on(MASKED, MASKED)),
    ("Concatenate", {"axis": -2}, on(spec(2, 3), spec(5, 3))),
    ("Dot", {"axes": -1}, on(spec(3, 5), spec(4, 5))),
    ("Dot", {"axes": [1, 2]}, on(spec(3, 5), spec(4, 3))),
    ("Dot", {"axes": [2, 1]}, on(spec(3, 5, 2), spec(5, 4))),
    ("Dot", {"axes": [1, 3], "normalize": True}, on(spec(3, 5, 2), spec(2, 4, 3))),
    ("Dot", {"axes": 1, "normalize": True}, on(spec(6), spec(6))),
    ("Embedding", {"input_dim": 5, "output_dim": 3, "mask_zero": True}, on(spec(4, dtype="int64"))),
    ("Flatten", {}, on(spec(2, 3, 4, 5))),
]


@pytest.mark.parametrize(
    ("type_name", "config", "inputs"),
    CASES,
    ids=[f"{name}-{index}" for index, (name, _, _) in enumerate(CASES)],
)
def test_outputs_masks_and_statistics_are_those_of_keras(
    type_name: str, config: Mapping[str, Any], inputs: Inputs
) -> None:
    made = calls.make(type_name, config, inputs)
    _spread(made)
    reference = Reference(made, type_name, config)
    tensors, masks = calls.tensors(inputs), calls.masks(inputs)
    is_random = type_name in RANDOM or getattr(made.layer, "is_random", False)

    for is_training in (False, True, False) if made.layer.depends_on_training and not is_random else (False,):
        made.module.train(is_training)
        expected, expected_masks = reference.call(tensors, masks, is_training)
        received, received_masks = made.call(tensors, masks)

        assert len(expected) == len(received)
        for have, want in zip(received, expected, strict=True):
            assert tuple(have.shape) == want.shape
            np.testing.assert_allclose(have.detach().numpy(), want, rtol=1e-5, atol=1e-5)
        for have, want in zip(received_masks, expected_masks, strict=True):
            if type_name in _KERAS_KEEPS_THE_MASK and have is None:
                continue
            assert (have is None) == (want is None)
            if have is not None:
                np.testing.assert_array_equal(have.numpy(), want)


_KERAS_KEEPS_THE_MASK = frozenset({"GlobalAveragePooling1D"})


def _spread(made: calls.Made) -> None:
    """Weights that are not their initial values, so that a forgotten one shows."""
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for weight in made.weights:
            parameter = made.parameter(weight)
            if not parameter.is_floating_point():
                continue
            parameter += torch.rand(parameter.shape, generator=generator) * 0.5


ALL_ACTIVATIONS = sorted(ACTIVATIONS)


@pytest.mark.parametrize("name", [name for name in ALL_ACTIVATIONS if name != "sparsemax"])
def test_every_activation_is_that_of_keras(name: str) -> None:
    inputs = on(spec(3, 6))
    made = calls.make("Activation", {"activation": name}, inputs)
    tensors = {"inputs": [torch.linspace(-7, 7, 54).reshape(3, 3, 6)]}

    (received,), _ = made.call(tensors)

    np.testing.assert_allclose(
        received.numpy(),
        np.asarray(keras.activations.get(name)(tensors["inputs"][0].numpy())),
        rtol=1e-5,
        atol=2e-6,
    )


def test_sparsemax_is_that_of_its_paper_because_keras_sums_its_threshold_wrongly() -> None:
    made = calls.make("Activation", {"activation": "sparsemax"}, on(spec(3)))

    (received,), _ = made.call(
        {"inputs": [torch.tensor([[0.5, 0.6, 0.1], [0.0, 3.0, 0.0], [1.0, 1.0, 1.0]])]}
    )

    expected = [[0.43333, 0.53333, 0.03333], [0.0, 1.0, 0.0], [1 / 3, 1 / 3, 1 / 3]]
    np.testing.assert_allclose(received.numpy(), expected, atol=1e-5)


def test_no_activation_of_keras_is_missing() -> None:
    from keras.src.activations import ALL_OBJECTS_DICT

    assert set(ALL_OBJECTS_DICT) - {"threshold"} == set(ALL_ACTIVATIONS)  # it has no defaults: not a name


@pytest.mark.parametrize(
    "type_name",
    [
        name
        for name, each in layer_types().items()
        if each.keras_name is None and not each.structural and not each.binds
    ],
)
def test_config_has_every_field_of_keras_with_its_default(type_name: str) -> None:
    required = layer_types()[type_name].examples[0].config
    theirs = keras_layer_class(type_name)(**required).get_config()
    layer = layer_types()[type_name].model_validate(
        {key: value for key, value in theirs.items() if key not in ("quantization_config",)}
    )
    ours = layer_types()[type_name].model_validate(dict(required))

    for name in theirs:
        if name in ("name", "dtype", "data_format", "strides", "quantization_config"):
            continue
        assert getattr(layer, name) == getattr(ours, name), name
