"""From a plan to a torch module: one module a layer, weights drawn as Keras draws them, a generated forward pass."""

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, get_args

import numpy as np
import torch
from torch import Tensor, nn

from layerloom.graph.plan import Plan, PlannedLayer
from layerloom.graph.source import generate
from layerloom.layers.base import KerasLayer, LayerType, Weight
from layerloom.layers.binding import BindingLayer
from layerloom.layers.modules import layouts, regularizers
from layerloom.layers.modules.autocast import autocast
from layerloom.layers.modules.initializers import fill
from layerloom.layers.modules.recurrence import Recurrence
from layerloom.layers.modules.time_distributed import TimeDistributed, of_steps
from layerloom.tensors import DType

Run = Callable[..., tuple[Any, ...]]
"""`run(*tensors, *masks) -> (*outputs, *masks)`."""


def build(plan: Plan, seed: int | None = None) -> "BuiltModel":
    """The module of a plan. The same seed gives the same weights, whatever else the model holds.

    Raises:
        ValueError: The plan has problems.
    """
    if plan.problems:
        raise ValueError(f"a plan with problems can't be built: {plan.problems[0].message}")
    model = BuiltModel(plan)
    root = seed if seed is not None else torch.seed() % 2**32
    with torch.no_grad():
        for path, tensor, weight in model.weights():
            fill(tensor, weight.initializer, weight.shape, weight.layout, _generator(root, path))
    return model


def _generator(seed: int, path: str) -> torch.Generator:
    digest = hashlib.sha256(f"{seed}/{path}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "little") >> 1)


class BuiltModel(nn.Module):
    """A model that can be trained: called on tensors in the order of `input_names`.

    Each layer is one module, however many nodes call it; gradients of all calls add up in its weights.
    """

    def __init__(self, plan: Plan, activities: list[Tensor] | None = None, is_frozen: bool = False) -> None:
        super().__init__()
        self._is_outermost = activities is None
        self.plan = plan
        self.input_names = tuple(plan.inputs)
        self.output_names = tuple(plan.outputs)
        self._activities: list[Tensor] = [] if activities is None else activities
        self.layers = nn.ModuleDict()
        self._planned = {layer.id: layer for layer in plan.layers}
        for layer in plan.layers:
            self._make(layer, is_frozen)
        self.run: Run = self._compiled(is_traced=False)
        self._traced: Run | None = None

    def forward(self, *tensors: Tensor) -> tuple[Tensor, ...]:
        """Outputs in the order of `output_names`; as float32 whatever the last layers compute in, for losses do."""
        if self._is_outermost:
            self._activities.clear()
        return self._whole(self.run(*tensors)[: len(self.output_names)])

    def forward_with_masks(self, *tensors: Tensor) -> tuple[tuple[Tensor, ...], tuple[Tensor | None, ...]]:
        """Outputs, and the mask that travels beside each of them, or None."""
        self._activities.clear()
        results = self.run(*tensors)
        count = len(self.output_names)
        return self._whole(results[:count]), results[count:]

    def _whole(self, outputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        if not self.plan.is_mixed:
            return outputs
        return tuple(output.float() if output.is_floating_point() else output for output in outputs)

    def regularization(self) -> Tensor | None:
        """The sum of all penalties: of trainable weights once, of activities for each call of the last pass."""
        penalties = [
            regularizers.penalty(tensor, weight.regularizer, weight.layout)
            for _, tensor, weight in self._weights("")
            if weight.regularizer is not None and tensor.requires_grad
        ]
        penalties += self._activities
        if not penalties:
            return None
        total = penalties[0]
        for penalty in penalties[1:]:
            total = total + penalty
        return total

    def weights(self) -> list[tuple[str, Tensor, Weight]]:
        """Path (`vision/dense/kernel`), tensor and description of every weight, in the order of the calls."""
        return list(self._weights(""))

    def get_weights(self) -> dict[str, np.ndarray]:
        """Weights by path, in Keras' layout."""
        return {
            path: np.array(layouts.to_keras(tensor.detach().cpu(), weight.layout).numpy(), order="C")
            for path, tensor, weight in self.weights()
        }

    def set_weights(self, weights: Mapping[str, np.ndarray]) -> None:
        """Take weights by path, in Keras' layout; what is not named stays.

        Raises:
            KeyError: There is no weight of that path.
            ValueError: A shape differs.
        """
        known = {path: (tensor, weight) for path, tensor, weight in self.weights()}
        with torch.no_grad():
            for path, array in weights.items():
                if path not in known:
                    raise KeyError(f"there is no weight {path!r}; there are: {', '.join(known)}")
                tensor, weight = known[path]
                if tuple(array.shape) != tuple(weight.shape):
                    raise ValueError(f"weight {path!r} has shape {weight.shape}, not {array.shape}")
                tensor.copy_(layouts.to_torch(torch.tensor(np.asarray(array)), weight.layout))

    @property
    def is_stateful(self) -> bool:
        """Whether a layer's state lasts from one call to the next, so that every batch must have one size."""
        return bool(self._stateful())

    @property
    def state_rows(self) -> int | None:
        """Samples of the batch that made the states; None where there are none yet."""
        sizes = {len(state) for each in self._stateful() for state in each.states()}
        return max(sizes, default=None)

    def reset_state(self) -> None:
        """Stateful layers start from zeros again, and with any batch size."""
        for each in self._stateful():
            each.reset_state()

    def _stateful(self) -> list[Recurrence]:
        return [each for each in self.modules() if isinstance(each, Recurrence) and each.stateful]

    def first_not_finite(self, *tensors: Tensor) -> str | None:
        """Path of the first node whose result holds NaN or infinity (`encoder/dense_2, call 2`), or None."""
        found: list[str] = []

        def visit(path: str, values: tuple[Tensor, ...]) -> None:
            if not found and not all(bool(torch.isfinite(value).all()) for value in values):
                found.append(path)

        with torch.no_grad():
            self.traced(*tensors, visit=visit)
        self._activities.clear()
        return found[0] if found else None

    def traced(self, *tensors: Tensor | None, **visitor: Any) -> tuple[Any, ...]:
        """`run`, with a call of `visit(path, values)` after each step."""
        if self._traced is None:
            self._traced = self._compiled(is_traced=True)
        return self._traced(*tensors, **visitor)

    @contextlib.contextmanager
    def visited(self, visit: Callable[[str, tuple[Any, ...]], None]) -> Iterator[None]:
        """Passes in here call `visit(path, values)` after each step; they compute the same."""
        run = self.run
        self.run = partial(self.traced, visit=visit)
        try:
            yield
        finally:
            self.run = run

    def _make(self, layer: PlannedLayer, is_frozen: bool) -> None:
        """The layer's module, after that of the layer that it wraps."""
        name = _module_name(layer.id)
        if name in self.layers:
            return
        frozen = is_frozen or layer.is_frozen
        module: nn.Module
        if layer.wraps is not None:
            inner = self._planned[layer.wraps]
            self._make(inner, is_frozen)
            module = TimeDistributed(
                self.layers[_module_name(inner.id)],
                not self._draws(inner),
                self._takes_mask(inner),
                self._is_penalized(inner) or self._is_stateful(inner),
            )
        elif layer.model is not None:
            module = BuiltModel(layer.model, self._activities, frozen)
        else:
            module = layer.config.torch_call(layer.inputs).make()
            self._watch_within(module, layer.config)
            if self.plan.is_mixed and isinstance(layer.config, KerasLayer):
                autocast(module, getattr(torch, layer.config.computes_in))
        if frozen:
            module.requires_grad_(False)
            if hasattr(module, "trainable"):
                module.trainable = False  # type: ignore[assignment]  # BatchNormalization's switch, no tensor
        self.layers[name] = module

    def _takes_mask(self, layer: PlannedLayer) -> bool:
        """Whether the layer's forward does; a model takes masks by its `run`."""
        while layer.wraps is not None:
            layer = self._planned[layer.wraps]
        return layer.config.takes_mask and layer.model is None

    def _draws(self, layer: PlannedLayer) -> bool:
        """Whether a call in training depends on the rest of its batch or on random numbers."""
        return any(each.config.depends_on_training for each in self._inside(layer))

    def _is_penalized(self, layer: PlannedLayer) -> bool:
        return any(
            getattr(each.config, "activity_regularizer", None)
            or (isinstance(each.config, BindingLayer) and each.config.penalized_within())
            for each in self._inside(layer)
        )

    def _is_stateful(self, layer: PlannedLayer) -> bool:
        module = self.layers[_module_name(layer.id)]
        return any(isinstance(each, Recurrence) and each.stateful for each in module.modules())

    def _inside(self, layer: PlannedLayer) -> list[PlannedLayer]:
        """The layers with modules of their own in a wrapped layer, nested models spread out."""
        if layer.wraps is not None:
            return self._inside(self._planned[layer.wraps])
        if layer.model is None:
            return [layer]
        return list(_spread_out(layer.model))

    def _compiled(self, is_traced: bool) -> Run:
        generated = generate(self.plan, is_traced)
        names: dict[str, Any] = {name: getattr(torch, name) for name in get_args(DType)}
        names["of_steps"] = of_steps
        names |= {
            name: getattr(self.layers[_module_name(layer)], what)
            for name, (layer, what) in generated.modules.items()
        }
        for name, layer in generated.penalties.items():
            names[name] = self._activity_penalty(
                getattr(self._planned[layer].config, "activity_regularizer", {})
            )
        # The text is our own (see graph/source.py): names are numbered, and no word of a document is code.
        exec(compile(generated.text, f"<model {self.plan.model}>", "exec"), names)  # noqa: S102
        run: Run = names["run"]
        return run

    def _activity_penalty(self, regularizer: Mapping[str, Any]) -> Callable[[Tensor], None]:
        def note(value: Tensor) -> None:
            self._activities.append(regularizers.penalty(value, regularizer) / value.shape[0])

        return note

    def _watch_within(self, module: nn.Module, config: LayerType) -> None:
        """Penalties of activity that layers within a layer have."""
        for path, regularizer in (
            config.penalized_within().items() if isinstance(config, BindingLayer) else ()
        ):
            note = self._activity_penalty(regularizer)

            def watch(
                _: nn.Module, __: Any, result: Any, note: Callable[[Tensor], None] = note
            ) -> None:  # Any: what forward takes and gives
                for value in (result,) if isinstance(result, Tensor) else result:
                    note(value)

            module.get_submodule(path).register_forward_hook(watch)

    def _weights(self, prefix: str) -> Iterator[tuple[str, Tensor, Weight]]:
        for layer in self.plan.layers:
            module = self.layers[_module_name(layer.id)]
            if isinstance(module, BuiltModel):
                yield from module._weights(f"{prefix}{layer.id}/")
                continue
            for weight in layer.weights:
                yield f"{prefix}{layer.id}/{weight.name}", _tensor_at(module, weight.path), weight


def _spread_out(plan: Plan) -> Iterator[PlannedLayer]:
    for layer in plan.layers:
        if layer.model is not None:
            yield from _spread_out(layer.model)
        elif layer.wraps is None:
            yield layer


def _module_name(layer: str) -> str:
    """ModuleDict refuses names of its own methods, such as `keys`."""
    return f"layer_{layer}"


def _tensor_at(module: nn.Module, path: str) -> Tensor:
    *way, name = path.split(".")
    for part in way:
        module = getattr(module, part)
    found = getattr(module, name)
    if not isinstance(found, Tensor):
        raise TypeError(f"{path} of {type(module).__name__} is no tensor")
    return found
