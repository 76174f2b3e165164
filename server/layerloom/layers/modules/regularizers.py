"""Penalties of Keras' regularizers, added to the loss. Formulae: keras/src/regularizers/regularizers.py."""

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from layerloom.layers.modules.layouts import Layout, to_keras


def penalty(tensor: Tensor, regularizer: Mapping[str, Any], layout: Layout = None) -> Tensor:
    """The penalty of one weight (or of one call's output, which the caller divides by the batch size)."""
    config = regularizer["config"]
    if regularizer["type"] == "OrthogonalRegularizer":
        return _orthogonal(to_keras(tensor, layout), config["factor"], config["mode"])
    total = tensor.new_zeros(())
    if config.get("l1"):
        total = total + config["l1"] * tensor.abs().sum()
    if config.get("l2"):
        total = total + config["l2"] * tensor.square().sum()
    return total


def _orthogonal(matrix: Tensor, factor: float, mode: str) -> Tensor:
    if matrix.dim() != 2:
        raise ValueError(f"OrthogonalRegularizer takes a matrix, not shape {tuple(matrix.shape)}")
    vectors = F.normalize(matrix if mode == "rows" else matrix.T, dim=1, eps=1e-12)
    product = vectors @ vectors.T
    size = product.shape[0]
    product = product * (1.0 - torch.eye(size, dtype=product.dtype, device=product.device))
    return factor * 0.5 * product.abs().sum() / max(size * (size - 1) / 2.0, 1.0)
