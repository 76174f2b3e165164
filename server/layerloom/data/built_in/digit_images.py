"""The 1,797 images of scikit-learn's digits, read once a process; what the sets derived from them share."""

from functools import cache

import numpy as np

from layerloom.data.dataset import BuiltIn
from layerloom.data.table import Array

DATASETS: tuple[BuiltIn, ...] = ()


@cache
def images() -> tuple[Array, Array]:
    """Images `(1797, 8, 8)`, float32, scaled from 0..16 to 0..1, and the digit that each shows, int64."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return (bunch.images / 16.0).astype(np.float32), bunch.target.astype(np.int64)


def held_out(digit: Array, seed: int, share: float = 0.2) -> tuple[Array, Array]:
    """Indices of images to train with and of images held back, each holding every digit in proportion."""
    generator = np.random.default_rng(seed)
    train: list[Array] = []
    held: list[Array] = []
    for value in range(10):
        indices = generator.permutation(np.flatnonzero(digit == value))
        count = round(len(indices) * share)
        held.append(indices[:count])
        train.append(indices[count:])
    return np.concatenate(train), np.concatenate(held)
