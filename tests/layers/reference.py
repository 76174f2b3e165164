"""Real Keras, on JAX, as the reference for numbers. Import it before anything else imports Keras."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from layerloom.layers.modules.layouts import to_keras
from layers.calls import Made

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
keras = pytest.importorskip("keras")


class Reference:
    """The Keras layer of the same config, with the same weights."""

    def __init__(self, made: Made, type_name: str, config: Mapping[str, Any]) -> None:
        self.made = made
        self.layer = getattr(keras.layers, type_name)(**config)

    def call(
        self,
        inputs: Mapping[str, Sequence[Tensor]],
        masks: Mapping[str, Sequence[Tensor | None]],
        is_training: bool = False,
    ) -> tuple[list[np.ndarray], list[np.ndarray | None]]:
        """Outputs and their masks."""
        first = self.made.layer.input_ports[0]
        tensors = [keras.ops.convert_to_tensor(each.numpy()) for each in inputs[first.name]]
        for tensor, mask in zip(tensors, masks[first.name], strict=True):
            if mask is not None:
                keras.src.backend.set_keras_mask(tensor, keras.ops.convert_to_tensor(mask.numpy()))
        argument = tensors if first.is_variadic else tensors[0]
        further: dict[str, Any] = {}
        if self.layer._call_has_training_arg:
            further["training"] = is_training
        states = [keras.ops.convert_to_tensor(each.numpy()) for each in inputs.get("initial_state", ())]
        if states:
            further["initial_state"] = states
        if not self.layer.built:
            self.layer(argument, **further)
            self.layer.set_weights(self._weights())
        result = self.layer(argument, **further)
        outputs = list(result) if isinstance(result, tuple | list) else [result]
        kept = [keras.src.backend.get_keras_mask(each) for each in outputs]
        return [np.asarray(each) for each in outputs], [
            None if each is None else np.asarray(each) for each in kept
        ]

    def _weights(self) -> list[np.ndarray]:
        weights = [weight for weight in self.made.weights if weight.trainable]
        weights += [weight for weight in self.made.weights if not weight.trainable]
        with torch.no_grad():
            return [to_keras(self.made.parameter(each).numpy().copy(), each.layout) for each in weights]
