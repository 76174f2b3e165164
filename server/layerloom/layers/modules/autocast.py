"""Keras' mixed precision: a layer computes in the type of its policy, whatever comes in; its weights stay float32."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call


def autocast(module: nn.Module, dtype: torch.dtype) -> None:
    """From now on `module` takes tensors with a decimal point as `dtype`, and computes and answers in it.

    A module with `computes_in_float32` (batch statistics, for instance) computes in float32 all the same, as in
    Keras, and only its results are turned.
    """
    module.forward = _Forward(module, dtype)


class _Forward:
    def __init__(self, module: nn.Module, dtype: torch.dtype) -> None:
        self.module, self.dtype, self.forward = module, dtype, module.forward
        self.inner = torch.float32 if getattr(module, "computes_in_float32", False) else dtype
        self.is_inside = False

    def __call__(self, *inputs: Any, **further: Any) -> Any:  # Any: tensors, lists of them, masks
        if self.is_inside:  # `functional_call` has come back here, with the weights replaced
            return self.forward(*inputs, **further)
        inputs = tuple(_to(value, self.inner) for value in inputs)
        if self.inner is torch.float32:
            result = self.forward(*inputs, **further)
        else:
            weights = {name: weight.to(self.inner) for name, weight in self.module.named_parameters()}
            weights |= {
                name: buffer.to(self.inner)
                for name, buffer in self.module.named_buffers()
                if buffer.is_floating_point()
            }
            self.is_inside = True
            try:
                result = functional_call(self.module, weights, inputs, further)
            finally:
                self.is_inside = False
        return _to(result, self.dtype)


def _to(value: Any, dtype: torch.dtype) -> Any:
    if isinstance(value, Tensor):
        return value.to(dtype) if value.is_floating_point() else value
    if isinstance(value, list | tuple):
        return type(value)(_to(item, dtype) for item in value)
    return value
