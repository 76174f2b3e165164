"""Small documents to train, and what a test needs to watch them."""

import asyncio
import functools
import time
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import orjson

from layerloom.document import Document
from layerloom.runs.attempts import Timing
from layerloom.runs.forking import ForkServer
from layerloom.runs.records import RunRecord
from layerloom.runs.supervisor import Supervisor
from layerloom.store import Store

RUNNER = asyncio.Runner()
"""The event loop of all async tests here; their fork server lives on it."""
Event = dict[str, Any]
TERMINAL = ("run_finished", "run_stopped", "run_failed")


def scenario(work: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Makes an async test one that pytest can run, for two minutes at most."""

    @functools.wraps(work)
    def test(*arguments: Any, **named: Any) -> None:
        RUNNER.run(asyncio.wait_for(work(*arguments, **named), 120))

    return test


def digits(
    *,
    epochs: int = 3,
    batch_size: int = 32,
    units: int = 32,
    seed: int | None = 7,
    name: str = "Digits",
    validation_split: float = 0.2,
) -> Document:
    """64 pixels → Dense → Dropout → which digit (softmax), and whether it is odd (sigmoid)."""

    def node(layer: str, source: str) -> dict[str, Any]:
        return {"layer": layer, "inputs": {"inputs": [source]}}

    return Document.model_validate(
        {
            "name": name,
            "models": {
                "main": {
                    "layers": {
                        "pixels": {"type": "Input", "config": {"shape": [64]}},
                        "hidden": {"type": "Dense", "config": {"units": units, "activation": "relu"}},
                        "drop": {"type": "Dropout", "config": {"rate": 0.2}},
                        "which": {"type": "Dense", "config": {"units": 10, "activation": "softmax"}},
                        "odd": {"type": "Dense", "config": {"units": 1, "activation": "sigmoid"}},
                        "digit": {"type": "Output"},
                        "parity": {"type": "Output"},
                    },
                    "nodes": {
                        "pixels": {"layer": "pixels"},
                        "hidden": node("hidden", "pixels"),
                        "drop": node("drop", "hidden"),
                        "which": node("which", "drop"),
                        "odd": node("odd", "drop"),
                        "digit": node("digit", "which"),
                        "parity": node("parity", "odd"),
                    },
                }
            },
            "training": {
                "data": {
                    "dataset": "digits",
                    "inputs": {"pixels": "pixels"},
                    "targets": {"digit": "digit", "parity": "parity"},
                },
                "optimizer": {"type": "Adam", "config": {"learning_rate": 0.001}},
                "outputs": {
                    "digit": {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]},
                    "parity": {"loss": "binary_crossentropy", "loss_weight": 0.5},
                },
                "fit": {
                    "epochs": epochs,
                    "batch_size": batch_size,
                    "validation_split": validation_split,
                    **({} if seed is None else {"seed": seed}),
                },
            },
        }
    )


class Server:
    """A supervisor with its store on a data folder, for the length of an `async with`."""

    def __init__(self, folder: Path, forks: ForkServer | None = None, **options: Any) -> None:
        self.folder, self.options = folder, {"forks": forks, **options}

    async def __aenter__(self) -> Supervisor:
        self.store = Store(self.folder / "layerloom.db")
        options = {"concurrent_runs": 2, "timing": Timing(silence=20.0, stop=5.0, leave=10.0), **self.options}
        self.supervisor = Supervisor(self.store, self.folder, **options)
        await self.supervisor.start()
        return self.supervisor

    async def __aexit__(self, *_: object) -> None:
        await self.supervisor.close()
        self.store.close()


async def watch(supervisor: Supervisor, run_id: str, after: int = 0) -> list[Event]:
    """Every event after `after`, until the run's end."""
    return [event async for data in supervisor.follow(run_id, after) for event in orjson.loads(data)]


async def until(
    supervisor: Supervisor, run_id: str, found: Callable[[Event], bool], after: int = 0
) -> list[Event]:
    """Events up to the first that `found` accepts."""
    seen: list[Event] = []
    batches = supervisor.follow(run_id, after)
    async for data in batches:
        for event in orjson.loads(data):
            seen.append(event)
            if found(event):
                await batches.aclose()
                return seen
    raise AssertionError(f"the run ended before; last event: {seen[-1:]}")


async def eventually(
    ask: Callable[[], Awaitable[RunRecord]], *states: str, seconds: float = 20.0
) -> RunRecord:
    """The record once it has one of these states."""
    deadline = time.monotonic() + seconds
    while (record := await ask()).state not in states:
        assert time.monotonic() < deadline, f"still {record.state}, not {states}"
        await asyncio.sleep(0.02)
    return record


def of_kind(events: list[Event], kind: str) -> list[Event]:
    return [event for event in events if event["kind"] == kind]


def measured(events: list[Event]) -> list[tuple[Any, ...]]:
    """What was learned, without times: to compare runs with."""
    names = ("kind", "epoch", "step", "loss", "losses", "metrics", "validation")
    chosen = [event for event in events if event["kind"] in ("step_ended", "epoch_ended")]
    return [tuple(event.get(name) for name in names) for event in chosen]


def worker_pid(store: Store, run_id: str) -> int:
    worker = store.runs.get(run_id).worker
    assert worker is not None
    return int(worker.split(":")[1])
