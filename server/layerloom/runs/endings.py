"""Why a run came to rest, in the words of the person who started it."""

import signal

from layerloom.problems import Problem
from layerloom.runs.executors.base import Status

SERVER_STOPPED = Problem(
    code="server.stopped",
    message="The server was stopped while this run trained.",
    hint="It goes on from its last checkpoint when the server is started again.",
)
SERVER_DIED = Problem(
    code="server.died",
    message="The server ended without notice while this run trained.",
    hint="It goes on from its last checkpoint.",
)
HUNG = Problem(
    code="run.hung",
    message="The training process stopped answering and was ended.",
    hint="It goes on from its last checkpoint.",
)


def died(status: Status) -> Problem:
    """What the end of a worker's process means."""
    peak = f" It had taken {status.peak_kilobytes // 1024} MiB." if status.peak_kilobytes else ""
    if status.out_of_memory:
        return Problem(
            code="run.out_of_memory",
            message=f"The machine ran out of memory, and the system ended the training process.{peak}",
            hint="Use a smaller batch size or smaller layers, or train fewer runs at one time.",
        )
    if status.code < 0:
        return Problem(
            code="run.killed",
            message=f"The training process was ended by signal {_signal_name(-status.code)}.{peak}",
            hint="It goes on from its last checkpoint; if this comes again, look at the run's log.",
        )
    return Problem(
        code="run.died",
        message=f"The training process ended by itself with exit code {status.code}.",
        hint="It goes on from its last checkpoint; if this comes again, look at the run's log.",
    )


def gave_up(problem: Problem, deaths: int) -> Problem:
    return problem.model_copy(
        update={
            "message": f"{problem.message} This came {deaths} times without a new checkpoint.",
            "hint": "Press Resume to try again from the last checkpoint.",
        }
    )


def _signal_name(number: int) -> str:
    try:
        return f"{number} ({signal.Signals(number).name})"
    except ValueError:
        return str(number)
