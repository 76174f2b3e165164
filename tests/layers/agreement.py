"""A layer type against real Keras: results, masks and statistics, and gradients of weights and inputs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from layerloom.layers.base import Inputs
from layerloom.layers.modules.layouts import to_keras
from layerloom.tensors import TensorSpec
from layers import calls
from layers.reference import Reference


def spec(*shape: int | None, dtype: Any = "float32", masked: bool = False) -> TensorSpec:
    return TensorSpec((None, *shape), dtype, masked=masked)


def on(*specs: TensorSpec, **ports: TensorSpec | Sequence[TensorSpec]) -> Inputs:
    named = {port: (each,) if isinstance(each, TensorSpec) else tuple(each) for port, each in ports.items()}
    return {"inputs": specs, **named} if specs else named


def assert_results_agree(type_name: str, config: Mapping[str, Any], inputs: Inputs) -> None:
    """Three calls, the second in training, so that what training changes shows in the third."""
    made, reference = _pair(type_name, config, inputs)
    tensors, masks = calls.tensors(inputs), calls.masks(inputs)

    for is_training in (
        (False, True, False) if made.layer.depends_on_training and not _is_random(made) else (False,)
    ):
        made.module.train(is_training)
        expected, expected_masks = reference.call(tensors, masks, is_training)
        received, received_masks = made.call(tensors, masks)

        assert len(expected) == len(received)
        for have, want in zip(received, expected, strict=True):
            assert tuple(have.shape) == want.shape
            assert str(have.dtype) == f"torch.{want.dtype}"
            np.testing.assert_allclose(have.detach().numpy(), want, rtol=1e-5, atol=1e-5)
        assert [each.masked for each in made.specs.values()] == [each is not None for each in received_masks]
        for port, have, want in zip(made.specs, received_masks, expected_masks, strict=True):
            if port == "scores":
                continue  # Keras' eager call leaves a mask of its inner Softmax there; its graphs know of none
            assert (have is None) == (want is None)
            if have is not None:
                np.testing.assert_array_equal(have.numpy(), want)


def assert_gradients_agree(type_name: str, config: Mapping[str, Any], inputs: Inputs) -> None:
    """In training where nothing is random, of a sum of the results with random factors."""
    made, reference = _pair(type_name, config, inputs)
    is_training = not _is_random(made)
    made.module.train(is_training)
    tensors, masks = calls.tensors(inputs), calls.masks(inputs)
    reference.call(tensors, masks)  # takes the weights over before training changes statistics
    leaves = {
        port: [each.requires_grad_(each.is_floating_point()) for each in given]
        for port, given in tensors.items()
    }
    outputs, _ = made.call(leaves, masks)
    generator = torch.Generator().manual_seed(3)
    factors = [torch.rand(each.shape, generator=generator) for each in outputs]
    plain = {port: [each.detach() for each in given] for port, given in leaves.items()}

    by_weight, by_input = reference.gradients(plain, masks, factors, is_training)
    torch.stack([(one * other).sum() for one, other in zip(outputs, factors, strict=True)]).sum().backward()

    trainable = [weight for weight in made.weights if weight.trainable]
    for weight, want in zip(trainable, by_weight, strict=True):
        gradient = made.parameter(weight).grad
        have = np.zeros(weight.shape) if gradient is None else to_keras(gradient, weight.layout).numpy()
        np.testing.assert_allclose(have, want, rtol=1e-4, atol=1e-4, err_msg=weight.name)
    for port, given in leaves.items():
        for leaf, want in zip(given, by_input[port], strict=True):
            if want is not None:
                have = np.zeros(want.shape) if leaf.grad is None else leaf.grad.numpy()
                np.testing.assert_allclose(have, want, rtol=1e-4, atol=1e-4, err_msg=port)


def _pair(type_name: str, config: Mapping[str, Any], inputs: Inputs) -> tuple[calls.Made, Reference]:
    made = calls.make(type_name, config, inputs)
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():  # weights that are not their initial values, so that a forgotten one shows
        for weight in made.weights:
            parameter = made.parameter(weight)
            if parameter.is_floating_point():
                parameter += torch.rand(parameter.shape, generator=generator) * 0.5
    return made, Reference(made, type_name, config)


def _is_random(made: calls.Made) -> bool:
    return bool(getattr(made.layer, "is_random", getattr(made.layer, "dropout", 0)))
