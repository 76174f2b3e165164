"""Callbacks that Keras' history does not show: saved weights, and a learning rate of its own for each epoch."""

import json
from typing import Any

import pytest
import torch

from layerloom.events import CheckpointSaved, EpochEnded, RunFinished, TrainingChanged
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


@pytest.mark.parametrize(
    ("config", "names"),
    [
        ({"filepath": "c-{epoch:02d}", "period": 2}, ["c-02", "c-04"]),
        ({"filepath": "last"}, ["last"] * 5),
        ({"filepath": "s", "save_freq": 7}, ["s"] * 3),
        ({"filepath": "{epoch}-{val_loss:.1f}-{nothing}", "period": 5}, ["5-{:.1f}-none"]),
    ],
)
def test_checkpoints_come_as_often_and_under_the_names_as_asked(
    config: dict[str, Any], names: list[str]
) -> None:
    asked: list[SaveWeights] = []
    chosen = training(epochs=5, callbacks=[{"type": "ModelCheckpoint", "config": config}])

    events = list(
        fit(SmallModel(), binary_data(37, validation=8), chosen, save=lambda each, state: asked.append(each))
    )

    epochs = [event for event in events if isinstance(event, EpochEnded)]
    assert epochs[-1].validation is not None
    assert [each.name for each in asked] == [name.format(epochs[-1].validation.loss) for name in names]
    assert all(each.whole for each in asked)
    assert [event.name for event in events if isinstance(event, CheckpointSaved)] == [
        each.name for each in asked
    ]


def test_a_checkpoint_knows_what_callbacks_behind_it_remember() -> None:
    early = {"type": "EarlyStopping", "config": {"monitor": "loss", "patience": 9}}
    chosen = training(epochs=1, callbacks=[{"type": "ModelCheckpoint"}, early])
    records: list[dict[str, Any]] = []

    for _ in fit(SmallModel(), binary_data(), chosen, save=lambda _, state: records.append(state.save()[1])):
        pass

    assert records[0]["memories"][1]["wait"] == 0
    assert records[0]["memories"][1]["best"] > 0


def test_a_limit_of_time_ends_the_fit_behind_a_step_and_says_so() -> None:
    for fit_section, name in (
        ({"time_limit_seconds": 1e-9}, "time_limit_seconds"),
        ({"callbacks": [{"type": "TimeLimit", "config": {"seconds": 1e-9}}]}, "TimeLimit"),
    ):
        events = list(fit(SmallModel(), binary_data(), training(**fit_section)))

        assert [event.kind for event in events] == ["run_started", "step_ended", "run_finished"]
        assert isinstance(events[-1], RunFinished)
        assert events[-1].ended_by == name


def test_a_loss_that_is_no_number_ends_the_fit_and_says_so() -> None:
    model = SmallModel()
    model.broken = True

    events = list(fit(model, binary_data(), training(callbacks=[{"type": "TerminateOnNaN"}])))

    assert [event.kind for event in events] == ["run_started", "step_ended", "run_finished"]
    assert isinstance(events[-1], RunFinished)
    assert events[-1].ended_by == "TerminateOnNaN"


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
