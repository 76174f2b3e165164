"""Callbacks that Keras' history does not show: saved weights, and a learning rate of its own for each epoch."""

import json

import torch

from layerloom.events import CheckpointSaved, EpochEnded, TrainingChanged
from layerloom.training.callbacks.base import SaveWeights
from layerloom.training.loop import fit
from layerloom.training.state import FitState
from training.small_models import SmallModel, binary_data, training


def test_a_checkpoint_is_saved_after_each_epoch_under_its_name() -> None:
    saved: list[tuple[str, int]] = []

    def save(asked: SaveWeights, state: FitState) -> None:
        saved.append((asked.name, state.epoch))

    chosen = training(callbacks=[{"type": "ModelCheckpoint", "config": {"filepath": "epoch-{epoch}"}}])
    events = list(fit(SmallModel(), binary_data(), chosen, save=save))

    assert saved == [("epoch-1", 1), ("epoch-2", 2), ("epoch-3", 3)]
    told = [(event.name, event.epoch) for event in events if isinstance(event, CheckpointSaved)]
    assert told == saved


def test_only_the_best_epochs_are_saved_if_so_asked() -> None:
    names: list[str] = []
    config = {"filepath": "best", "monitor": "val_loss", "save_best_only": True}
    chosen = training(
        epochs=12,
        optimizer={"type": "Adam", "config": {"learning_rate": 0.05}},
        callbacks=[{"type": "ModelCheckpoint", "config": config}],
    )

    events = list(
        fit(
            SmallModel(),
            binary_data(24, validation=16),
            chosen,
            save=lambda asked, state: names.append(asked.name),
        )
    )

    found = [event.validation.loss for event in events if isinstance(event, EpochEnded) and event.validation]
    best = [
        loss for index, loss in enumerate(found) if loss is not None and loss < min(found[:index], default=9)
    ]  # type: ignore[type-var]
    assert len(names) == len(best)


def test_each_epoch_takes_its_learning_rate_from_the_schedule() -> None:
    values = {"boundaries": [0, 1], "values": [0.5, 0.25, 0.125]}
    schedule = {"type": "PiecewiseConstantDecay", "config": values}
    chosen = training(callbacks=[{"type": "LearningRateScheduler", "config": {"schedule": schedule}}])

    events = list(fit(SmallModel(), binary_data(), chosen))

    assert [event.learning_rate for event in events if isinstance(event, EpochEnded)] == [0.5, 0.25, 0.125]
    assert [event.learning_rate for event in events if isinstance(event, TrainingChanged)] == [
        0.5,
        0.25,
        0.125,
    ]


def test_the_state_of_a_fit_is_plain_json_and_tensors() -> None:
    state = FitState()
    config = {"monitor": "loss", "restore_best_weights": True}
    for _ in fit(
        SmallModel(),
        binary_data(),
        training(callbacks=[{"type": "EarlyStopping", "config": config}]),
        state=state,
    ):
        pass

    tensors, record = state.save()

    assert json.loads(json.dumps(record)) == record
    assert all(isinstance(tensor, torch.Tensor) and tensor.is_contiguous() for tensor in tensors.values())
    assert record["remembered"] == [0]
    assert "remembered/0/trunk.weight" in tensors
