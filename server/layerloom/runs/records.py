"""A run as the API shows it, and what each event changes in it."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from layerloom.events import EpochEnded
from layerloom.problems import Problem
from layerloom.runs.states import BY_EVENT, ENDED, State
from layerloom.store.runs import RunRow
from layerloom.training.history import keras_logs


class Progress(BaseModel):
    """`step` of `steps` within the present epoch."""

    model_config = ConfigDict(frozen=True)

    epoch: int = Field(default=0, description="The present epoch, counted from 1; 0 before the first.")
    epochs: int = 0
    step: int = Field(default=0, description="The last step within the epoch, counted from 1.")
    steps: int = Field(default=0, description="Steps in an epoch; 0 until the run has started.")


class RunRecord(BaseModel):
    """One run."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str = Field(description="The document's name.")
    state: State
    project: str | None
    outputs: list[str] = Field(description="Ids of the outputs that train, sorted.")
    progress: Progress
    device: str | None
    created: str
    started: str | None
    ended: str | None
    problem: Problem | None = Field(description="Why it failed or was interrupted.")
    last_seq: int = Field(description="`seq` of its last event.")
    latest: dict[str, float | None] = Field(description="The latest loss of each output.")
    loss: float | None = Field(description="The latest total loss.")
    attempt: int = Field(default=0, description="How many processes have trained it.")


class RunHistory(BaseModel):
    """Keras' `History`: a list for each key, one entry an epoch."""

    model_config = ConfigDict(frozen=True)

    epoch: list[int]
    history: dict[str, list[float | None]]


def run_record(row: RunRow) -> RunRecord:
    return RunRecord(
        id=row.id,
        name=row.name,
        state=State(row.state),
        project=row.project,
        outputs=list(row.outputs),
        progress=Progress(epoch=row.epoch, epochs=row.epochs, step=row.step, steps=row.steps),
        device=row.device,
        created=row.created,
        started=row.started,
        ended=row.ended,
        problem=None if row.problem is None else Problem.model_validate(row.problem),
        last_seq=row.last_seq,
        latest=row.latest,
        loss=row.loss,
        attempt=row.attempt,
    )


def run_history(bodies: Sequence[str]) -> RunHistory:
    """From the bodies of `epoch_ended` events; of an epoch that was trained twice, the later counts."""
    epochs = {event.epoch: event for event in (EpochEnded.model_validate_json(body) for body in bodies)}
    numbers = sorted(epochs)
    logs = [keras_logs(epochs[number]) for number in numbers]
    keys = dict.fromkeys(key for entry in logs for key in entry)
    return RunHistory(epoch=numbers, history={key: [entry.get(key) for entry in logs] for key in keys})


def changes(batch: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Columns of the run's row after these events, oldest first. Any: the events' JSON, a row's columns."""
    values: dict[str, Any] = {}
    for event in batch:
        kind = event["kind"]
        if kind == "step_ended":
            values |= {
                "epoch": event["epoch"],
                "step": event["step"],
                "loss": event["loss"],
                "latest": event["losses"],
            }
            continue
        if kind in BY_EVENT:
            values["state"] = BY_EVENT[kind].value
        if kind == "run_started":
            values |= {
                "epochs": event["epochs"],
                "steps": event["steps_per_epoch"],
                "device": event["device"],
                "started": event["time"],
                "problem": None,
            }
        elif kind == "epoch_ended":
            values |= {"epoch": event["epoch"], "loss": event["loss"], "latest": event["losses"]}
        elif kind in ("run_failed", "run_interrupted"):
            values["problem"] = event["problem"]
        if kind in BY_EVENT and BY_EVENT[kind] in ENDED:
            values["ended"] = event["time"]
    return values
