"""Events: the facts about a run, as the loop yields them, the journal keeps them and the page receives them.

The loop leaves `seq` at 0; the supervisor numbers an event before anyone sees it.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Literal

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

from layerloom.problems import Problem


def _none_where_not_finite(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value


Number = Annotated[float | None, BeforeValidator(_none_where_not_finite)]
"""A measured number; `null` where it is not finite (JSON has no NaN)."""

OptionalNumber = Annotated[
    float | None,
    BeforeValidator(_none_where_not_finite),
    Field(json_schema_extra={"x-absent-when-null": True}),
]
"""A number that is left out of the JSON where there is none."""


def now() -> str:
    """This moment as RFC 3339 in UTC: `2026-11-24T09:55:01.123Z`."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, protected_namespaces=())

    left_out_when_none: ClassVar[frozenset[str]] = frozenset()

    seq: int = Field(default=0, ge=0, description="Counts from 1 without gaps within a run.")
    time: str = Field(default_factory=now, description="RFC 3339 in UTC.")


class RunQueued(_Event):
    """The run waits for a free worker."""

    left_out_when_none = frozenset({"continues", "warm_start"})

    kind: Literal["run_queued"] = "run_queued"
    continues: str | None = Field(default=None, description="Id of the run that this one goes on from.")
    warm_start: str | None = Field(
        default=None, description="Id of the run whose weights this one begins with."
    )


class RunStarted(_Event):
    """The model is built and the first step is about to be taken."""

    kind: Literal["run_started"] = "run_started"
    outputs: list[str] = Field(description="Ids of the outputs that train, sorted.")
    epochs: int
    steps_per_epoch: int
    device: str = "cpu"
    weights: int = Field(default=0, description="How many numbers the model has learned or keeps.")
    seed: int = Field(default=0, description="The seed in use; drawn where none was given.")
    attempt: int = Field(default=1, ge=1, description="Counts from 1; more after an interruption.")
    loss_weights: dict[str, float] = Field(
        default_factory=dict,
        description="In force at the first step, by output; `training_changed` tells of others.",
    )
    epoch: int = Field(
        default=0, description="Epochs that were done before: 3 where it goes on from 3 epochs."
    )
    precision: str = "float32"


class StepEnded(_Event):
    """One batch was seen and the weights were updated once."""

    left_out_when_none = frozenset({"regularization", "problem"})

    kind: Literal["step_ended"] = "step_ended"
    epoch: int = Field(description="Counts from 1.")
    step: int = Field(description="Counts from 1 within the epoch.")
    loss: Number = Field(description="Sum of loss weight × loss over the outputs, plus regularization.")
    losses: dict[str, Number] = Field(description="Loss of each output, not weighted.")
    regularization: OptionalNumber = None
    problem: Problem | None = Field(default=None, description="Given where a loss was not finite.")


class Validation(BaseModel):
    """The same numbers on the validation rows, after the epoch, in inference mode."""

    model_config = ConfigDict(frozen=True)

    loss: Number
    losses: dict[str, Number]
    metrics: dict[str, dict[str, Number]] = Field(default_factory=dict)


class EpochEnded(_Event):
    """All training rows were seen once."""

    left_out_when_none = frozenset({"regularization"})

    kind: Literal["epoch_ended"] = "epoch_ended"
    epoch: int = Field(description="Counts from 1.")
    loss: Number = Field(description="Mean over the epoch's batches, weighted by their rows.")
    losses: dict[str, Number]
    metrics: dict[str, dict[str, Number]] = Field(
        default_factory=dict, description="By output, then by metric."
    )
    regularization: OptionalNumber = None
    validation: Validation | None = None
    seconds: float = 0.0
    samples_per_second: float = 0.0
    learning_rate: float = 0.0


class TrainingChanged(_Event):
    """Loss weights or the learning rate were changed while the run trained."""

    left_out_when_none = frozenset({"learning_rate"})

    kind: Literal["training_changed"] = "training_changed"
    loss_weights: dict[str, float] = Field(default_factory=dict, description="In force from the next step.")
    learning_rate: OptionalNumber = None


class Histogram(BaseModel):
    """`counts[i]` values lie between `edges[i]` and `edges[i + 1]`; of a very large layer, of a sample of them."""

    model_config = ConfigDict(frozen=True)

    edges: list[float]
    counts: list[int]


class LayerMeasured(BaseModel):
    """A layer's weights in one step; of a layer that training leaves alone, without gradients."""

    model_config = ConfigDict(frozen=True)

    weight_norm: Number = Field(
        description="Euclidean norm of all its weights that may learn, before the update."
    )
    gradient_norm: Number = Field(
        description="The same of their gradient, before clipping; null: it got none."
    )
    update_ratio: Number = Field(
        description="Norm of the change of its weights by their norm; null: no update."
    )
    weights: Histogram
    gradients: Histogram | None


class NodeMeasured(BaseModel):
    """What a node gave out in one step, over the whole batch."""

    model_config = ConfigDict(frozen=True)

    mean: Number
    deviation: Number
    dead_fraction: Number = Field(
        description="Share of its units (positions of the last axis) that were 0 in every place of the batch."
    )


class LayersMeasured(_Event):
    """How the layers stand at a step, every `fit.watch_every` steps."""

    kind: Literal["layers_measured"] = "layers_measured"
    epoch: int
    step: int
    layers: dict[str, LayerMeasured] = Field(
        description="By layer id; of a layer in a model layer, by path: `vision/dense`."
    )
    nodes: dict[str, NodeMeasured] = Field(description="By node id; in a model, by path: `vision/dense`.")


class CheckpointSaved(_Event):
    """Weights and state were written; the run can be resumed from here."""

    kind: Literal["checkpoint_saved"] = "checkpoint_saved"
    epoch: int
    name: str


class RunPaused(_Event):
    kind: Literal["run_paused"] = "run_paused"


class RunResumed(_Event):
    kind: Literal["run_resumed"] = "run_resumed"


class RunInterrupted(_Event):
    """The worker died; the run can be resumed from its last checkpoint."""

    kind: Literal["run_interrupted"] = "run_interrupted"
    problem: Problem


class RunStopped(_Event):
    """Someone stopped the run."""

    kind: Literal["run_stopped"] = "run_stopped"


class RunFinished(_Event):
    """All epochs are done, or a callback ended the run early."""

    left_out_when_none = frozenset({"ended_by"})

    kind: Literal["run_finished"] = "run_finished"
    seconds: float = 0.0
    ended_by: str | None = Field(
        default=None, description="The callback that ended it early, or `time_limit_seconds`."
    )


class RunFailed(_Event):
    kind: Literal["run_failed"] = "run_failed"
    problem: Problem


Event = Annotated[
    RunQueued
    | RunStarted
    | StepEnded
    | EpochEnded
    | TrainingChanged
    | LayersMeasured
    | CheckpointSaved
    | RunPaused
    | RunResumed
    | RunInterrupted
    | RunStopped
    | RunFinished
    | RunFailed,
    Field(discriminator="kind"),
]

TERMINAL = frozenset({"run_finished", "run_stopped", "run_failed"})
"""Kinds after which a run has no further event."""

_event: TypeAdapter[Event] = TypeAdapter(Event)
_events: TypeAdapter[list[Event]] = TypeAdapter(list[Event])


def step_ended(
    epoch: int,
    step: int,
    loss: float,
    losses: Mapping[str, float],
    regularization: float | None = None,
    problem: Problem | None = None,
) -> StepEnded:
    """A `StepEnded` without validation: one is made at every step. What is not finite becomes None."""
    clean: dict[str, float | None] = {
        name: value if math.isfinite(value) else None for name, value in losses.items()
    }
    return StepEnded.model_construct(
        seq=0,
        time=now(),
        kind="step_ended",
        epoch=epoch,
        step=step,
        loss=loss if math.isfinite(loss) else None,
        losses=clean,
        regularization=regularization if regularization is None or math.isfinite(regularization) else None,
        problem=problem,
    )


def plain(event: Event) -> dict[str, Any]:  # Any: what JSON holds
    """The event as JSON data, in the order of its fields, without those that say nothing."""
    if event.kind == "layers_measured":
        return event.model_dump(mode="json")  # the only one with models in models; rare
    left_out = event.left_out_when_none
    return {
        name: _plain_value(value)
        for name, value in event.__dict__.items()
        if value is not None or name not in left_out
    }


def _plain_value(value: Any) -> Any:  # Any: a field of any event
    if isinstance(value, Problem):
        return value.model_dump(mode="json", exclude_none=True)
    if isinstance(value, Validation):
        return dict(value.__dict__)
    return value


def to_json(event: Event) -> bytes:
    """One event as JSON; NaN and infinity become `null`."""
    return orjson.dumps(plain(event))


def from_json(data: bytes | str) -> Event:
    """The event of `to_json`. Raises pydantic's `ValidationError` if it isn't one."""
    return _event.validate_json(data)


def from_plain(data: Mapping[str, Any]) -> Event:  # Any: what JSON holds
    """The event of `plain`. Raises pydantic's `ValidationError` if it isn't one."""
    return _event.validate_python(data)


def many_from_json(data: bytes | str) -> list[Event]:
    """The events of a JSON array."""
    return _events.validate_json(data)
