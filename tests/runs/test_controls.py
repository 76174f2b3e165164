"""Whatever people press, in whatever order, a run's journal stays lawful."""

import asyncio
import contextlib
import os
import random
import signal
from itertools import pairwise
from pathlib import Path

from layerloom.problems import ProblemError
from layerloom.runs.forking import ForkServer
from layerloom.runs.states import BY_EVENT, State
from layerloom.runs.supervisor import Supervisor
from runs.builder import TERMINAL, Event, Server, digits, scenario, watch

FOLLOWS = {
    None: {State.QUEUED},
    State.QUEUED: {State.TRAINING, State.STOPPED, State.FAILED, State.INTERRUPTED},
    State.TRAINING: {State.PAUSED, State.FINISHED, State.STOPPED, State.FAILED, State.INTERRUPTED},
    State.PAUSED: {State.TRAINING, State.STOPPED, State.INTERRUPTED, State.FAILED},
    State.INTERRUPTED: {State.TRAINING, State.STOPPED, State.INTERRUPTED, State.FAILED},
}


async def _press(supervisor: Supervisor, run_id: str, chosen: random.Random) -> None:
    action = chosen.choice(["pause", "pause", "resume", "resume", "change", "kill", "look", "stop"])
    with contextlib.suppress(ProblemError, ProcessLookupError):
        match action:
            case "pause":
                await supervisor.pause(run_id)
            case "resume":
                await supervisor.resume(run_id)
            case "change":
                await supervisor.change_training(run_id, {"digit": chosen.random()})
            case "kill":
                worker = supervisor._store.runs.get(run_id).worker
                if worker is not None:
                    os.kill(int(worker.split(":")[1]), signal.SIGKILL)
            case "stop":
                if chosen.random() < 0.1:
                    await supervisor.stop(run_id)
            case _:
                await supervisor.get(run_id)
    await asyncio.sleep(chosen.random() / 20)


def _check(events: list[Event]) -> None:
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    states = [BY_EVENT[event["kind"]] for event in events if event["kind"] in BY_EVENT]
    for before, after in pairwise([None, *states]):
        assert after in FOLLOWS[before] or (before, after) == (State.TRAINING, State.TRAINING), (
            before,
            after,
        )
    assert [event["kind"] for event in events if event["kind"] in TERMINAL] == [events[-1]["kind"]]
    places = [(event["epoch"], event["step"]) for event in events if event["kind"] == "step_ended"]
    if not any(event["kind"] == "training_changed" for event in events):
        assert places == sorted(set(places))


@scenario
async def test_random_controls_and_kills_leave_a_lawful_journal(folder: Path, forks: ForkServer) -> None:
    chosen = random.Random(20261124)
    async with Server(folder, forks, concurrent_runs=2) as supervisor:
        runs = [await supervisor.submit(digits(epochs=20, name=f"Run {number}")) for number in range(3)]
        watching = [asyncio.create_task(watch(supervisor, run.id)) for run in runs]

        async def press_on(run_id: str) -> None:
            for _ in range(25):
                await _press(supervisor, run_id, chosen)
            while not (record := await supervisor.get(run_id)).ended:
                with contextlib.suppress(ProblemError):
                    if record.state in (State.PAUSED, State.INTERRUPTED):
                        await supervisor.resume(run_id)
                await asyncio.sleep(0.1)

        await asyncio.gather(*(press_on(run.id) for run in runs))

        for run, watched in zip(runs, watching, strict=True):
            events = await watched
            _check(events)
            record = await supervisor.get(run.id)
            assert record.state is BY_EVENT[events[-1]["kind"]]
            assert record.last_seq == len(events)
        while supervisor._queue._going:
            await asyncio.sleep(0.01)
        assert supervisor._hub._channels == {}
