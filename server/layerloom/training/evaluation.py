"""A model's losses, metrics and outputs on given rows, in inference mode."""

from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np
import torch

from layerloom.document import Training
from layerloom.events import EpochEnded, Validation
from layerloom.training.batches import Batches, input_tensors
from layerloom.training.data import Arrays, Rows
from layerloom.training.devices import exact_device
from layerloom.training.history import keras_logs
from layerloom.training.lasting import refuse_other_batches
from layerloom.training.objective import Objective
from layerloom.training.recipe import recipe


def device_of(model: torch.nn.Module) -> torch.device:
    """Where the model's weights are."""
    return next(iter(model.parameters()), torch.zeros(())).device


def validate(
    objective: Objective,
    batches: Batches,
    batch_size: int,
    loss_weights: dict[str, float],
    is_stopped: Callable[[], bool] = lambda: False,
    steps: int | None = None,
) -> Validation | None:
    """Losses and metrics over all rows, or the first `steps` batches; None if it was stopped.

    Leaves the model in the mode it was in.
    """
    model = objective.model
    was_training = model.training
    kept = objective.begin_metrics(batches.device)
    total = torch.zeros(len(objective.trained) + 1, dtype=torch.float64, device=exact_device(batches.device))
    zero, rows = torch.zeros((), device=batches.device), 0
    model.eval()
    try:
        with torch.inference_mode():
            for batch in islice(batches.epoch(batch_size), steps):
                if is_stopped():
                    return None
                rows += batch.rows
                outputs, masks = objective.outputs(batch.inputs)
                losses = objective.losses(outputs, masks, batch.targets, batch.weights)
                penalty = objective.penalty()
                found = torch.stack([*losses, zero if penalty is None else penalty])
                total += found.to(total.device).double() * batch.rows
                objective.watch(kept, outputs, masks, batch.targets, batch.weights)
    finally:
        model.train(was_training)
    values = (total / rows).tolist()
    losses_by_output = dict(zip(objective.trained, values, strict=False))
    return Validation(
        loss=sum(loss_weights[name] * value for name, value in losses_by_output.items()) + values[-1],
        losses=losses_by_output,
        metrics=objective.results(kept),
    )


def evaluate(
    model: Any, data: Rows, training: Training, batch_size: int | None = None
) -> dict[str, float | None]:  # Any: a Module that is a TrainableModel
    """Losses and metrics on these rows under Keras' keys: `{"loss": …, "same_accuracy": …}`.

    Raises:
        ProblemError: where the training doesn't fit the model or the data.
    """
    chosen = recipe(training)
    objective = Objective(model, chosen)
    weights = {name: output.loss_weight for name, output in chosen.outputs.items()}
    batches = objective.batches(data, device_of(model))
    size = batch_size or chosen.fit.batch_size
    refuse_other_batches(model, batches.rows, size)
    seen = validate(objective, batches, size, weights)
    assert seen is not None  # nothing stops it
    return keras_logs(EpochEnded(epoch=1, loss=seen.loss, losses=seen.losses, metrics=seen.metrics))


def predict(
    model: Any, inputs: Arrays, batch_size: int = 32
) -> dict[str, np.ndarray[Any, Any]]:  # Any: a Module that is a TrainableModel
    """The outputs by name for arrays by input name. Raises `ProblemError` if an input is missing."""
    batches = Batches(input_tensors(model.input_names, inputs), device=device_of(model))
    refuse_other_batches(model, batches.rows, batch_size)
    was_training = model.training
    parts: list[tuple[torch.Tensor, ...]] = []
    model.eval()
    try:
        with torch.inference_mode():
            parts.extend(model.forward(*batch.inputs) for batch in batches.epoch(batch_size))
    finally:
        model.train(was_training)
    return {
        name: torch.cat([part[index] for part in parts]).cpu().numpy()
        for index, name in enumerate(model.output_names)
    }
