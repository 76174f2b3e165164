"""Keras' constraints, applied to a weight after each step. Formulae: keras/src/constraints/constraints.py."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from layerloom.layers.modules.layouts import Layout, to_keras, to_torch

_EPSILON = 1e-7


@torch.no_grad()
def apply(tensor: Tensor, constraint: Mapping[str, Any], layout: Layout = None) -> None:
    """Bring a weight, in place, to where its constraint wants it. `axis` counts in Keras' layout."""
    name, config = constraint["type"], constraint["config"]
    if name == "NonNeg":
        tensor.clamp_(min=0)
        return
    weight = to_keras(tensor, layout)
    norms = weight.square().sum(dim=config["axis"], keepdim=True).sqrt()
    if name == "UnitNorm":
        wanted = torch.ones_like(norms)
    elif name == "MaxNorm":
        wanted = norms.clamp(0, config["max_value"])
    else:
        clipped = norms.clamp(config["min_value"], config["max_value"])
        wanted = config["rate"] * clipped + (1 - config["rate"]) * norms
    tensor.copy_(to_torch(weight * (wanted / (_EPSILON + norms)), layout))
