"""`digit-pairs`: two images of digits, and how they compare."""

import numpy as np

from layerloom.data.built_in.digit_images import held_out, images
from layerloom.data.dataset import BuiltIn, Dataset, category, number, tensor
from layerloom.data.table import Array

TRAIN_ROWS = 9_600
HELD_ROWS = 2_400
_SEED = 2

DIGIT_PAIRS = Dataset(
    id="digit-pairs",
    name="Digit pairs",
    kind="derived",
    description="12,000 pairs of hand-written digits, each 8 rows of 8 pixels scaled to 0..1; in half of "
    "them both show the same digit. The last 20 % (2,400 pairs) are made only of images that no other pair "
    "holds, so a validation split of 0.2 measures what was learned about digits, not about images.",
    rows=TRAIN_ROWS + HELD_ROWS,
    columns=(
        tensor("first", 8, 8),
        tensor("second", 8, 8),
        category("same", "different", "same"),
        category("larger", "first is not larger", "first is larger"),
        category("same_parity", "even and odd", "both even or both odd"),
        number("sum"),
        category("first_digit", *range(10)),
        category("second_digit", *range(10)),
    ),
)


def pair_indices() -> tuple[Array, Array]:
    """Rows of the images that each pair is made of: first the training pairs, then those of held-out
    images.
    """
    _, digit = images()
    generator = np.random.default_rng(_SEED)
    train, held = held_out(digit, seed=_SEED)
    parts = [_pairs(digit, train, TRAIN_ROWS, generator), _pairs(digit, held, HELD_ROWS, generator)]
    return np.concatenate([first for first, _ in parts]), np.concatenate([second for _, second in parts])


def _pairs(digit: Array, indices: Array, rows: int, generator: np.random.Generator) -> tuple[Array, Array]:
    """Half of them two different images of one digit, half of two digits, in random order."""
    by_digit = [indices[digit[indices] == value] for value in range(10)]
    is_same = generator.permutation(np.arange(rows) % 2 == 0)
    first_digit = generator.permutation(np.arange(rows) % 10)
    other_digit = (first_digit + generator.integers(1, 10, rows)) % 10
    first = np.empty(rows, np.int64)
    second = np.empty(rows, np.int64)
    for row in range(rows):
        own = by_digit[first_digit[row]]
        if is_same[row]:
            first[row], second[row] = generator.choice(own, 2, replace=False)
        else:
            first[row] = generator.choice(own)
            second[row] = generator.choice(by_digit[other_digit[row]])
    return first, second


def _load() -> dict[str, Array]:
    pictures, digit = images()
    first, second = pair_indices()
    a, b = digit[first], digit[second]
    return {
        "first": pictures[first],
        "second": pictures[second],
        "same": (a == b).astype(np.int64),
        "larger": (a > b).astype(np.int64),
        "same_parity": (a % 2 == b % 2).astype(np.int64),
        "sum": (a + b).astype(np.float32),
        "first_digit": a,
        "second_digit": b,
    }


DATASETS = (BuiltIn(DIGIT_PAIRS, _load),)
