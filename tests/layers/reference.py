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


def keras_layer_class(name: str) -> Any:  # Any: a class of Keras, which has no types
    """The class of a layer, also of the one that only an application of Keras has."""
    if name == "LayerScale":
        from keras.src.applications.convnext import LayerScale

        return LayerScale
    return getattr(keras.layers, name)


class Reference:
    """The Keras layer of the same config, with the same weights.

    Fields that Keras takes in the call (`call_fields`) are given there.
    """

    is_filled = False

    def __init__(self, made: Made, type_name: str, config: Mapping[str, Any]) -> None:
        self.made = made
        ours = made.layer.call_fields
        self.layer = keras_layer_class(type_name)(
            **{name: value for name, value in config.items() if name not in ours}
        )
        self.in_call = {name: getattr(made.layer, name) for name in ours if name != "explicit_mask"}
        self.hands_mask = getattr(made.layer, "explicit_mask", False)

    def call(
        self,
        inputs: Mapping[str, Sequence[Tensor]],
        masks: Mapping[str, Sequence[Tensor | None]],
        is_training: bool = False,
    ) -> tuple[list[np.ndarray], list[np.ndarray | None]]:
        """Outputs and their masks."""
        tensors = {
            port: [keras.ops.convert_to_tensor(each.numpy()) for each in given]
            for port, given in inputs.items()
        }
        self._mask(tensors, masks)
        arguments, further = self._arguments(tensors, is_training)
        self._build(arguments, further)
        self._mask(tensors, masks)  # again: MultiHeadAttention takes them off what it is called on
        result = self.layer(*arguments, **further)
        outputs = list(result) if isinstance(result, tuple | list) else [result]
        kept = [keras.src.backend.get_keras_mask(each) for each in outputs]
        return [np.asarray(each) for each in outputs], [
            None if each is None else np.asarray(each) for each in kept
        ]

    def gradients(
        self,
        inputs: Mapping[str, Sequence[Tensor]],
        masks: Mapping[str, Sequence[Tensor | None]],
        factors: Sequence[Tensor],
        is_training: bool = False,
    ) -> tuple[list[np.ndarray], dict[str, list[np.ndarray | None]]]:
        """Of the sum of all outputs, each times its factors: by trainable weight, and by input."""
        import jax

        arrays = {port: [each.numpy() for each in given] for port, given in inputs.items()}
        self.call(inputs, masks)  # builds the layer

        def total(weights: Any, given: Any) -> Any:
            tensors = {
                port: [
                    keras.ops.convert_to_tensor(given[port].get(place, each))
                    for place, each in enumerate(arrays[port])
                ]
                for port in arrays
            }
            self._mask(tensors, masks)
            arguments, further = self._arguments(tensors, is_training)
            mapping = list(zip(self.layer.trainable_variables, weights, strict=True))
            with keras.StatelessScope(state_mapping=mapping):  # `stateless_call` would leave the masks out
                result = self.layer(*arguments, **further)
            outputs = list(result) if isinstance(result, tuple | list) else [result]
            return sum((out * each.numpy()).sum() for out, each in zip(outputs, factors, strict=True))

        given = {
            port: {place: each for place, each in enumerate(list_) if each.dtype == np.float32}
            for port, list_ in arrays.items()
        }
        weights = [each.value for each in self.layer.trainable_variables]
        by_weight, by_input = jax.grad(total, argnums=(0, 1))(weights, given)
        return [np.asarray(each) for each in by_weight], {
            port: [
                np.asarray(by_input[port][place]) if place in by_input[port] else None
                for place in range(len(list_))
            ]
            for port, list_ in arrays.items()
        }

    def _mask(
        self, tensors: Mapping[str, Sequence[Any]], masks: Mapping[str, Sequence[Tensor | None]]
    ) -> None:
        for port, given in tensors.items():
            for tensor, mask in zip(given, masks.get(port, [None] * len(given)), strict=True):
                if mask is not None:
                    keras.src.backend.set_keras_mask(tensor, keras.ops.convert_to_tensor(mask.numpy()))

    def _arguments(
        self, tensors: Mapping[str, Sequence[Any]], is_training: bool
    ) -> tuple[list[Any], dict[str, Any]]:
        """Positional and named arguments of Keras' call."""
        first, *others = self.made.layer.input_ports
        further: dict[str, Any] = dict(self.in_call)
        if self.layer._call_has_training_arg:
            further["training"] = is_training
        given = {port.name: tensors[port.name] for port in others if tensors.get(port.name)}
        if isinstance(self.layer, keras.layers.Attention):  # takes a list, with the key at its end
            return [
                [*tensors[first.name], *(given[name][0] for name in ("value", "key") if name in given)]
            ], further
        if self.hands_mask:
            further["mask"] = keras.src.backend.get_keras_mask(tensors[first.name][0])
        for name, each in given.items():
            further[name] = list(each) if name == "initial_state" else each[0]
        return [list(tensors[first.name]) if first.is_variadic else tensors[first.name][0]], further

    def _build(self, arguments: list[Any], further: Mapping[str, Any]) -> None:
        if not self.layer.built or not self.is_filled:
            self.layer(*arguments, **further)
            self.layer.set_weights(self._weights())
            if isinstance(self.layer, keras.layers.Normalization):
                self.layer.finalize_state()
            self.is_filled = True

    def _weights(self) -> list[np.ndarray]:
        weights = [weight for weight in self.made.weights if weight.trainable]
        weights += [weight for weight in self.made.weights if not weight.trainable]
        with torch.no_grad():
            return [to_keras(self.made.parameter(each).numpy().copy(), each.layout) for each in weights]
