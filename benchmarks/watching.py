"""What measuring layers costs: the same training with `watch_every` 50 and without, in turn, in one process.

    python -m benchmarks.watching [--workloads mlp,tweets] [--every 50] [--rounds 6]

Processor time of one thread, so that what else the machine does counts little; the ratio is that of the sums.
"""

import argparse
import time
from collections.abc import Iterator

from benchmarks.training import WORKLOADS, Workload, ours

_STEPS = 200
"""In a row; so many are a multiple of every sensible `--every`."""


def watched(workload: Workload, every: int | None) -> Iterator[int]:
    """The steps of a fit, layers measured every so many of them."""
    training = {**workload.training, "fit": {**workload.training["fit"], "watch_every": every}}
    return ours(
        Workload(
            workload.layers, workload.nodes, training, workload.data, workload.peer, workload.peer_losses
        )
    )


def spent(steps: Iterator[int], count: int) -> float:
    """Seconds of processor time."""
    began = time.process_time()
    for _ in range(count):
        next(steps)
    return time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workloads", default=",".join(WORKLOADS))
    parser.add_argument("--every", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=6)
    chosen = parser.parse_args()

    import torch

    torch.set_num_threads(1)
    print(f"| workload | ms a step | watched every {chosen.every} | ratio |\n|---|---|---|---|")
    for name in chosen.workloads.split(","):
        plain, measured = watched(WORKLOADS[name](), None), watched(WORKLOADS[name](), chosen.every)
        for steps in (plain, measured):
            spent(steps, 20)
        sums = [0.0, 0.0]
        for _ in range(chosen.rounds):
            sums[0] += spent(plain, _STEPS)
            sums[1] += spent(measured, _STEPS)
        each = [1000 * total / (chosen.rounds * _STEPS) for total in sums]
        print(f"| {name} | {each[0]:.3f} | {each[1]:.3f} | {each[1] / each[0]:.3f} |", flush=True)


if __name__ == "__main__":
    main()
