"""`headlines`: made-up headlines as word numbers, five facts about each, and whether it was shared widely."""

import numpy as np

from layerloom.data.dataset import BuiltIn, Dataset, category, tensor
from layerloom.data.table import Array

ROWS = 4_000
LENGTH = 100
VOCABULARY = 1_000
_SEED = 5
_STRIKING = 120  # words, half of which help and half of which hurt

HEADLINES = Dataset(
    id="headlines",
    name="Headlines",
    kind="generated",
    description="4,000 made-up headlines, each 100 numbers of words (0 fills up the front, words are 1 to "
    "999), five facts about each (hour, weekday, followers, age, earlier shares; standardized), and "
    "whether it was shared widely. Both matter: the words alone tell about four in five, words and facts "
    "together nearly all.",
    rows=ROWS,
    columns=(
        tensor("tokens", LENGTH, dtype="int64"),
        tensor("extra", 5),
        category("popular", "not popular", "popular"),
    ),
)


def _load() -> dict[str, Array]:
    generator = np.random.default_rng(_SEED)
    effect = np.zeros(VOCABULARY)
    striking = generator.permutation(np.arange(1, VOCABULARY))[:_STRIKING]
    effect[striking] = np.where(np.arange(_STRIKING) % 2, 1.0, -1.0)
    chance = np.where(effect == 0, 1.0, 8.0)
    chance[0] = 0.0
    chance /= chance.sum()
    tokens = generator.choice(VOCABULARY, (ROWS, LENGTH), p=chance)
    lengths = generator.integers(8, 25, ROWS)
    tokens[np.arange(LENGTH)[None, :] < (LENGTH - lengths)[:, None]] = 0
    extra = generator.standard_normal((ROWS, 5)).astype(np.float32)
    words = effect[tokens].sum(axis=1) / np.sqrt(lengths)
    facts = extra @ np.array([0.5, -0.2, 1.0, -0.6, 0.4], np.float32)
    words = words / words.std()
    score = 1.2 * words + 0.8 * facts / facts.std()
    return {"tokens": tokens, "extra": extra, "popular": (score > 0).astype(np.int64)}


DATASETS = (BuiltIn(HEADLINES, _load),)
