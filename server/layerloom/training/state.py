"""Where a fit stands: everything that a resumed fit needs to go on bit for bit as if nothing had happened."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from layerloom.problems import Problem, ProblemError
from layerloom.training.callbacks.base import Memory
from layerloom.training.devices import exact_device
from layerloom.training.flat import FlatOptimizer
from layerloom.training.metrics.base import Kept

_VERSION = 1


class FitState:
    """A fresh one starts a fit; one from `load` goes on where `save` was called.

    `save` may be called while the fit that it was given to is suspended at any event.
    """

    def __init__(self) -> None:
        self.epoch = 0
        """Finished epochs."""
        self.step = 0
        """Finished steps of the epoch that is under way."""
        self.passed = 0
        """Steps of earlier epochs in this pass over the rows; 0 unless `steps_per_epoch` divides it."""
        self.seed = 0
        self.attempt = 1
        self.threads: int | None = None
        """Threads that the steps are worth; None until the first step was counted."""
        self.seconds = 0.0
        """Time spent on finished steps and epochs."""
        self.epoch_seconds = 0.0
        self.rows = 0
        """Rows seen in this epoch."""
        self.sums: list[float] = []
        """Loss of each trained output, then regularization, times rows, over this epoch."""
        self.loss_weights: dict[str, float] = {}
        self.learning_rate: float | None = None
        """Overrules the optimizer's; set by someone while the run trains, or by a callback."""
        self.ended = False
        """A callback has ended the fit."""
        self.ended_by = ""
        """Type of that callback, or `time_limit_seconds`."""
        self.training: dict[str, Any] = {}  # Any: JSON
        """The training section of the document, for a run that goes on from here."""
        self.not_finite: str | None = None
        """Node that was named when the loss was first not finite."""
        self.memories: list[Memory] = []
        self.metrics: list[dict[str, Kept]] = []
        self.remembered: dict[int, dict[str, Tensor]] = {}
        """Weights that a callback wants to have back, by its number."""
        self.order: Tensor | None = None
        """State of the shuffling generator before this pass over the rows drew its order; None between passes."""
        self.model: Any = None  # a Module, once a fit has begun
        self.optimizer: FlatOptimizer | None = None
        self.generator = torch.Generator()
        self._loaded: tuple[Mapping[str, Tensor], Mapping[str, Any]] | None = None

    @property
    def is_fresh(self) -> bool:
        return self._loaded is None

    @classmethod
    def load(cls, tensors: Mapping[str, Tensor], record: Mapping[str, Any]) -> "FitState":
        """What `save` gave, ready to be handed to `fit` with the same model, data and training."""
        if record.get("version") != _VERSION:
            raise ValueError(f"state of version {record.get('version')!r}; expected {_VERSION}")
        state = cls()
        known = {"passed": 0, "ended_by": "", "training": {}, **record}  # what older states lack
        for name in _PLAIN:
            setattr(state, name, known[name])
        state.attempt = record["attempt"] + 1
        state._loaded = (tensors, record)
        return state

    def save(self) -> tuple[dict[str, Tensor], dict[str, Any]]:  # Any: JSON
        """Tensors (copies, in main memory) and a record that JSON can hold."""
        if self.optimizer is None:
            raise RuntimeError("a fit has to begin before its state can be saved")
        slots, learning = self.optimizer.save()
        tensors = {f"model/{name}": value for name, value in self.model.state_dict().items()}
        tensors |= {f"optimizer/{name}": value for name, value in slots.items()}
        tensors["random/cpu"] = torch.get_rng_state()
        if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
            tensors["random/cuda"] = torch.cuda.get_rng_state()
        tensors["random/order"] = self.generator.get_state() if self.order is None else self.order
        for number, weights in self.remembered.items():
            tensors |= {f"remembered/{number}/{name}": value for name, value in weights.items()}
        numbers = []
        for output, kept in enumerate(self.metrics):
            numbers.append({name: _numbers(values) for name, values in kept.items()})
            for name, values in kept.items():
                tensors |= {
                    f"metrics/{output}/{name}/{key}": value
                    for key, value in values.items()
                    if isinstance(value, Tensor)
                }
        record = {name: getattr(self, name) for name in _PLAIN}
        record |= {
            "version": _VERSION,
            "steps": self.optimizer.steps,
            "learning": learning,
            "metrics": numbers,
            "memories": [dict(memory) for memory in self.memories],
            "remembered": sorted(self.remembered),
            "sums": list(self.sums),
            "loss_weights": dict(self.loss_weights),
        }
        copies = {name: value.detach().to("cpu", copy=True).contiguous() for name, value in tensors.items()}
        return copies, record

    def bind(self, model: Any, optimizer: FlatOptimizer) -> None:  # Any: a Module
        """Takes the model and the optimizer of the fit that begins, and puts loaded values into them."""
        self.model, self.optimizer = model, optimizer
        if self._loaded is None:
            return
        tensors, record = self._loaded
        try:
            model.load_state_dict(_below("model/", tensors))
            optimizer.load(_below("optimizer/", tensors), record["learning"], record["steps"])
        except (KeyError, RuntimeError) as error:
            raise ProblemError(_misfit(error)) from error
        for number in record["remembered"]:
            self.remembered[number] = _below(f"remembered/{number}/", tensors)
        self.order = tensors.get("random/order")
        device = exact_device(next(iter(model.parameters()), torch.zeros(())).device)
        self.metrics = [
            {
                name: {
                    **numbers,
                    **{
                        key: value.to(device, copy=True)
                        for key, value in _below(f"metrics/{output}/{name}/", tensors).items()
                    },
                }
                for name, numbers in kept.items()
            }
            for output, kept in enumerate(record["metrics"])
        ]

    def restore_random(self) -> None:
        """Puts the generators of random numbers where they were when the state was saved."""
        if self._loaded is None:
            return
        tensors, _ = self._loaded
        torch.set_rng_state(tensors["random/cpu"])
        if "random/cuda" in tensors and torch.cuda.is_available():
            torch.cuda.set_rng_state(tensors["random/cuda"])


_PLAIN = (
    "epoch", "step", "passed", "seed", "attempt", "threads", "seconds", "epoch_seconds", "rows", "sums", "loss_weights",
    "learning_rate", "ended", "ended_by", "training", "not_finite", "memories",
)  # fmt: skip


def _misfit(error: Exception) -> Problem:
    return Problem(
        code="run.continue",
        message=f"The state that is to be gone on from does not fit this model: {str(error).splitlines()[0][:200]}.",
        hint="Layers must be frozen or not as they were. Else begin with the weights alone (a warm start).",
    )


def _numbers(values: Mapping[str, Any]) -> dict[str, float]:  # Any: tensors and numbers
    return {key: value for key, value in values.items() if not isinstance(value, Tensor)}


def _below(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)}
