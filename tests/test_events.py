"""Events as JSON: always valid, always the same union."""

import json

import pytest
from pydantic import TypeAdapter, ValidationError

from layerloom import events
from layerloom.events import (
    TERMINAL,
    CheckpointSaved,
    EpochEnded,
    Event,
    Histogram,
    LayerMeasured,
    LayersMeasured,
    NodeMeasured,
    RunFailed,
    RunFinished,
    RunInterrupted,
    RunPaused,
    RunQueued,
    RunResumed,
    RunStarted,
    RunStopped,
    StepEnded,
    TrainingChanged,
    Validation,
    step_ended,
)
from layerloom.problems import Problem

PROBLEM = Problem(code="training.not_finite", message="The loss is not finite.", node="decide")

ONE_OF_EACH = [
    RunQueued(),
    RunStarted(outputs=["a", "b"], epochs=3, steps_per_epoch=7, weights=12, seed=5),
    step_ended(1, 2, 1.5, {"a": 1.0, "b": 2.5}, regularization=0.25),
    EpochEnded(
        epoch=1,
        loss=0.5,
        losses={"a": 0.5},
        metrics={"a": {"accuracy": 0.75}},
        validation=Validation(loss=0.25, losses={"a": 0.25}),
    ),
    EpochEnded(epoch=2, loss=0.5, losses={"a": 0.5}),
    TrainingChanged(loss_weights={"a": 0.5}, learning_rate=0.1),
    LayersMeasured(
        epoch=1,
        step=2,
        layers={
            "a": LayerMeasured(
                weight_norm=1.5,
                gradient_norm=None,
                update_ratio=None,
                weights=Histogram(edges=[0.0, 1.0], counts=[3]),
                gradients=None,
            )
        },
        nodes={"a": NodeMeasured(mean=0.5, deviation=0.25, dead_fraction=0.0)},
    ),
    CheckpointSaved(epoch=1, name="weights.safetensors"),
    RunPaused(),
    RunResumed(),
    RunInterrupted(problem=PROBLEM),
    RunStopped(),
    RunFinished(seconds=1.5),
    RunFailed(problem=PROBLEM),
]


@pytest.mark.parametrize("event", ONE_OF_EACH, ids=lambda event: str(event.kind))
def test_an_event_survives_json(event: Event) -> None:
    data = events.to_json(event)

    assert events.from_json(data) == event
    assert events.from_plain(json.loads(data)) == event


def test_every_kind_is_tried_here() -> None:
    schema = TypeAdapter(Event).json_schema()

    assert {event.kind for event in ONE_OF_EACH} == set(schema["discriminator"]["mapping"])


def test_terminal_kinds_are_kinds() -> None:
    assert {event.kind for event in ONE_OF_EACH} >= TERMINAL


def test_a_number_that_is_not_finite_is_null_and_names_its_problem() -> None:
    event = step_ended(1, 1, float("nan"), {"a": float("inf"), "b": 1.0}, problem=PROBLEM)

    data = json.loads(events.to_json(event))

    assert data["loss"] is None
    assert data["losses"] == {"a": None, "b": 1.0}
    assert data["problem"] == {
        "code": "training.not_finite",
        "severity": "error",
        "message": "The loss is not finite.",
        "hint": "",
        "node": "decide",
    }
    assert "regularization" not in data


def test_numbers_that_are_not_finite_never_reach_json_in_an_epoch() -> None:
    event = EpochEnded(
        epoch=1,
        loss=float("nan"),
        losses={"a": float("inf")},
        metrics={"a": {"mse": float("nan")}},
        validation=Validation(loss=float("nan"), losses={"a": 1.0}),
    )

    data = json.loads(events.to_json(event))

    assert (data["loss"], data["losses"], data["validation"]["loss"]) == (None, {"a": None}, None)
    assert data["metrics"] == {"a": {"mse": None}}


def test_an_epoch_without_validation_says_so() -> None:
    assert json.loads(events.to_json(EpochEnded(epoch=1, loss=0.5, losses={})))["validation"] is None


def test_the_schema_of_an_event_names_its_fields() -> None:
    schema = TypeAdapter(Event).json_schema(mode="serialization")

    assert {"seq", "kind", "epoch", "step", "loss", "losses"} <= set(
        schema["$defs"]["StepEnded"]["properties"]
    )


def test_the_cheap_constructor_gives_an_ordinary_event() -> None:
    cheap = step_ended(1, 2, 1.5, {"a": 1.5})

    assert cheap == StepEnded(time=cheap.time, epoch=1, step=2, loss=1.5, losses={"a": 1.5})


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValidationError):
        events.from_plain({"kind": "epoch_started", "seq": 1})


def test_an_array_of_events_is_read() -> None:
    data = b"[" + b",".join(events.to_json(event) for event in ONE_OF_EACH) + b"]"

    assert events.many_from_json(data) == ONE_OF_EACH
