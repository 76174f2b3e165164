"""`digit-sequences`: four images in a row and one beside them, for `TimeDistributed` and shared vision
models.
"""

import numpy as np

from layerloom.data.built_in.digit_images import held_out, images
from layerloom.data.dataset import BuiltIn, Dataset, category, number, tensor
from layerloom.data.table import Array

LENGTH = 4
TRAIN_ROWS = 4_800
HELD_ROWS = 1_200
_SEED = 11

DIGIT_SEQUENCES = Dataset(
    id="digit-sequences",
    name="Digit sequences",
    kind="derived",
    description="6,000 rows, each a sequence of four hand-written digits and one single digit beside it. "
    "Targets tell how many of the four are odd, their sum, the largest, and whether the single digit is "
    "among them. The last 20 % are made only of images that no other row holds.",
    rows=TRAIN_ROWS + HELD_ROWS,
    columns=(
        tensor("sequence", LENGTH, 8, 8, 1),
        tensor("image", 8, 8, 1),
        category("digit", *range(10)),
        category("odd_count", *range(LENGTH + 1)),
        number("sum"),
        category("largest", *range(10)),
        category("contains", "not in the sequence", "in the sequence"),
        tensor("digits", LENGTH, dtype="int64"),
    ),
)


def sequence_indices() -> tuple[Array, Array]:
    """Rows of the images: `(6000, 4)` of the sequences and `(6000,)` of the single ones."""
    _, digit = images()
    generator = np.random.default_rng(_SEED)
    sequences: list[Array] = []
    singles: list[Array] = []
    for indices, rows in zip(held_out(digit, seed=_SEED), (TRAIN_ROWS, HELD_ROWS), strict=True):
        frames = generator.choice(indices, (rows, LENGTH))
        by_digit = [indices[digit[indices] == value] for value in range(10)]
        single = generator.choice(indices, rows)
        # By chance the single digit is in a third of the sequences; this makes it half.
        chosen = generator.integers(0, LENGTH, rows)
        for row in np.flatnonzero(generator.random(rows) < 0.25):
            single[row] = generator.choice(by_digit[digit[frames[row, chosen[row]]]])
        sequences.append(frames)
        singles.append(single)
    return np.concatenate(sequences), np.concatenate(singles)


def _load() -> dict[str, Array]:
    pictures, digit = images()
    frames, single = sequence_indices()
    digits = digit[frames]
    return {
        "sequence": pictures[frames][..., None],
        "image": pictures[single][..., None],
        "digit": digit[single],
        "odd_count": (digits % 2).sum(axis=1),
        "sum": digits.sum(axis=1).astype(np.float32),
        "largest": digits.max(axis=1),
        "contains": (digits == digit[single][:, None]).any(axis=1).astype(np.int64),
        "digits": digits,
    }


DATASETS = (BuiltIn(DIGIT_SEQUENCES, _load),)
