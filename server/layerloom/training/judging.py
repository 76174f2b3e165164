"""Every prediction beside its target, with the loss of each sample: what reports are made from."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from layerloom.document import Training
from layerloom.training.data import Rows
from layerloom.training.evaluation import device_of
from layerloom.training.lasting import refuse_other_batches
from layerloom.training.losses.base import Loss, fitted
from layerloom.training.objective import Objective
from layerloom.training.recipe import recipe

Array = np.ndarray[Any, Any]  # Any: the dtype differs


@dataclass(frozen=True, slots=True)
class Outcome:
    """One output; axis 0 is the sample. `losses`: (rows,), the mean over what a mask lets count; not weighted."""

    loss: Loss
    predicted: Array
    target: Array
    losses: Array
    mask: Array | None


def judge(model: Any, data: Rows, training: Training) -> dict[str, Outcome]:  # Any: a Module
    """Outputs that have a loss, by name, in inference mode.

    Raises:
        ProblemError: where the training doesn't fit the model or the data.
    """
    chosen = recipe(training)
    objective = Objective(model, chosen)
    batches = objective.batches(data, device_of(model))
    refuse_other_batches(model, batches.rows, chosen.fit.batch_size)
    was_training = model.training
    parts: dict[str, list[tuple[torch.Tensor | None, ...]]] = {name: [] for name in objective.trained}
    model.eval()
    try:
        with torch.inference_mode():
            for batch in batches.epoch(chosen.fit.batch_size):
                outputs, masks = objective.outputs(batch.inputs)
                for item, target in zip(objective.watched, batch.targets, strict=True):
                    if item.loss is None:
                        continue
                    output = outputs[item.position]
                    mask = None if masks is None else masks[item.position]
                    losses = _of_samples(item.loss, target, output, mask)
                    kept = (output, target, losses, mask)
                    parts[item.name].append(tuple(None if each is None else each.cpu() for each in kept))
    finally:
        model.train(was_training)
    losses_by_name = {item.name: item.loss for item in objective.watched if item.loss is not None}
    found: dict[str, Outcome] = {}
    for name, pieces in parts.items():
        whole = [_joined([piece[place] for piece in pieces]) for place in range(4)]
        predicted, wanted, judged, counts = whole
        assert predicted is not None
        assert wanted is not None
        assert judged is not None
        found[name] = Outcome(losses_by_name[name], predicted, wanted, judged, counts)
    return found


def _of_samples(
    loss: Loss, target: torch.Tensor, output: torch.Tensor, mask: torch.Tensor | None
) -> torch.Tensor:
    """(rows,): the mean over all axes but the first, of what counts."""
    values = loss.values(target, output)
    if values.dim() == 0:  # a loss of the batch as a whole: each row has it
        values = values.expand(len(output))
    valid = loss.valid(target, values) if loss.masks_itself else None
    if mask is not None:
        mask = fitted(mask, values).bool()
        valid = mask if valid is None else mask & valid
    rows = len(values)
    if valid is None:
        return values.reshape(rows, -1).mean(1)
    counts = valid.expand_as(values).reshape(rows, -1).to(values.dtype)
    total = torch.where(counts > 0, values.reshape(rows, -1), 0).sum(1)
    return total / counts.sum(1).clamp(min=1)


def _joined(pieces: list[torch.Tensor | None]) -> Array | None:
    tensors = [piece for piece in pieces if piece is not None]
    return torch.cat(tensors).numpy() if tensors else None
