"""Our loop against an idiomatic hand-written PyTorch loop, in samples a second.

    python -m benchmarks.training [--workloads mlp,tweets] [--rounds 5] [--seconds 2]

Each measurement is a process of its own (the allocator's settings are a process's), ours and the peer's in turn;
the table gives medians, and the ratio of medians.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Workload:
    """A document's model with data for it, and the same in plain torch."""

    layers: dict[str, dict[str, Any]]
    nodes: dict[str, dict[str, Any]]
    training: dict[str, Any]
    data: Callable[[], tuple[dict[str, Any], dict[str, Any]]]
    peer: Callable[[], Any]
    """Makes a torch module that takes the inputs in order and gives the outputs in order."""
    peer_losses: Callable[..., Any]
    """Total loss from outputs and targets, each in order."""


def layer(type_name: str, **config: Any) -> dict[str, Any]:
    return {"type": type_name, "config": config}


def node(name: str, *sources: str, port: str = "inputs") -> dict[str, Any]:
    return {"layer": name, "inputs": {port: list(sources)}} if sources else {"layer": name}


def one_loss(output: str, loss: str, optimizer: str, batch_size: int) -> dict[str, Any]:
    return {
        "optimizer": {"type": optimizer},
        "outputs": {output: {"loss": loss}},
        "fit": {"epochs": 1_000_000, "batch_size": batch_size, "seed": 1},
    }


def mlp() -> Workload:
    from torch import nn

    def data() -> tuple[dict[str, Any], dict[str, Any]]:
        random = np.random.default_rng(0)
        return (
            {"image": random.random((6400, 784), dtype=np.float32)},
            {"digit": random.integers(0, 10, 6400)},
        )

    return Workload(
        layers={
            "image": layer("Input", shape=[784]),
            "hidden": layer("Dense", units=128, activation="relu"),
            "classes": layer("Dense", units=10, activation="softmax"),
            "digit": layer("Output"),
        },
        nodes={
            "image": node("image"),
            "hidden": node("hidden", "image"),
            "classes": node("classes", "hidden"),
            "digit": node("digit", "classes"),
        },
        training=one_loss("digit", "sparse_categorical_crossentropy", "Adam", 32),
        data=data,
        peer=lambda: nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10)),
        peer_losses=nn.functional.cross_entropy,
    )


def conv() -> Workload:
    from torch import nn

    def data() -> tuple[dict[str, Any], dict[str, Any]]:
        random = np.random.default_rng(0)
        return (
            {"image": random.random((1280, 28, 28, 1), dtype=np.float32)},
            {"digit": random.integers(0, 10, 1280)},
        )

    class Peer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = nn.Sequential(
                nn.Conv2d(1, 16, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3), nn.ReLU(),
                nn.MaxPool2d(2), nn.Flatten(), nn.Linear(800, 10),
            )  # fmt: skip

        def forward(self, image: Any) -> Any:
            return self.body(image.permute(0, 3, 1, 2))

    names = ["image", "conv_1", "pool_1", "conv_2", "pool_2", "flatten", "classes", "digit"]
    return Workload(
        layers={
            "image": layer("Input", shape=[28, 28, 1]),
            "conv_1": layer("Conv2D", filters=16, kernel_size=3, activation="relu"),
            "pool_1": layer("MaxPooling2D"),
            "conv_2": layer("Conv2D", filters=32, kernel_size=3, activation="relu"),
            "pool_2": layer("MaxPooling2D"),
            "flatten": layer("Flatten"),
            "classes": layer("Dense", units=10, activation="softmax"),
            "digit": layer("Output"),
        },
        nodes={
            name: node(name, *names[index - 1 : index] if index else ()) for index, name in enumerate(names)
        },
        training=one_loss("digit", "sparse_categorical_crossentropy", "Adam", 64),
        data=data,
        peer=Peer,
        peer_losses=nn.functional.cross_entropy,
    )


def tweets() -> Workload:
    import torch
    from torch import nn

    def data() -> tuple[dict[str, Any], dict[str, Any]]:
        random = np.random.default_rng(0)
        inputs = {name: random.random((320, 140, 256), dtype=np.float32) for name in ("first", "second")}
        return inputs, {"same": random.integers(0, 2, (320, 1)).astype(np.float32)}

    class Peer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.shared = nn.LSTM(256, 64, batch_first=True)
            self.decide = nn.Linear(128, 1)

        def forward(self, first: Any, second: Any) -> Any:
            encoded = [self.shared(item)[0][:, -1] for item in (first, second)]
            return self.decide(torch.cat(encoded, -1)).sigmoid()

    return Workload(
        layers={
            "first": layer("Input", shape=[140, 256]),
            "second": layer("Input", shape=[140, 256]),
            "shared": layer("LSTM", units=64),
            "merge": layer("Concatenate"),
            "decide": layer("Dense", units=1, activation="sigmoid"),
            "same": layer("Output"),
        },
        nodes={
            "first": node("first"),
            "second": node("second"),
            "encoded_a": node("shared", "first", port="sequence"),
            "encoded_b": node("shared", "second", port="sequence"),
            "merge": node("merge", "encoded_a", "encoded_b"),
            "decide": node("decide", "merge"),
            "same": node("same", "decide"),
        },
        training=one_loss("same", "binary_crossentropy", "RMSprop", 32),
        data=data,
        peer=Peer,
        peer_losses=nn.functional.binary_cross_entropy,
    )


def headline() -> Workload:
    import torch
    from torch import nn

    def data() -> tuple[dict[str, Any], dict[str, Any]]:
        random = np.random.default_rng(0)
        target = random.integers(0, 2, (640, 1)).astype(np.float32)
        facts = random.random((640, 5), dtype=np.float32)
        words = random.integers(0, 10_000, (640, 100)).astype(np.int32)
        return {"facts": facts, "words": words}, {"auxiliary": target, "main_output": target}

    class Peer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(10_000, 512)
            self.lstm = nn.LSTM(512, 32, batch_first=True)
            self.auxiliary = nn.Linear(32, 1)
            self.body = nn.Sequential(
                nn.Linear(37, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(),
                nn.Linear(64, 1),
            )  # fmt: skip

        def forward(self, facts: Any, words: Any) -> Any:
            encoded = self.lstm(self.embedding(words))[0][:, -1]
            merged = torch.cat([encoded, facts], -1)
            return self.auxiliary(encoded).sigmoid(), self.body(merged).sigmoid()

    def losses(outputs: Any, auxiliary: Any, main: Any) -> Any:
        entropy = nn.functional.binary_cross_entropy
        return 0.2 * entropy(outputs[0], auxiliary) + entropy(outputs[1], main)

    chain = ["merge", "dense_1", "dense_2", "dense_3", "decide", "main_output"]
    return Workload(
        layers={
            "facts": layer("Input", shape=[5]),
            "words": layer("Input", shape=[100], dtype="int32"),
            "embedding": layer("Embedding", input_dim=10_000, output_dim=512),
            "lstm": layer("LSTM", units=32),
            "aside": layer("Dense", units=1, activation="sigmoid"),
            "auxiliary": layer("Output"),
            "merge": layer("Concatenate"),
            **{f"dense_{number}": layer("Dense", units=64, activation="relu") for number in (1, 2, 3)},
            "decide": layer("Dense", units=1, activation="sigmoid"),
            "main_output": layer("Output"),
        },
        nodes={
            "facts": node("facts"),
            "words": node("words"),
            "embedding": node("embedding", "words"),
            "lstm": node("lstm", "embedding", port="sequence"),
            "aside": node("aside", "lstm"),
            "auxiliary": node("auxiliary", "aside"),
            "merge": node("merge", "lstm", "facts"),
            **{name: node(name, source) for source, name in pairwise(chain)},
        },
        training={
            **one_loss("main_output", "binary_crossentropy", "RMSprop", 32),
            "outputs": {
                "auxiliary": {"loss": "binary_crossentropy", "loss_weight": 0.2},
                "main_output": {"loss": "binary_crossentropy"},
            },
        },
        data=data,
        peer=Peer,
        peer_losses=losses,
    )


WORKLOADS: dict[str, Callable[[], Workload]] = {
    "mlp": mlp,
    "tweets": tweets,
    "headline": headline,
    "conv": conv,
}


def ours(workload: Workload) -> Iterator[int]:
    """Rows of each step."""
    from layerloom import events
    from layerloom.document import validated
    from layerloom.graph.build import build
    from layerloom.graph.infer import infer
    from layerloom.graph.plan import plan
    from layerloom.graph.resolve import resolve
    from layerloom.training.allocator import keep_freed_memory
    from layerloom.training.data import TrainingData
    from layerloom.training.loop import fit

    keep_freed_memory()
    document = validated(
        {
            "models": {"main": {"layers": workload.layers, "nodes": workload.nodes}},
            "training": workload.training,
        }
    )
    assert document.training is not None
    model = build(plan(infer(resolve(document))), seed=1)
    for event in fit(model, TrainingData(*workload.data()), document.training):
        events.to_json(event)
        if event.kind == "step_ended":
            yield document.training.fit.batch_size


def peer(workload: Workload) -> Iterator[int]:
    """Rows of each step."""
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    inputs, targets = workload.data()
    tensors = [torch.from_numpy(array) for array in (*inputs.values(), *targets.values())]
    batch_size = workload.training["fit"]["batch_size"]
    loader = DataLoader(TensorDataset(*tensors), batch_size=batch_size, shuffle=True)
    model = workload.peer()
    kind = getattr(torch.optim, workload.training["optimizer"]["type"])
    optimizer = kind(model.parameters(), lr=0.001)
    while True:
        for batch in loader:
            optimizer.zero_grad()
            loss = workload.peer_losses(model(*batch[: len(inputs)]), *batch[len(inputs) :])
            loss.backward()
            optimizer.step()
            loss.item()
            yield batch_size


def rate(steps: Iterator[int], seconds: float) -> float:
    """Samples a second, after some steps to warm up."""
    began = time.perf_counter()
    for _ in steps:
        if time.perf_counter() - began > seconds / 4:
            break
    rows, began = 0, time.perf_counter()
    for count in steps:
        rows += count
        if time.perf_counter() - began > seconds:
            break
    return rows / (time.perf_counter() - began)


def measured(side: str, workload: str, seconds: float) -> float:
    """The rate in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.training", "--side", side, "--workloads", workload]
    # As for every worker (runs/forking.py): idle threads sleep soon instead of spinning.
    settings = {**os.environ, "GOMP_SPINCOUNT": "2000"} if side == "ours" else None
    command += ["--seconds", str(seconds)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=settings)
    return float(json.loads(done.stdout))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workloads", default=",".join(WORKLOADS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--side", choices=["ours", "peer"], help="measure here, print the rate")
    chosen = parser.parse_args()
    names = chosen.workloads.split(",")
    if chosen.side:
        steps = {"ours": ours, "peer": peer}[chosen.side](WORKLOADS[names[0]]())
        print(rate(steps, chosen.seconds))
        return
    print("| workload | hand-written PyTorch, samples/s | Layerloom, samples/s | ratio |\n|---|---|---|---|")
    for name in names:
        rates: dict[str, list[float]] = {"peer": [], "ours": []}
        for _ in range(chosen.rounds):
            for side, found in rates.items():
                found.append(measured(side, name, chosen.seconds))
        theirs, mine = statistics.median(rates["peer"]), statistics.median(rates["ours"])
        print(f"| {name} | {theirs:,.0f} | {mine:,.0f} | {mine / theirs:.2f} |", flush=True)


if __name__ == "__main__":
    main()
