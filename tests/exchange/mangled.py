"""Reads an HDF5 file with bytes changed at random, many times, each in a child that a clock ends; prints how it went.

HDF5's own parser may loop for ever on such bytes, or crash: that is why servers read files in children.
"""

import collections
import os
import signal
import sys
from pathlib import Path

import numpy as np

from layerloom.exchange.keras.hdf5 import opened
from layerloom.exchange.keras.limits import FileLimits
from layerloom.problems import ProblemError

READ, PROBLEM, WRONG = 0, 1, 2


def read(path: Path) -> int:
    try:
        with opened(path, FileLimits(unpacked_bytes=100_000, objects=50, depth=8)) as file:
            for name in file.shapes:
                file.array(name)
            file.texts("layers", "names")
    except ProblemError:
        return PROBLEM
    except BaseException as error:
        print(repr(error))
        return WRONG
    return READ


def main(source: Path, times: int) -> None:
    content = source.read_bytes()
    generator = np.random.default_rng(0)
    path = source.with_name("mangled.h5")
    ends: collections.Counter[str] = collections.Counter()
    for _ in range(times):
        mangled = bytearray(content)
        for at in generator.integers(8, len(mangled), size=generator.integers(1, 12)):
            mangled[at] = generator.integers(256)
        path.write_bytes(mangled)
        child = os.fork()
        if child == 0:
            signal.alarm(2)
            os._exit(read(path))
        status = os.waitpid(child, 0)[1]
        name = ("read", "problem", "wrong")[os.WEXITSTATUS(status)] if os.WIFEXITED(status) else "ended"
        ends[name] += 1
    print(" ".join(f"{name}={count}" for name, count in sorted(ends.items())))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
