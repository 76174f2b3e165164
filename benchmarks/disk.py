"""A set larger than memory should hold: how long a step waits for its rows, and what the worker's memory peaks at.

    python -m benchmarks.disk [--rows 5000000] [--columns 20] [--steps 1500] [--rounds 5] [--batch-size 256]

A set of float64 columns is written as an import leaves it, bound (20 columns standardized into one Input), and trained
by our loop. Rounds from disk and from rows in memory take turns in one process; the table gives medians.
"""

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from layerloom.data.column_files import NumberFile
from layerloom.data.dataset import Column, Dataset
from layerloom.data.datasets import COLUMNS_FOLDER, METADATA_FILE
from layerloom.data.formats.source import stem
from layerloom.data.loading import bind_dataset
from layerloom.document import Document
from layerloom.events import StepEnded
from layerloom.graph.build import build
from layerloom.graph.plan import Plan
from layerloom.runs.preparation import losses_of, prepare
from layerloom.training.batches import Batches
from layerloom.training.data import TrainingData
from layerloom.training.loop import fit

_CHUNK = 500_000


def write_set(folder: Path, rows: int, columns: int) -> Dataset:
    """Features, and a target that is the sum of them and noise."""
    names = [f"c{number}" for number in range(columns)]
    described = (*(Column(name=name, kind="number", dtype="float64") for name in (*names, "y")),)
    dataset = Dataset(id="upload-large", name="Large", kind="uploaded", rows=rows, columns=described)
    target = folder / dataset.id / COLUMNS_FOLDER
    target.mkdir(parents=True)
    files = [NumberFile(target / f"{stem(place)}.npy", np.float64) for place in range(columns + 1)]
    random = np.random.default_rng(0)
    for start in range(0, rows, _CHUNK):
        values = random.normal(10, 5, (columns, min(_CHUNK, rows - start)))
        for file, column in zip(files, (*values, values.sum(axis=0)), strict=True):
            file.append(column)
    for file in files:
        file.close()
    (folder / dataset.id / METADATA_FILE).write_bytes(dataset.model_dump_json().encode())
    return dataset


def document(dataset: Dataset, batch_size: int) -> Document:
    names = [column.name for column in dataset.columns[:-1]]
    layers = {
        "row": {"type": "Input", "config": {"shape": [len(names)]}},
        "hidden": {"type": "Dense", "config": {"units": 64, "activation": "relu"}},
        "deep": {"type": "Dense", "config": {"units": 64, "activation": "relu"}},
        "number": {"type": "Dense", "config": {"units": 1}},
        "y": {"type": "Output"},
    }
    order = list(layers)
    nodes = {name: {"layer": name, "inputs": {"inputs": [before]}} for before, name in pairwise(order)}
    scaled = {"type": "standardize"}
    return Document.model_validate({
        "models": {"main": {"layers": layers, "nodes": {"row": {"layer": "row"}, **nodes}}},
        "training": {
            "data": {
                "dataset": dataset.id,
                "inputs": {"row": {"columns": names, "encoder": scaled}},
                "targets": {"y": {"columns": "y", "encoder": scaled}},
            },
            "optimizer": {"type": "Adam"},
            "outputs": {"y": {"loss": "mean_squared_error"}},
            "fit": {"epochs": 1_000, "batch_size": batch_size, "validation_split": 0.1, "seed": 1},
        },
    })  # fmt: skip


class Waiting:
    """Counts the seconds that a step waits for its batch."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._epoch = Batches.epoch

    def epoch(self, batches: Batches, *arguments: Any, **named: Any) -> Iterator[Any]:
        found = self._epoch(batches, *arguments, **named)
        while True:
            began = time.perf_counter()
            batch = next(found, None)
            self.seconds += time.perf_counter() - began
            if batch is None:
                return
            yield batch


def steps(plan: Plan, data: Any, training: Any) -> Iterator[StepEnded]:
    return (event for event in fit(build(plan, seed=1), data, training) if isinstance(event, StepEnded))


def resident() -> tuple[float, float]:
    """MiB of the process now: all, and without pages of files, which the system takes back when it needs them."""
    memory = psutil.Process().memory_info()
    return memory.rss / 2**20, (memory.rss - memory.shared) / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (
        ("rows", 5_000_000),
        ("columns", 20),
        ("steps", 1_500),
        ("rounds", 5),
        ("batch-size", 256),
    ):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument(
        "--folder", type=Path, default=None, help="Where the set is written; by default a new folder."
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        measure(Path(name), given)


def measure(folder: Path, given: argparse.Namespace) -> None:
    dataset = write_set(folder, given.rows, given.columns)
    prepared = prepare(document(dataset, given.batch_size), folder)
    plan, training = prepared.plan, prepared.document.training
    assert plan is not None, prepared.problems
    assert training is not None
    before = resident()
    began = time.perf_counter()
    data = bind_dataset(
        training.data, folder, plan.inputs, plan.outputs, losses_of(training), training.fit, folder / "run"
    )
    bound, after = time.perf_counter() - began, resident()
    few = 200_000
    held = TrainingData(
        {name: np.array(array[:few]) for name, array in data.inputs.items()},
        {name: np.array(array[:few]) for name, array in data.targets.items()},
    )
    waiting = Waiting()
    Batches.epoch = lambda self, *rest, **named: waiting.epoch(self, *rest, **named)  # type: ignore[method-assign]
    fits = {"disk": steps(plan, data, training), "memory": steps(plan, held, training)}
    taken: dict[str, list[tuple[float, float]]] = {kind: [] for kind in fits}
    for events in fits.values():
        list(islice(events, 50))
    for _ in range(given.rounds):
        for kind, events in fits.items():
            waiting.seconds, began = 0.0, time.perf_counter()
            list(islice(events, given.steps))
            taken[kind].append((time.perf_counter() - began, waiting.seconds))
    print(f"{given.rows:,} rows x {given.columns} columns; bound in {bound:.1f} s")
    print("| rows from | step, ms | of it waiting for rows | share |\n|---|---|---|---|")
    for kind, rounds in taken.items():
        whole, waited = (statistics.median(each) / given.steps * 1e3 for each in zip(*rounds, strict=True))
        share = statistics.median(second / first for first, second in rounds)
        print(f"| {kind} | {whole:.3f} | {waited:.4f} | {share:.1%} |")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"memory, MiB (without pages of files): before {before[0]:.0f} ({before[1]:.0f}), bound {after[0]:.0f} "
        f"({after[1]:.0f}), trained {resident()[0]:.0f} ({resident()[1]:.0f}), peak {peak:.0f}"
    )


if __name__ == "__main__":
    main()
