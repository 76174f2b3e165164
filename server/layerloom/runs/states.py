"""The states of a run and what each allows."""

from collections.abc import Mapping
from enum import StrEnum

from layerloom.problems import Problem, ProblemError


class State(StrEnum):
    """queued → starting → training ⇄ paused → finished | stopped | failed; interrupted: its process died."""

    QUEUED = "queued"
    STARTING = "starting"
    TRAINING = "training"
    PAUSED = "paused"
    INTERRUPTED = "interrupted"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"


ENDED = frozenset({State.FINISHED, State.STOPPED, State.FAILED})

BY_EVENT: Mapping[str, State] = {
    "run_queued": State.QUEUED,
    "run_started": State.TRAINING,
    "run_paused": State.PAUSED,
    "run_resumed": State.TRAINING,
    "run_interrupted": State.INTERRUPTED,
    "run_finished": State.FINISHED,
    "run_stopped": State.STOPPED,
    "run_failed": State.FAILED,
}
"""The state that an event leads to; other events leave it as it is."""

_ALLOWED: Mapping[str, frozenset[State]] = {
    "pause": frozenset({State.QUEUED, State.STARTING, State.TRAINING, State.PAUSED}),
    "resume": frozenset(State) - ENDED,
    "stop": frozenset(State),
    "change": frozenset({State.QUEUED, State.STARTING, State.TRAINING, State.PAUSED}),
}


def require(action: str, state: str) -> None:
    """Whether a person may do this now.

    Raises:
        ProblemError: `run.state`.
    """
    if State(state) not in _ALLOWED[action]:
        raise ProblemError(refusal(action, state))


def refusal(action: str, state: str) -> Problem:
    """Why a run in this state can't be told this."""
    allowed = ", ".join(sorted(_ALLOWED[action]))
    verb = {"change": "change the training of"}.get(action, action)
    return Problem(
        code="run.state",
        message=f"The run is {state}; you can only {verb} a run that is {allowed}.",
        hint="Start a new run of the same document." if State(state) in ENDED else "Wait until it trains.",
    )
