"""What a run takes over when it goes on from the last state of another: everything that still fits. No torch.

So 3 epochs and 3 more are, bit for bit, the 6 of an undisturbed run of the same document.
"""

from collections.abc import Mapping
from typing import Any

from layerloom.document import Training
from layerloom.problems import Problem
from layerloom.training.optimizers.base import Optimizer
from layerloom.training.recipe import read

Record = Mapping[str, Any]
"""What `FitState.save` gives beside the tensors. Any: JSON."""

_CHANGEABLE = frozenset(
    {
        "learning_rate", "weight_decay", "clipnorm", "clipvalue", "global_clipnorm", "ema_momentum",
        "ema_overwrite_frequency", "loss_scale_factor", "epsilon", "beta_1", "beta_2", "name",
    }
)  # fmt: skip
"""Settings of an optimizer that say nothing about which buffers it keeps."""


def refuse_continuation(record: Record, training: Training) -> list[Problem]:
    """Why a training can't go on from this state; empty where it can."""
    done = int(record["epoch"])
    problems = []
    if training.fit.epochs <= done:
        problems.append(
            Problem(
                code="run.continue",
                message=f"That run has trained {done} epochs; `epochs`, the new total, is {training.fit.epochs}.",
                hint=f"Set `epochs` to more than {done}.",
                field="training.fit.epochs",
            )
        )
    old, new = read(_training_of(record))[0], read(training)[0]
    if _buffers(old.optimizer) != _buffers(new.optimizer):
        problems.append(
            Problem(
                code="run.continue",
                message=f"That run was trained by {old.optimizer.type_name}, whose buffers "
                f"{new.optimizer.type_name} with these settings can't go on with.",
                hint="Choose the same optimizer, or begin with the weights alone (a warm start).",
                field="training.optimizer",
            )
        )
    if old.trained != new.trained:
        problems.append(
            Problem(
                code="run.continue",
                message=f"That run has trained {_listed(old.trained)}; this document trains {_listed(new.trained)}.",
                hint="Give the same outputs a loss, or begin with the weights alone (a warm start).",
                field="training.outputs",
            )
        )
    return problems


def continued(record: Record, training: Training) -> dict[str, Any]:  # Any: JSON
    """The record of a first attempt that goes on: epochs, random numbers and, where they still fit, what callbacks
    remember, loss weights and a learning rate that were changed while it trained.

    Where other batches come (another batch size, other data), an epoch that was under way begins anew.
    """
    old = _training_of(record)
    changes: dict[str, Any] = {"attempt": 0, "seconds": 0.0, "ended": False, "ended_by": ""}
    if record.get("ended") or _plain(old.fit.callbacks) != _plain(training.fit.callbacks):
        changes |= {"memories": [{} for _ in training.fit.callbacks], "remembered": []}
    if _plain([old.optimizer]) != _plain([training.optimizer]):
        changes["learning_rate"] = None
    changes["loss_weights"] = {
        name: chosen.loss_weight
        if name not in old.outputs or old.outputs[name].loss_weight != chosen.loss_weight
        else record["loss_weights"].get(name, chosen.loss_weight)
        for name, chosen in training.outputs.items()
        if chosen.loss is not None
    }
    if _batches(old) != _batches(training):
        changes |= {"step": 0, "passed": 0, "rows": 0, "sums": [], "metrics": [], "epoch_seconds": 0.0}
    elif _metrics(old) != _metrics(training):
        changes |= {"step": 0, "rows": 0, "sums": [], "metrics": [], "epoch_seconds": 0.0}
    return {**record, **changes}


def _training_of(record: Record) -> Training:
    return Training.model_validate(record.get("training") or {})


def _buffers(optimizer: Optimizer) -> tuple[str, dict[str, Any]]:  # Any: JSON
    config = optimizer.model_dump(mode="json")
    return optimizer.type_name, {key: value for key, value in config.items() if key not in _CHANGEABLE}


def _batches(training: Training) -> tuple[object, ...]:
    """All on which it depends which rows lie in which batch."""
    fit = training.fit
    data = None if training.data is None else training.data.model_dump(mode="json")
    return data, fit.batch_size, fit.shuffle, fit.validation_split, fit.steps_per_epoch


def _metrics(training: Training) -> dict[str, object]:
    return {
        name: (_plain(output.metrics), _plain(output.weighted_metrics))
        for name, output in training.outputs.items()
    }


def _plain(choices: Any) -> list[Any]:  # Any: names and typed choices, as JSON
    return [choice.model_dump(mode="json") if hasattr(choice, "model_dump") else choice for choice in choices]


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "nothing"
