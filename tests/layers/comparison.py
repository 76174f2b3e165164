"""Compares one layer, its outputs and its gradients, with real Keras on JAX."""

from collections.abc import Mapping
from typing import Any

import jax
import numpy as np
import torch
from torch import Tensor

from layerloom.layers.modules.layouts import to_keras
from layerloom.tensors import TensorSpec
from layers import calls
from layers.reference import Reference


def compare(
    type_name: str,
    config: Mapping[str, Any],
    shape: tuple[int | None, ...],
    *,
    has_gradients: bool = True,
    tolerance: float = 1e-5,
) -> None:
    """Assert equal outputs (within `tolerance`), shapes as inferred, and equal gradients (1e-4)."""
    inputs = {"inputs": (TensorSpec((None, *shape)),)}
    made = calls.make(type_name, config, inputs)
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for weight in made.weights:  # so that a bias shows
            parameter = made.parameter(weight)
            parameter += torch.rand(parameter.shape, generator=generator) * 0.5
    reference = Reference(made, type_name, config)
    x = calls.tensors(inputs)["inputs"][0].requires_grad_(has_gradients)

    (received,), _ = made.call({"inputs": [x]})
    (expected,), _ = reference.call({"inputs": [x.detach()]}, {"inputs": [None]})

    assert tuple(received.shape) == expected.shape
    fits = zip(made.specs["output"].shape, received.shape, strict=True)
    assert all(want in (None, have) for want, have in fits), f"{made.specs['output']} is wrong"
    np.testing.assert_allclose(received.detach().numpy(), expected, rtol=tolerance, atol=tolerance)
    if not has_gradients:
        return

    towards = torch.randn(received.shape, generator=generator)
    received.backward(towards)
    of_weights, of_input = _gradients(reference, x.detach(), towards)

    assert x.grad is not None
    np.testing.assert_allclose(x.grad.numpy(), of_input, rtol=1e-4, atol=1e-4)
    for weight, want in zip(made.weights, of_weights, strict=True):
        gradient = made.parameter(weight).grad
        assert gradient is not None
        have = to_keras(gradient, weight.layout).numpy()
        np.testing.assert_allclose(have, want, rtol=1e-4, atol=1e-4, err_msg=weight.name)


def _gradients(reference: Reference, x: Tensor, towards: Tensor) -> tuple[list[Any], Any]:
    """Of the weights and of the input, for the sum of output times `towards`."""
    layer = reference.layer
    kept = [each.value for each in layer.non_trainable_variables]

    def total(weights: list[Any], value: Any) -> Any:
        output, _ = layer.stateless_call(weights, kept, value)
        return (output * towards.numpy()).sum()

    weights = [each.value for each in layer.trainable_variables]
    of_weights, of_input = jax.jit(jax.grad(total, argnums=(0, 1)))(weights, x.numpy())
    return [np.asarray(each) for each in of_weights], np.asarray(of_input)
