"""SpectralNormalization beside real Keras: the kernel, its vector, the results, call after call."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch

from layerloom.layers.modules.layouts import to_keras
from layerloom.tensors import TensorSpec
from layers import calls
from layers.reference import keras

LAYERS: list[tuple[str, Mapping[str, Any], TensorSpec]] = [
    ("Dense", {"units": 4, "activation": "relu"}, TensorSpec((None, 5, 6))),
    ("Conv1D", {"filters": 4, "kernel_size": 3}, TensorSpec((None, 8, 3))),
    ("Conv2D", {"filters": 4, "kernel_size": 3, "use_bias": False}, TensorSpec((None, 8, 8, 3))),
    ("Conv2DTranspose", {"filters": 4, "kernel_size": 3, "strides": 2}, TensorSpec((None, 5, 5, 3))),
    ("DepthwiseConv2D", {"kernel_size": 3, "depth_multiplier": 2}, TensorSpec((None, 8, 8, 3))),
    ("Embedding", {"input_dim": 7, "output_dim": 3}, TensorSpec((None, 5), "int32")),
]


@pytest.mark.parametrize(("type_name", "config", "spec"), LAYERS, ids=[each[0] for each in LAYERS])
@pytest.mark.parametrize("power_iterations", [1, 3])
def test_each_call_in_training_divides_the_kernel(
    type_name: str, config: Mapping[str, Any], spec: TensorSpec, power_iterations: int
) -> None:
    made = calls.make(
        "SpectralNormalization",
        {"layer": "inner", "power_iterations": power_iterations},
        {"inputs": (spec,)},
        layers={"inner": {"type": type_name, "config": config}},
    )
    theirs = keras.layers.SpectralNormalization(getattr(keras.layers, type_name)(**config), power_iterations)
    (x,) = calls.tensors(made.inputs)["inputs"]
    theirs.build(x.shape)
    ordered = sorted(made.weights, key=lambda weight: weight.name == "bias")  # as Keras lists them
    theirs.set_weights([_array(made, weight) for weight in ordered])

    for is_training in (False, True, True, False):
        made.module.train(is_training)
        given = x.numpy() if x.is_floating_point() else x.float().numpy()  # Keras rounds to the input's type
        expected = np.asarray(theirs(given, training=is_training))
        (received,), masks = made.call({"inputs": [x]})

        np.testing.assert_allclose(received.detach().numpy(), expected, atol=1e-5)
        assert masks == (None,)
        for weight, value in zip(ordered, theirs.get_weights(), strict=True):
            np.testing.assert_allclose(_array(made, weight), value, atol=1e-5)


def test_the_gradient_is_that_of_the_divided_kernel_for_every_call() -> None:
    made = calls.make(
        "SpectralNormalization",
        {"layer": "inner"},
        {"inputs": (TensorSpec((None, 6)),)},
        layers={"inner": {"type": "Dense", "config": {"units": 4, "activation": "tanh"}}},
    )
    module: Any = made.module.train()
    first, second = torch.randn(3, 6), torch.randn(3, 6)

    y = module(first)
    kernels = [module.layer.weight.detach().clone()]
    z = module(second)
    kernels.append(module.layer.weight.detach().clone())
    (y.sum() + z.sum()).backward()

    expected = torch.zeros_like(kernels[0])
    for x, kernel in zip((first, second), kernels, strict=True):
        kernel.requires_grad_(True)
        torch.tanh(x @ kernel.T + module.layer.bias.detach()).sum().backward()
        expected += kernel.grad
    assert not torch.equal(*kernels)
    torch.testing.assert_close(module.layer.weight.grad, expected)


def test_a_kernel_of_zeros_stays() -> None:
    made = calls.make(
        "SpectralNormalization",
        {"layer": "inner"},
        {"inputs": (TensorSpec((None, 6)),)},
        layers={"inner": {"type": "Dense", "config": {"units": 4, "kernel_initializer": "zeros"}}},
    )

    made.module.train()(torch.randn(3, 6))

    assert not made.module.get_parameter("layer.weight").any()


def _array(made: calls.Made, weight: Any) -> np.ndarray:
    value = made.module.state_dict()[weight.path]
    return np.array(to_keras(value, weight.layout).numpy())
