"""Keras' SpectralNormalization: a layer whose kernel is divided by its largest singular value in training."""

import torch
from torch import Tensor, nn
from torch.func import functional_call

from layerloom.layers.modules.layouts import Layout, to_keras, to_torch

_EPSILON = 1e-7


class SpectralNormalization(nn.Module):
    """Each call in training divides the kernel `path` of `layer`, for good, and then calls it.

    The singular value is estimated by power iterations from `vector_u`, which goes on from call to call. As
    with Keras on TensorFlow and PyTorch the gradient is that of the divided kernel: the division is no part
    of it. A kernel of zeros stays. `layout` says how Keras keeps the kernel, whose last axis counts.
    """

    vector_u: Tensor
    computes_in_float32 = True
    """Mixed precision would swap the kernel for a copy."""

    def __init__(self, layer: nn.Module, path: str, layout: Layout, power_iterations: int = 1) -> None:
        super().__init__()
        self.layer, self.path, self.layout = layer, path, layout
        self.power_iterations = power_iterations
        width = to_keras(layer.get_parameter(path), layout).shape[-1]
        self.register_buffer("vector_u", torch.randn(1, width).mul_(0.02))

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            result: Tensor = self.layer(x)
            return result
        weight = self.layer.get_parameter(self.path)
        self._normalize(weight)
        # The next call changes the weight in place; this one's way back needs it as it is now.
        result = functional_call(self.layer, {self.path: weight.clone()}, (x,))
        return result

    @torch.no_grad()
    def _normalize(self, weight: Tensor) -> None:
        kernel = to_keras(weight, self.layout)
        if not kernel.any():
            return
        matrix = kernel.reshape(-1, kernel.shape[-1])
        u = self.vector_u
        for _ in range(self.power_iterations):
            v = _unit(u @ matrix.T)
            u = _unit(v @ matrix)
        self.vector_u.copy_(u)
        weight.copy_(to_torch(kernel / (v @ matrix @ u.T), self.layout))

    def extra_repr(self) -> str:
        return f"path={self.path!r}, layout={self.layout}, power_iterations={self.power_iterations}"


def _unit(x: Tensor) -> Tensor:
    return x * x.square().sum().rsqrt().clamp(max=1 / _EPSILON)
