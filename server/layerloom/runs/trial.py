"""One step on a synthetic batch, with the real graph and losses: what it costs, and what learns. Has torch."""

import math
import os
import time
from pathlib import Path

import torch
from torch import Tensor
from torch.autograd.graph import saved_tensors_hooks

from layerloom.data.binding import GENERATED
from layerloom.data.datasets import find
from layerloom.data.generation import generate
from layerloom.data.source import open_source
from layerloom.data.split import count, divide, split, split_columns
from layerloom.document import Document, Limits, Training
from layerloom.graph.build import BuiltModel, build
from layerloom.graph.plan import Plan
from layerloom.graph.resolved import ResolvedModel
from layerloom.problems import Problem, ProblemError, Severity
from layerloom.runs.preflight import Preflight
from layerloom.runs.preparation import Preparation, losses_of, prepare
from layerloom.tensors import TensorSpec
from layerloom.training.devices import choose_device
from layerloom.training.flat import FlatOptimizer
from layerloom.training.losses.base import Loss
from layerloom.training.objective import Objective
from layerloom.training.recipe import Recipe, recipe
from layerloom.training.threads import WorkCount

_TIMED_SECONDS = 0.3
_TIMED_STEPS = 5
_LONG_SECONDS = 3.0
"""A first step that took longer is not taken again; shorter ones may be all warming up."""
_OPEN_AXIS = 16
"""Size of an axis that only the data knows, such as time."""


def trial(document: Document, datasets: Path | None, weights: Path | None, limits: Limits) -> Preflight:
    """Raises nothing for a document that can't be trained: its problems are in the answer."""
    preparation = prepare(document, datasets, limits, weights=weights)
    training, plan = preparation.document.training, preparation.plan
    unused = _unused(preparation)
    if training is None or plan is None:
        return Preflight(ok=False, unused=unused, problems=list(preparation.problems or preparation.blocking))
    try:
        device = choose_device(training.fit.device)
        _refuse_too_large(preparation.check.totals.memory_bytes, device)
        step = _Step(plan, training, device)
        rows = _training_rows(training, plan, datasets)
        size = training.fit.batch_size if rows is None else max(1, min(rows, training.fit.batch_size))
        step.run(size)
    except ProblemError as error:
        return Preflight(ok=False, unused=unused, problems=[*preparation.problems, *error.problems])
    steps = None if rows is None else _steps(training, rows)
    total = None if steps is None else steps * max(0, training.fit.epochs - training.fit.initial_epoch)
    return Preflight(
        ok=True,
        seconds=None if total is None else total * step.seconds,
        step_seconds=step.seconds,
        steps_per_epoch=steps,
        steps=total,
        flops_per_step=step.operations,
        memory_bytes=step.memory,
        device=device.type,
        losses=step.losses,
        without_gradient=step.without_gradient,
        unused=unused,
        problems=[*preparation.problems, *step.problems(training.model)],
    )


class _Step:
    """The model with its objective and optimizer; `run` fills in the rest."""

    def __init__(self, plan: Plan, training: Training, device: torch.device) -> None:
        self.plan, self.device = plan, device
        self.model: BuiltModel = build(plan, seed=training.fit.seed or 0).to(device)
        self.recipe: Recipe = recipe(training)
        self.objective = Objective(self.model, self.recipe)
        self.optimizer = FlatOptimizer(self.recipe.optimizer, dict(self.model.named_parameters()))
        self.seconds = 0.0
        self.operations = 0
        self.memory = 0
        self.losses: dict[str, float | None] = {}
        self.without_gradient: list[str] = []

    def run(self, rows: int) -> None:
        torch.manual_seed(0)
        available = torch.get_num_threads()
        inputs = tuple(
            _input(spec, rows, _vocabulary(self.plan)).to(self.device) for spec in self.plan.inputs.values()
        )
        with torch.no_grad():
            shown = self.model.eval()(*inputs)
        self.model.train()
        targets = tuple(
            _target(item.loss, shown[item.position]).to(self.device) for item in self.objective.watched
        )
        kept = _Kept()
        began = time.perf_counter()
        torch.set_num_threads(1)
        with WorkCount() as work, kept:
            values = self._once(inputs, targets)
        first = time.perf_counter() - began
        self.operations = work.operations
        self.losses = {
            name: value if math.isfinite(value) else None
            for name, value in zip(self.objective.trained, values, strict=False)
        }
        self.without_gradient = self._without_gradient()
        torch.set_num_threads(work.threads(available))
        self.optimizer.step(0.0)  # makes the buffers; a learning rate of 0 changes nothing that counts here
        self.memory = self._memory(kept.bytes, inputs)
        self.seconds = self._timed(inputs, targets, first)

    def problems(self, model: str) -> list[Problem]:
        """What the step has shown that no check could know."""
        names = [name for name, value in self.losses.items() if value is None]
        found = [
            Problem(
                code="preflight.not_finite",
                severity=Severity.WARNING,
                message=f"The loss of `{name}` is not finite at the start, on random numbers.",
                hint="Look at the layers before it: a logarithm or a division may get 0.",
                model=model,
                node=name,
            )
            for name in names
        ]
        found += [
            Problem(
                code="preflight.no_gradient",
                severity=Severity.WARNING,
                message=f"The layer `{layer}` gets no gradient: it does not learn.",
                hint="Look at what lies between it and the outputs, or freeze it (`trainable`) if that is meant.",
                model=model,
            )
            for layer in self.without_gradient
        ]
        return found

    def _once(self, inputs: tuple[Tensor, ...], targets: tuple[Tensor, ...]) -> list[float]:
        outputs, masks = self.objective.outputs(inputs)
        losses = self.objective.losses(outputs, masks, targets, {})
        penalty = self.objective.penalty()
        roots = torch.stack([*losses, *([] if penalty is None else [penalty])])
        values: list[float] = roots.tolist()
        if roots.requires_grad:
            weights = [self.recipe.outputs[name].loss_weight for name in self.objective.trained]
            gradient = [*weights, 1.0][: len(values)]
            self.optimizer.clear()
            roots.backward(roots.new_tensor(gradient))  # type: ignore[no-untyped-call]
        return values

    def _timed(self, inputs: tuple[Tensor, ...], targets: tuple[Tensor, ...], first: float) -> float:
        """The fastest of a few steps; that of the first where that one was long."""
        if first > _LONG_SECONDS:
            return first
        taken: list[float] = []
        while len(taken) < _TIMED_STEPS and sum(taken) < _TIMED_SECONDS:
            began = time.perf_counter()
            self._once(inputs, targets)
            self.optimizer.step(0.0)
            if self.device.type == "cuda":
                torch.cuda.synchronize()
            taken.append(time.perf_counter() - began)
        return min(taken)

    def _without_gradient(self) -> list[str]:
        reached: dict[str, bool] = {}
        for path, tensor, weight in self.model.weights():
            if weight.trainable and tensor.requires_grad:
                layer = path.rpartition("/")[0]
                gradient = tensor.grad
                learns = gradient is not None and bool((gradient != 0).any())
                reached[layer] = reached.get(layer, False) or learns
        return [layer for layer, learns in reached.items() if not learns]

    def _memory(self, activities: int, inputs: tuple[Tensor, ...]) -> int:
        if self.device.type == "cuda":
            return torch.cuda.max_memory_allocated()
        slots, _ = self.optimizer.save()
        tensors: list[Tensor] = [*self.model.parameters(), *self.model.buffers(), *slots.values(), *inputs]
        gradients = [item.grad for item in self.model.parameters() if item.grad is not None]
        return sum(tensor.nbytes for tensor in [*tensors, *gradients]) + activities


class _Kept:
    """Bytes that its block's forward pass keeps for the backward pass, each memory counted once."""

    def __init__(self) -> None:
        self._seen: dict[int, int] = {}
        self._hooks = saved_tensors_hooks(self._pack, lambda tensor: tensor)

    def __enter__(self) -> "_Kept":
        self._hooks.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._hooks.__exit__(*error)

    @property
    def bytes(self) -> int:
        return sum(self._seen.values())

    def _pack(self, tensor: Tensor) -> Tensor:
        if not isinstance(tensor, torch.nn.Parameter):
            storage = tensor.untyped_storage()
            self._seen[storage.data_ptr()] = storage.nbytes()
        return tensor


def _refuse_too_large(needed: int, device: torch.device) -> None:
    """A trial that the machine has no memory for would take it from everything else that runs there."""
    there = _memory_of(device)
    if there is None or needed <= there:
        return
    noun = "graphics card" if device.type == "cuda" else "machine"
    wanted, has = (f"{size / 1024**3:.1f} GB" for size in (needed, there))
    raise ProblemError(
        Problem(
            code="preflight.memory",
            message=f"Training needs about {wanted} of memory; the {noun} has {has}.",
            hint="Use a smaller batch size or smaller layers.",
            field="training.fit.batch_size",
        )
    )


def _memory_of(device: torch.device) -> int | None:
    if device.type == "cuda":
        return int(torch.cuda.get_device_properties(device).total_memory)
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):  # not POSIX
        return None


def _input(spec: TensorSpec, rows: int, vocabulary: int) -> Tensor:
    shape = (rows, *(_OPEN_AXIS if size is None else size for size in spec.shape[1:]))
    if spec.dtype == "bool":
        return torch.ones(shape, dtype=torch.bool)
    if spec.dtype.startswith(("int", "uint")):
        return torch.randint(min(1, vocabulary - 1), vocabulary, shape)
    return torch.randn(shape)


def _vocabulary(plan: Plan) -> int:
    """Ids below this are known to every embedding of the plan, however deep."""
    sizes = [2]
    waiting = [plan]
    while waiting:
        for layer in waiting.pop().layers:
            if layer.model is not None:
                waiting.append(layer.model)
            elif layer.config is not None and isinstance(
                size := getattr(layer.config, "input_dim", None), int
            ):
                sizes.append(size)
    return max(1, min(sizes))


def _target(loss: Loss | None, output: Tensor) -> Tensor:
    """Something that the loss can be measured against."""
    if loss is not None and loss.targets == "classes":
        if loss.type_name == "ctc":
            return torch.ones(output.shape[0], max(1, output.shape[1] // 2), dtype=torch.long)
        return torch.randint(0, max(1, output.shape[-1]), output.shape[:-1])
    target = torch.rand(output.shape)
    return target / target.sum(-1, keepdim=True) if output.dim() > 1 and output.shape[-1] > 1 else target


def _training_rows(training: Training, plan: Plan, datasets: Path | None) -> int | None:
    """Rows that are learned from, as the split leaves them; it reads no column but the one that it goes by.

    Raises:
        ProblemError: `split.…`, where a part is empty or a value says nothing.
    """
    binding = training.data
    dataset = find(binding.dataset, datasets) if binding is not None else None
    if binding is None or dataset is None:
        return None
    if dataset.id == GENERATED:
        made = generate(plan.inputs, plan.outputs, losses_of(training), training.fit.seed or 0)
        return split(made.rows, training.fit)
    names = split_columns(binding) or [
        column.name for column in dataset.columns[:1]
    ]  # rows are counted by one
    source = open_source(dataset, datasets, names)
    return count(divide(binding, dataset, source, training.fit).training)


def _steps(training: Training, rows: int) -> int:
    whole = -(-rows // training.fit.batch_size)
    return min(training.fit.steps_per_epoch or whole, whole)


def _unused(preparation: Preparation) -> list[str]:
    """Nodes of the trained model from which no way leads to an output with a loss."""
    training = preparation.document.training
    name = training.model if training is not None else "main"
    model = preparation.document.models.get(name)
    resolved: ResolvedModel | None = preparation.check.inferred.resolved.models.get(name)
    if training is None or model is None or resolved is None:
        return []
    needed = {name for name, output in training.outputs.items() if output.loss is not None}
    waiting = list(needed)
    while waiting:
        node = model.nodes.get(waiting.pop())
        for sources in node.inputs.values() if node is not None else ():
            for source in sources:
                reached = source.partition(".")[0]
                if reached not in needed:
                    needed.add(reached)
                    waiting.append(reached)
    return [node for node in sorted(model.nodes) if node not in needed]
