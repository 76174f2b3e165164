"""What a fit minimises and watches: the model's outputs against the targets, as losses and metrics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor

from layerloom.problems import Problem, ProblemError
from layerloom.training.batches import Batches, Column, check_rows, in_memory, input_tensors, target_tensor
from layerloom.training.data import Rows
from layerloom.training.devices import exact_device
from layerloom.training.losses.base import Loss, fitted
from layerloom.training.metrics.base import Kept, Metric
from layerloom.training.recipe import Recipe

Masks = Sequence[Tensor | None] | None


class TrainableModel(Protocol):
    """What training asks of a built model (`graph.build.BuiltModel`), besides being a `torch.nn.Module`."""

    input_names: tuple[str, ...]
    output_names: tuple[str, ...]

    def forward_with_masks(self, *inputs: Tensor) -> tuple[tuple[Tensor, ...], Masks]: ...

    def regularization(self) -> Tensor | None: ...


@dataclass(frozen=True, slots=True)
class _Watched:
    """One output that is compared with a target."""

    name: str
    position: int
    """Among the model's outputs."""
    loss: Loss | None
    metrics: Mapping[str, Metric]
    weighted: frozenset[str]
    """Those of the metrics that sample weights count in."""


class Objective:
    """Binds a recipe to a model.

    Raises:
        ProblemError: `training.output_unknown` or `training.no_loss`.
    """

    def __init__(self, model: Any, recipe: Recipe) -> None:  # Any: a Module that is a TrainableModel
        self.model = model
        unknown = [name for name in recipe.outputs if name not in model.output_names]
        if unknown or not recipe.trained:
            raise ProblemError(_no_such_output(unknown, model.output_names))
        self.watched = [
            _Watched(name, model.output_names.index(name), output.loss, output.metrics, output.weighted)
            for name, output in recipe.outputs.items()
            if output.loss is not None or output.metrics
        ]
        self.trained = recipe.trained
        self._masked: bool | None = None
        self._penalised = True

    def batches(
        self, data: Rows, device: torch.device, class_weight: Mapping[str, Mapping[int, float]] | None = None
    ) -> Batches:
        """The rows as tensors, in the order that `losses` and `watch` expect. Raises `ProblemError`.

        The weight of a row's class, by output, is multiplied into its sample weight.
        """
        check_rows(data)
        given, by_class = data.sample_weight or {}, class_weight or {}
        targets: list[Column] = []
        weights: dict[str, Column] = {}
        for item in self.watched:
            classes = item.loss is not None and item.loss.targets == "classes"
            target = target_tensor(item.name, data.targets, classes)
            targets.append(target)
            if item.name in given:
                weights[item.name] = target_tensor(item.name, given, classes=False)
            if by_class.get(item.name):
                mine = _of_classes(in_memory(target), classes, by_class[item.name])
                sample = weights.get(item.name)
                weights[item.name] = mine if sample is None else _product(in_memory(sample), mine)
        return Batches(input_tensors(self.model.input_names, data.inputs), targets, weights, device)

    def outputs(self, inputs: Sequence[Tensor]) -> tuple[tuple[Tensor, ...], Masks]:
        """The model's outputs, with masks if it has any."""
        if self._masked is None:
            outputs, masks = self.model.forward_with_masks(*inputs)
            self._masked = masks is not None and any(mask is not None for mask in masks)
            return outputs, masks if self._masked else None
        if self._masked:
            return self.model.forward_with_masks(*inputs)  # type: ignore[no-any-return]
        return self.model.forward(*inputs), None

    def losses(
        self,
        outputs: Sequence[Tensor],
        masks: Masks,
        targets: Sequence[Tensor],
        weights: Mapping[str, Tensor],
    ) -> list[Tensor]:
        """The loss of each trained output, in order, not weighted by loss weights."""
        losses = []
        for item, target in zip(self.watched, targets, strict=True):
            if item.loss is None:
                continue
            mask = masks[item.position] if masks is not None else None
            output = outputs[item.position]
            try:
                losses.append(item.loss.measure(target, output, mask, weights.get(item.name)))
            except (RuntimeError, IndexError):
                _refuse_unlike(item.name, item.loss, target, output)
                raise
        return losses

    def penalty(self) -> Tensor | None:
        """The model's regularization after a forward pass. A model without any is asked once."""
        if not self._penalised:
            return None
        penalty: Tensor | None = self.model.regularization()
        self._penalised = penalty is not None
        return penalty

    def begin_metrics(self, device: torch.device) -> list[dict[str, Kept]]:
        """Nothing seen yet, for each watched output and metric."""
        like = torch.zeros((), device=exact_device(device))
        return [{name: metric.begin(like) for name, metric in item.metrics.items()} for item in self.watched]

    def watch(
        self,
        kept: Sequence[Mapping[str, Kept]],
        outputs: Sequence[Tensor],
        masks: Masks,
        targets: Sequence[Tensor],
        weights: Mapping[str, Tensor],
    ) -> None:
        """Takes a batch into the metrics."""
        for item, mine, target in zip(self.watched, kept, targets, strict=True):
            if not item.metrics:
                continue
            output = outputs[item.position].detach()
            mask = masks[item.position] if masks is not None else None
            both = _together(mask, weights.get(item.name)) if item.weighted else mask
            exact = exact_device(output.device)
            if exact != output.device:
                output, target = output.to(exact), target.to(exact)
                mask, both = (each if each is None else each.to(exact) for each in (mask, both))
            for name, metric in item.metrics.items():
                counts = both if name in item.weighted else mask
                metric.fitting(target.shape, output.shape).update(mine[name], target, output, counts)

    def results(self, kept: Sequence[Mapping[str, Kept]]) -> dict[str, dict[str, float]]:
        """Metrics by output and name."""
        found: dict[str, dict[str, float]] = {}
        for item, mine in zip(self.watched, kept, strict=True):
            for name, metric in item.metrics.items():
                numbers, value = found.setdefault(item.name, {}), metric.result(mine[name])
                if isinstance(value, list):
                    numbers |= {f"{name}_{index}": number for index, number in enumerate(value)}
                else:
                    numbers[name] = value
        return found


def _of_classes(target: Tensor, classes: bool, weights: Mapping[int, float]) -> Tensor:
    """The weight of each target's class; of a one-hot target, the class of its largest number."""
    if target.dim() > 1 and (target.shape[-1] == 1 or not classes):
        target = target.squeeze(-1) if target.shape[-1] == 1 else target.argmax(-1)
    labels = target.round().long()
    found = torch.ones(labels.shape)
    for label, weight in weights.items():
        found[labels == label] = weight
    return found


def _product(one: Tensor, other: Tensor) -> Tensor:
    return one * fitted(other, one) if one.dim() >= other.dim() else fitted(one, other) * other


def _together(mask: Tensor | None, weight: Tensor | None) -> Tensor | None:
    """How much each sample or step counts, by the mask and the sample weights."""
    if mask is None or weight is None:
        return weight if mask is None else mask
    return mask.to(weight.dtype) * fitted(weight, mask)


def _refuse_unlike(name: str, loss: Loss, target: Tensor, output: Tensor) -> None:
    """Says so in words where a measurement failed because target and output have different shapes.

    A check can't see it where an axis is open (`null` in the Input's shape) and only the data has its size.
    """
    wanted = output.shape[:-1] if loss.targets == "classes" else output.shape
    if target.shape == wanted:
        return
    received, expected = tuple(target.shape), tuple(wanted)
    raise ProblemError(
        Problem(
            code="target.shape",
            message=f"The target of `{name}` has shape {received} in this batch; the output has {tuple(output.shape)}, "
            f"so {expected} was expected.",
            hint="Bind another column, or change the layers before the Output so that both have one shape.",
            node=name,
            field=f"training.data.targets.{name}",
        )
    )


def _no_such_output(unknown: Sequence[str], names: Sequence[str]) -> Problem:
    listed = ", ".join(f"`{name}`" for name in names) or "none"
    if unknown:
        return Problem(
            code="training.output_unknown",
            message=f"`training.outputs` names `{unknown[0]}`; the model's outputs are {listed}.",
            hint=f"Remove `{unknown[0]}`, or add such an Output.",
            field=f"training.outputs.{unknown[0]}",
        )
    return Problem(
        code="training.no_loss",
        message="No output has a loss, so there is nothing to learn.",
        hint=f"Give at least one of {listed} a loss.",
        field="training.outputs",
    )
