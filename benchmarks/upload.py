"""A CSV larger than anyone wants in memory: how long a server takes to receive, read, preview and describe it and to
train from it, and how much memory all of its processes have meanwhile.

    python -m benchmarks.upload [--rows 5000000] [--steps 2000] [--folder /tmp]

The file is made first (20 columns: 17 numbers, a count, a class, a flag; 5 million rows are about 1 GB). Memory is the
sum over the server and its children, each 0.2 seconds: resident (RSS, which counts what is shared once for each
process) and proportional (PSS). Mapped files count in both.
"""

import argparse
import os
import re
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import psutil

BLOCK_ROWS = 250_000
MEBIBYTE = 1024 * 1024


def write_csv(path: Path, rows: int) -> None:
    """`y` is a sum of the others with noise, so that there is something to learn."""
    import pyarrow as pa
    import pyarrow.csv as arrow_csv

    random = np.random.default_rng(0)
    with path.open("wb") as file:
        for start in range(0, rows, BLOCK_ROWS):
            count = min(BLOCK_ROWS, rows - start)
            columns = {f"x{place}": np.round(random.normal(size=count), 7) for place in range(16)}
            y = sum(columns.values()) + random.normal(size=count)
            columns["count"] = random.integers(0, 1000, count)
            columns["group"] = np.array(["red", "green", "blue", "violet"])[random.integers(0, 4, count)]
            columns["flag"] = random.integers(0, 2, count)
            columns["y"] = np.round(y, 6)
            options = arrow_csv.WriteOptions(include_header=not start, quoting_style="none")
            arrow_csv.write_csv(pa.table(columns), file, options)


def document(dataset: str, steps: int) -> dict[str, Any]:
    """The numbers standardized into one Input, two hidden layers, `y` as the target."""
    layers = {
        "numbers": {"type": "Input", "config": {"shape": [16]}},
        "first": {"type": "Dense", "config": {"units": 64, "activation": "relu"}},
        "second": {"type": "Dense", "config": {"units": 64, "activation": "relu"}},
        "last": {"type": "Dense", "config": {"units": 1}},
        "y": {"type": "Output"},
    }
    names = list(layers)
    nodes = {name: {"layer": name, "inputs": {"inputs": [before]}} for before, name in pairwise(names)}
    columns = {"columns": [f"x{place}" for place in range(16)], "encoder": {"type": "standardize"}}
    return {
        "format": "layerloom/1",
        "name": "Large",
        "models": {"main": {"layers": layers, "nodes": {"numbers": {"layer": "numbers"}, **nodes}}},
        "training": {
            "model": "main",
            "data": {"dataset": dataset, "inputs": {"numbers": columns}, "targets": {"y": "y"}},
            "optimizer": {"type": "Adam"},
            "outputs": {"y": {"loss": "mean_squared_error"}},
            "fit": {
                "epochs": 1,
                "batch_size": 256,
                "steps_per_epoch": steps,
                "validation_split": 0.0,
                "seed": 1,
            },
        },
    }


@dataclass
class Memory:
    """Most MiB of a process with its children, since it was last asked."""

    process: psutil.Process
    resident: float = 0.0
    proportional: float = 0.0
    over: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        while not self.over.wait(0.2):
            resident = proportional = 0.0
            for process in [self.process, *self.process.children(recursive=True)]:
                try:
                    known = process.memory_full_info()
                except psutil.Error:
                    continue
                resident += known.rss / MEBIBYTE
                proportional += known.pss / MEBIBYTE
            self.resident = max(self.resident, resident)
            self.proportional = max(self.proportional, proportional)

    def taken(self) -> tuple[float, float]:
        found = self.resident, self.proportional
        self.resident = self.proportional = 0.0
        return found


@contextmanager
def served(data_dir: Path, token: str) -> Iterator[tuple[str, Memory]]:
    """A server with a data folder of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "layerloom", "serve", "--port", "0", "--data-dir", str(data_dir)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "LAYERLOOM_TOKEN": token, "PYTHONUNBUFFERED": "1", "COLUMNS": "300"},
    )
    memory = Memory(psutil.Process(process.pid))
    try:
        assert process.stdout is not None
        address = next(found[1] for line in process.stdout if (found := re.search(r"(http://\S+)/#t=", line)))
        threading.Thread(target=process.stdout.read, daemon=True).start()
        watcher = threading.Thread(target=memory.watch, daemon=True)
        watcher.start()
        yield address, memory
        memory.over.set()
        watcher.join()
    finally:
        process.terminate()
        process.wait(60)


def main() -> None:
    from layerloom import Client

    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--folder", type=Path, default=None, help="Where the file and the data folder go.")
    parser.add_argument("--steps", type=int, default=2_000, help="Of training.")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        path, token = Path(folder) / "numbers.csv", secrets.token_hex(16)
        write_csv(path, arguments.rows)
        size = path.stat().st_size
        print(f"{arguments.rows:,} rows, 20 columns, {size / MEBIBYTE:,.0f} MiB\n")
        print("| step | seconds | RSS, MiB | PSS, MiB |\n|---|---|---|---|")
        with served(Path(folder) / "data", token) as (address, memory), Client(address, token) as client:

            def report(step: str, began: float) -> None:
                seconds = time.perf_counter() - began
                time.sleep(0.3)
                resident, proportional = memory.taken()
                print(f"| {step} | {seconds:.1f} | {resident:,.0f} | {proportional:,.0f} |", flush=True)

            client.request("GET", "/datasets/iris/preview")  # the workers are warm then
            report("idle", time.perf_counter())
            began = time.perf_counter()
            sent: list[float] = []
            dataset = client.upload(path, progress=lambda received, _: sent.append(time.perf_counter()))
            report(f"upload ({sent[-1] - began:.1f}) and import", began)
            place = f"/datasets/{dataset['id']}"
            began = time.perf_counter()
            client.request("GET", f"{place}/preview", params={"limit": 100, "offset": arguments.rows - 100})
            report("preview of the last 100 rows", began)
            began = time.perf_counter()
            client.request("GET", f"{place}/statistics", timeout=600)
            report("statistics", began)
            began = time.perf_counter()
            client.upload(path)
            report("the same file again", began)
            began = time.perf_counter()
            events = list(client.train(document(dataset["id"], arguments.steps)))
            report(f"{arguments.steps:,} steps of training with 256 rows", began)
            losses = [event["loss"] for event in events if event["kind"] == "epoch_ended"]
            print(f"\nMean squared error {losses[-1]:.3g} (variance of y: 17), {events[-1]['kind']}")
        assert dataset["rows"] == arguments.rows


if __name__ == "__main__":
    main()
