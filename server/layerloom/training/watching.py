"""How the layers stand while they train: norms and histograms of weights and gradients, activations of every node.

Looks at the tensors of the step itself and draws no random number, so the training's numbers stay as they are.
"""

import contextlib
import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import _disable_current_modes

from layerloom.events import Histogram, LayerMeasured, LayersMeasured, NodeMeasured

BINS = 32
MOST_HISTOGRAMS = 256
"""Layers with histograms; those after them have norms alone, so that an event stays small."""
_MOST_VALUES = 256 * 1024
"""A histogram of more values takes every second, third, … of them."""


class Watch:
    """Measures every `every` steps, the first among them. One step is

    with watch.activations(): forward; watch.before_update() behind the backward pass; watch.event() behind the update.
    """

    def __init__(self, model: Any, every: int, loss_scale: float = 1.0) -> None:  # Any: a BuiltModel
        self._model, self._every, self._loss_scale = model, every, loss_scale
        self._layers = _layers(model)
        self._nodes: dict[str, Tensor] = {}
        self._before: dict[str, list[Tensor]] = {}
        self._layer_values: dict[str, _Layer] = {}

    def is_due(self, steps: int) -> bool:
        """After so many finished steps."""
        return steps % self._every == 0

    @contextlib.contextmanager
    def activations(self) -> Iterator[None]:
        """A forward pass in here is looked at node by node; it computes what it would compute without."""
        self._nodes = {}
        if not hasattr(self._model, "visited"):
            yield
            return
        with self._model.visited(self._visit):
            yield

    def before_update(self) -> None:
        """Notes weights and gradients; gradients are overwritten by the update."""
        with torch.no_grad(), _disable_current_modes():
            self._before, self._layer_values = {}, {}
            for number, (layer, tensors) in enumerate(self._layers.items()):
                gradients = [tensor.grad for tensor in tensors if tensor.grad is not None]
                shown = number < MOST_HISTOGRAMS
                self._layer_values[layer] = _Layer(
                    _norm(tensors),
                    _norm(gradients) / self._loss_scale if gradients else None,
                    _histogram(tensors) if shown else _NOTHING,
                    _histogram(gradients, self._loss_scale) if shown and gradients else None,
                )
                if gradients:
                    self._before[layer] = [tensor.detach().clone() for tensor in tensors]

    def event(self, epoch: int, step: int) -> LayersMeasured:
        """What the step has shown."""
        layers: dict[str, LayerMeasured] = {}
        with torch.no_grad(), _disable_current_modes():
            for layer, seen in self._layer_values.items():
                ratio = None
                if layer in self._before and seen.weight_norm:
                    now = self._layers[layer]
                    changes = [new - old for new, old in zip(now, self._before[layer], strict=True)]
                    ratio = _short(_norm(changes) / seen.weight_norm)
                layers[layer] = LayerMeasured(
                    weight_norm=_short(seen.weight_norm),
                    gradient_norm=None if seen.gradient_norm is None else _short(seen.gradient_norm),
                    update_ratio=ratio,
                    weights=seen.weights,
                    gradients=seen.gradients,
                )
            nodes = self._measured_nodes()
        self._before, self._layer_values, self._nodes = {}, {}, {}
        return LayersMeasured(epoch=epoch, step=step, layers=layers, nodes=nodes)

    def _visit(self, path: str, values: tuple[Any, ...]) -> None:  # Any: tensors, or what else a layer gives
        value = values[0]
        if not isinstance(value, Tensor) or not value.is_floating_point() or value.numel() == 0:
            return
        with torch.no_grad(), _disable_current_modes():
            value = value.detach()
            deviation, mean = torch.std_mean(value.float(), correction=0)
            units = value.reshape(-1, value.shape[-1] if value.dim() > 1 else 1)
            dead = (units == 0).all(0).float().mean()
            self._nodes[path.split(", call ")[0]] = torch.stack([mean, deviation, dead])

    def _measured_nodes(self) -> dict[str, NodeMeasured]:
        if not self._nodes:
            return {}
        rows = torch.stack(list(self._nodes.values())).tolist()
        return {
            node: NodeMeasured(mean=_short(mean), deviation=_short(deviation), dead_fraction=_short(dead))
            for node, (mean, deviation, dead) in zip(self._nodes, rows, strict=True)
        }


class _Layer:
    __slots__ = ("gradient_norm", "gradients", "weight_norm", "weights")

    def __init__(
        self, weight_norm: float, gradient_norm: float | None, weights: Histogram, gradients: Histogram | None
    ) -> None:
        self.weight_norm, self.gradient_norm = weight_norm, gradient_norm
        self.weights, self.gradients = weights, gradients


_NOTHING = Histogram(edges=[], counts=[])


def _layers(model: Any) -> dict[str, list[Tensor]]:  # Any: a BuiltModel
    """By path of the layer: its weights that may learn, or all of them where none may."""
    found: dict[str, list[Tensor]] = {}
    frozen: dict[str, list[Tensor]] = {}
    if hasattr(model, "weights"):
        named = [(path.rpartition("/")[0], tensor) for path, tensor, _ in model.weights()]
    else:
        named = [(path.rpartition(".")[0], tensor) for path, tensor in model.named_parameters()]
    for layer, tensor in named:
        (found if tensor.requires_grad else frozen).setdefault(layer, []).append(tensor)
    return {layer: found.get(layer) or frozen[layer] for layer in dict.fromkeys(layer for layer, _ in named)}


def _norm(tensors: list[Tensor]) -> float:
    norms = torch._foreach_norm([tensor.detach().float() for tensor in tensors])
    return float(torch.stack(list(norms)).norm())


def _histogram(tensors: list[Tensor], scale: float = 1.0) -> Histogram:
    parts = []
    for tensor in tensors:
        flat = tensor.detach().reshape(-1)
        share = -(-sum(item.numel() for item in tensors) // _MOST_VALUES)
        parts.append(flat[::share] if share > 1 else flat)
    values = torch.cat(parts).float()
    if scale != 1.0:
        values = values / scale
    lowest, highest = (item.item() for item in values.aminmax())
    if not (math.isfinite(lowest) and math.isfinite(highest)):
        values = values[values.isfinite()]
        if values.numel() == 0:
            return _NOTHING
        lowest, highest = (item.item() for item in values.aminmax())
    if highest - lowest <= 1e-30:
        lowest, highest = lowest - 0.5, highest + 0.5
    counts = torch.histc(values, BINS, lowest, highest)
    width = (highest - lowest) / BINS
    edges = [_short(lowest + width * index) for index in range(BINS + 1)]
    return Histogram.model_construct(edges=edges, counts=[int(count) for count in counts.tolist()])


def _short(value: float) -> float:
    """Six digits: no chart shows more, and events are kept for ever."""
    return float(f"{value:.6g}")
