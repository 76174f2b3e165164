"""Fits that go on from where another ended, in one process: what is taken over, and what begins anew."""

from typing import Any

import pytest

from layerloom.document import Training
from layerloom.events import EpochEnded, Event, RunFinished, RunStarted, StepEnded
from layerloom.training.continuing import continued, refuse_continuation
from layerloom.training.control import Control
from layerloom.training.loop import fit
from layerloom.training.state import FitState
from training.small_models import SmallModel, binary_data, training
from training.test_gallery import shown

PLATEAU = {"type": "ReduceLROnPlateau", "config": {"monitor": "loss", "patience": 1, "min_delta": 10.0}}
Saved = tuple[dict[str, Any], dict[str, Any]]


def trained(chosen: Training, state: FitState | None = None, **model: Any) -> tuple[list[Event], Saved]:
    saved: list[Saved] = []
    events = list(
        fit(
            SmallModel(dropout=0.3, **model),
            binary_data(37, validation=16),
            chosen,
            state=state,
            ending=lambda state: saved.append(state.save()),
        )
    )
    return events, saved[0]


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"callbacks": [PLATEAU]},
        {"steps_per_epoch": 2},
        {"shuffle": False},
        {"validation_freq": 2},
    ],
    ids=str,
)
@pytest.mark.parametrize("optimizer", [None, {"type": "Adam", "config": {"use_ema": True}}], ids=str)
def test_three_epochs_and_three_more_are_six(more: dict[str, Any], optimizer: dict[str, Any] | None) -> None:
    whole, _ = trained(training(epochs=6, optimizer=optimizer, **more))
    first, (tensors, record) = trained(training(epochs=3, optimizer=optimizer, **more))
    longer = training(epochs=6, optimizer=optimizer, **more)

    assert refuse_continuation(record, longer) == []
    rest, _ = trained(longer, FitState.load(tensors, continued(record, longer)))

    steps = [event for event in (*first, *rest) if isinstance(event, StepEnded)]
    epochs = [event for event in (*first, *rest) if isinstance(event, EpochEnded)]
    assert [*shown(steps), *shown(epochs)] == shown(whole)
    started = rest[0]
    assert isinstance(started, RunStarted)
    assert (started.epoch, started.attempt, started.seed) == (3, 1, 7)


def test_a_run_that_was_stopped_within_an_epoch_goes_on_within_it() -> None:
    whole, _ = trained(training(epochs=3))
    control, saved, first = Control(), [], []
    for event in fit(
        SmallModel(dropout=0.3),
        binary_data(37, validation=16),
        training(epochs=3),
        control,
        ending=lambda state: saved.append(state.save()),
    ):
        first.append(event)
        if isinstance(event, StepEnded) and (event.epoch, event.step) == (2, 2):
            control.stop()
    tensors, record = saved[0]

    rest, _ = trained(training(epochs=3), FitState.load(tensors, continued(record, training(epochs=3))))

    assert shown([event for event in (*first, *rest) if isinstance(event, StepEnded)]) == shown(
        [event for event in whole if isinstance(event, StepEnded)]
    )
    assert shown([event for event in rest if isinstance(event, EpochEnded)])[-1] == shown(whole)[-1]


def test_an_end_by_a_callback_does_not_last() -> None:
    early = {"type": "EarlyStopping", "config": {"monitor": "loss", "min_delta": 10.0}}
    first, (tensors, record) = trained(training(epochs=9, callbacks=[early]))
    assert isinstance(first[-1], RunFinished)
    assert first[-1].ended_by == "EarlyStopping"
    longer = training(epochs=record["epoch"] + 2, callbacks=[])

    rest, _ = trained(longer, FitState.load(tensors, continued(record, longer)))

    assert sum(isinstance(event, EpochEnded) for event in rest) == 2
    assert isinstance(rest[-1], RunFinished)
    assert rest[-1].ended_by is None


def test_with_another_batch_size_the_next_epoch_begins_anew() -> None:
    _, (tensors, record) = trained(training(epochs=1, steps_per_epoch=2))
    other = training(epochs=2, batch_size=4)

    rest, _ = trained(other, FitState.load(tensors, continued(record, other)))

    assert sum(isinstance(event, StepEnded) for event in rest) == 10


def test_a_learning_rate_of_before_stays_unless_the_optimizer_is_told_another() -> None:
    slow = {"type": "RMSprop", "config": {"learning_rate": 0.125}}
    _, (tensors, record) = trained(training(epochs=4, callbacks=[PLATEAU]))
    reduced = record["learning_rate"]
    same, other = training(epochs=5), training(epochs=5, optimizer=slow)

    kept, _ = trained(same, FitState.load(tensors, continued(record, same)))
    new, _ = trained(other, FitState.load(tensors, continued(record, other)))

    rates = [event.learning_rate for event in (*kept, *new) if isinstance(event, EpochEnded)]
    assert reduced < 0.001
    assert rates == [reduced, 0.125]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (training(epochs=3), "has trained 3 epochs"),
        (training(epochs=6, optimizer={"type": "Adam"}), "RMSprop"),
        (training(epochs=6, optimizer={"type": "RMSprop", "config": {"momentum": 0.9}}), "RMSprop"),
        (training(outputs={"other": {"loss": "mse"}}, epochs=6), "`other`"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(other: Training, said: str) -> None:
    _, (_, record) = trained(training(epochs=3))

    problems = refuse_continuation(record, other)

    assert [problem.code for problem in problems] == ["run.continue"]
    assert said in problems[0].message
    assert problems[0].hint


def test_initial_epoch_counts_as_done() -> None:
    events, _ = trained(training(epochs=5, initial_epoch=3))

    assert [event.epoch for event in events if isinstance(event, EpochEnded)] == [4, 5]
