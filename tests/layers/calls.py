"""Makes a layer type's module, weights and tensors for tests, as `graph.build` does for a model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from layerloom.document import Layer
from layerloom.graph.binding import bind
from layerloom.graph.configs import parse_layer
from layerloom.layers.base import Example, Inputs, LayerType, Outputs, Weight
from layerloom.layers.catalogue import layer_types
from layerloom.layers.modules import initializers
from layerloom.tensors import TensorSpec

BATCH, OPEN = 3, 6
"""Sizes that stand in for the batch and for axes that are known only at run time."""


@dataclass
class Made:
    """A layer with everything that a call of it needs."""

    layer: LayerType
    inputs: Inputs
    specs: Outputs
    weights: tuple[Weight, ...]
    module: nn.Module

    def parameter(self, weight: Weight) -> Tensor:
        return (
            self.module.get_parameter(weight.path)
            if weight.trainable
            else self.module.get_buffer(weight.path)
        )

    def call(
        self,
        tensors: Mapping[str, Sequence[Tensor]],
        masks: Mapping[str, Sequence[Tensor | None]] | None = None,
    ) -> tuple[tuple[Tensor, ...], tuple[Tensor | None, ...]]:
        """Outputs, and masks as the layer's `mask_out` says."""
        arguments: list[Any] = []
        for port in self.layer.input_ports:
            given = list(tensors.get(port.name, ()))
            arguments.append(given if port.is_variadic else given[0] if given else None)
        first = self.layer.input_ports[0]
        given_masks = list((masks or {}).get(first.name, [None] * max(1, len(tensors.get(first.name, ())))))
        mask: Any = given_masks if first.is_variadic else given_masks[0]
        if self.layer.mask_ports:
            mask = tuple(((masks or {}).get(port) or [None])[0] for port in self.layer.mask_ports)
        result = self.module(*arguments, **({"mask": mask} if self.layer.takes_mask else {}))
        outputs = result if isinstance(result, tuple) else (result,)
        kept: Any = (None,) * len(outputs)
        if self.layer.mask_out == "pass":
            kept = (given_masks[0], *kept[1:])
        elif self.layer.mask_out == "own":
            own = self.module.compute_mask(*arguments, mask=mask)
            kept = own if isinstance(own, tuple) else (own,)
        return outputs, kept


def configured(
    type_name: str, config: Mapping[str, Any], layers: Mapping[str, Mapping[str, Any]] | None = None
) -> LayerType:
    """The layer type's config, bound to copies of the configs of those of the `layers` that it names."""
    if not layers:
        return layer_types()[type_name].model_validate(dict(config))
    parsed = {name: parse_layer(Layer.model_validate(layer)) for name, layer in layers.items()}
    parsed["tested"] = parse_layer(Layer(type=type_name, config=dict(config)))

    def wrong(*said: str) -> None:
        raise AssertionError(said)

    bound = bind(parsed, wrong, lambda name: "")["tested"]
    assert bound.config is not None, bound.problems
    return bound.config


def example_config(layer_type: type[LayerType], example: Example) -> LayerType:
    """The config of an example, bound to what it names."""
    return configured(layer_type.__name__, example.config, example.layers)


def make_example(layer_type: type[LayerType], example: Example) -> Made:
    """An example, inferred and built."""
    return make(layer_type.__name__, example.config, example.inputs, layers=example.layers)


def make(
    type_name: str,
    config: Mapping[str, Any],
    inputs: Inputs,
    seed: int = 0,
    layers: Mapping[str, Mapping[str, Any]] | None = None,
) -> Made:
    """The layer, inferred and built, its weights drawn; `layers` has those that its config names."""
    layer = configured(type_name, config, layers)
    made = Made(layer, inputs, layer.infer(inputs), layer.weights(inputs), layer.torch_call(inputs).make())
    generator = torch.Generator().manual_seed(seed)
    for weight in made.weights:
        initializers.fill(made.parameter(weight), weight.initializer, weight.shape, weight.layout, generator)
    return made


def tensors(inputs: Inputs, seed: int = 0) -> dict[str, list[Tensor]]:
    """Random tensors that fit the specs."""
    generator = torch.Generator().manual_seed(seed)
    return {port: [_tensor(spec, generator) for spec in specs] for port, specs in inputs.items()}


def masks(inputs: Inputs, seed: int = 1) -> dict[str, list[Tensor | None]]:
    """A random mask, with at least one valid step, for each spec that has one."""
    generator = torch.Generator().manual_seed(seed)
    return {port: [_mask(spec, generator) for spec in specs] for port, specs in inputs.items()}


def sized(shape: Sequence[int | None]) -> tuple[int, ...]:
    return tuple((BATCH if axis == 0 else OPEN) if size is None else size for axis, size in enumerate(shape))


def _tensor(spec: TensorSpec, generator: torch.Generator) -> Tensor:
    shape = sized(spec.shape)
    if spec.dtype == "float32":
        return torch.randn(shape, generator=generator)
    return torch.randint(0, 5, shape, generator=generator).to(getattr(torch, spec.dtype))


def _mask(spec: TensorSpec, generator: torch.Generator) -> Tensor | None:
    if not spec.masked:
        return None
    mask = torch.rand(sized(spec.mask_shape), generator=generator) > 0.4
    mask[:, -2] = True
    return mask
